// Fastify, with @fastify/passport and without sessions. The strategy runs in a hook in front of the
// routes; what verify says is `request.user` behind it.
import { Authenticator } from '@fastify/passport'
import Fastify from 'fastify'
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

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)

const app = Fastify({
  https: mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false }),
})

const passport = new Authenticator()
passport.use(
  new Strategy((cert, done) => {
    const user = findUser(cert.subject.CN)
    done(null, user ? { name: cert.subject.CN, ...user } : false)
  }),
)
// The plugin asks for a session even where nobody uses one.
app.decorateRequest('session')
await app.register(passport.initialize())

// Before the body is read, for all routes of this instance and of the plugins below it.
app.addHook('onRequest', passport.authenticate('client-cert', { session: false }))

app.get('/', (request) => ({ user: request.user }))
app.get('/admin', (request, reply) => {
  const user = /** @type {{ isAdmin: boolean }} */ (request.user)
  if (!user.isAdmin) return reply.code(403).send('Forbidden')
  return { user }
})

await app.listen({ port: 0, host: '127.0.0.1' })
const { server } = app

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
