// Koa, with koa-passport. The strategy runs before the routes, and `ctx.state.user` is the user
// from verify.
/* eslint-disable @typescript-eslint/no-misused-promises -- Koa's promise is never rejected. */
import https from 'node:https'
import Koa from 'koa'
import passport from 'koa-passport'
import { Strategy } from 'passport-client-certificate-auth'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { showClients } from './support/clients.js'
import { issueServer, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

/**
 * Represents a database, which sometimes fails.
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
    // Koa's requests don't keep the certificate, so copy everything that the routes need.
    done(null, user ? { name: cert.subject.CN, validUntil: cert.valid_to, ...user } : false)
  }),
)

/** @type {Koa<{ user: { name: string, isAdmin: boolean } }>} */
const app = new Koa()

// Everything that is added after this line is only for authenticated clients.
app.use(passport.authenticate('client-cert', { session: false }))

app.use((ctx) => {
  if (ctx.path === '/admin' && !ctx.state.user.isAdmin) ctx.throw(403)
  ctx.body = { user: ctx.state.user }
})

// Only for this example, where the error is expected.
app.silent = true

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)
const options = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
const server = https.createServer(options, app.callback()).listen(0, '127.0.0.1')

await showClients(await urlOf(server), ca)
