// Fastify, with @fastify/passport and without sessions. The strategy runs in a hook before the
// routes, and `request.user` is the user from verify.
import { Authenticator } from '@fastify/passport'
import Fastify from 'fastify'
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
// The plugin needs a session decorator, even if no route uses sessions.
app.decorateRequest('session')
await app.register(passport.initialize())

// The hook runs before the body is read, for all routes of this instance and of its plugins.
app.addHook('onRequest', passport.authenticate('client-cert', { session: false }))

app.get('/', (request) => ({ user: request.user }))
app.get('/admin', (request, reply) => {
  const user = /** @type {{ isAdmin: boolean }} */ (request.user)
  if (!user.isAdmin) return reply.code(403).send('Forbidden')
  return { user }
})

await app.listen({ port: 0, host: '127.0.0.1' })
await showClients(await urlOf(app.server), ca)
