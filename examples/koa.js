// Koa, with koa-passport. The strategy runs in front of the routes; what verify says is
// `ctx.state.user` behind it.
/* eslint-disable @typescript-eslint/no-misused-promises -- Koa's promise is never rejected. */
import https from 'node:https'
import Koa from 'koa'
import passport from 'koa-passport'
import { Strategy } from 'passport-client-certificate-auth'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { get, issueServer, show, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

/**
 * Stands for a database, which does not always answer.
 *
 * @param {unknown} name
 */
function findUser(name) {
  if (name === 'carol') throw new Error('the database is down')
  const users = { alice: { isAdmin: true }, bob: { isAdmin: false } }
  return Object.entries(users).find(([known]) => known === name)?.[1]
}

passport.use(
  new Strategy((cert, done) => {
    const user = findUser(cert.subject.CN)
    // Koa's requests do not keep the certificate: take what the routes need of it here.
    done(null, user ? { name: cert.subject.CN, validUntil: cert.valid_to, ...user } : false)
  }),
)

/** @type {Koa<{ user: { name: string, isAdmin: boolean } }>} */
const app = new Koa()

// Whatever is added behind this line is for authenticated clients only.
app.use(passport.authenticate('client-cert', { session: false }))

app.use((ctx) => {
  if (ctx.path === '/admin' && !ctx.state.user.isAdmin) ctx.throw(403)
  ctx.body = { user: ctx.state.user }
})

// Only here, where an error is part of the demonstration.
app.silent = true

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)
const options = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
const server = https.createServer(options, app.callback()).listen(0, '127.0.0.1')

// The clients.
const url = await urlOf(server)
const otherCa = await createAuthority({ subject: 'CN=Example CA' })
/** @param {string} name */
const client = async (name, issuer = ca) => ({
  ca: ca.cert,
  ...(await issuer.issue({ subject: `CN=${name}` })),
})

await show('alice', 200, get(url, await client('alice')))
await show('alice, an administrator', 200, get(`${url}admin`, await client('alice')))
await show('bob, who is none', 403, get(`${url}admin`, await client('bob')))
await show('mallory, who is not a user', 401, get(url, await client('mallory')))
await show('somebody else as alice', 401, get(url, await client('alice', otherCa)))
await show('somebody without a certificate', 401, get(url, { ca: ca.cert }))
await show('carol, with the database down', 500, get(url, await client('carol')))
