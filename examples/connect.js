// Connect, without Express. Connect has everything that Passport's middleware needs.
import { STATUS_CODES } from 'node:http'
import https from 'node:https'
import connect from 'connect'
import passport from 'passport'
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
    done(null, user ? { name: cert.subject.CN, ...user } : false)
  }),
)

/** @typedef {connect.IncomingMessage & { user?: { isAdmin: boolean } }} UserRequest */

const app = connect()

// Everything that is added after this line is only for authenticated clients.
app.use(passport.authenticate('client-cert', { session: false }))

app.use('/admin', (/** @type {UserRequest} */ req, _res, next) => {
  next(req.user?.isAdmin ? undefined : Object.assign(new Error('Forbidden'), { status: 403 }))
})

app.use((/** @type {UserRequest} */ req, /** @type {import('node:http').ServerResponse} */ res) => {
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify({ user: req.user }))
})

// This handler must come last, and have four parameters. Without it, Connect sends clients the
// stack of an error, unless NODE_ENV is 'production'.
/** @type {connect.ErrorHandleFunction} */
const answerError = (error, _req, res, _next) => {
  res.statusCode = error instanceof Error && 'status' in error ? Number(error.status) : 500
  res.end(STATUS_CODES[res.statusCode])
}
app.use(answerError)

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)
const options = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
const server = https.createServer(options, app).listen(0, '127.0.0.1')

await showClients(await urlOf(server), ca)
