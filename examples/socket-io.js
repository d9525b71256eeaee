// Socket.IO. Passport runs for every HTTP request of its engine: the request that starts a session,
// the requests that continue it, and the request that asks for a WebSocket.
import https from 'node:https'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { Server } from 'socket.io'
import { io as connect } from 'socket.io-client'
import { get, issueServer, show, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

/**
 * @typedef {import('passport-client-certificate-auth').ClientCertRequest & {
 *   user?: { name: string }, _query: { sid?: string } }} Request
 * @typedef {{ id: string, request: Request, close: (discard: boolean) => void,
 *   once: (event: 'close', listener: () => void) => void }} Session
 * @typedef {(req: Request, res: unknown, next: (error?: Error) => void) => void} Middleware
 */

const users = [{ name: 'alice' }, { name: 'bob' }]

passport.use(
  new Strategy((cert, done) => {
    const user = users.find(({ name }) => name === cert.subject.CN)
    done(null, user ?? false)
  }),
)

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)
const options = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
const server = https.createServer(options).listen(0, '127.0.0.1')

const origins = new Set([undefined, 'https://app.example.com'])
const io = new Server(server, {
  // A browser presents the user's certificate for any page that connects here, and the option
  // `cors` doesn't affect WebSockets.
  allowRequest: (req, done) => done(null, origins.has(req.headers.origin)),
})

io.engine.use(passport.authenticate('client-cert', { session: false }))

/** @type {Map<string | undefined, Session>} */
const sessions = new Map()
io.engine.on('connection', (/** @type {Session} */ session) => {
  sessions.set(session.id, session)
  session.once('close', () => sessions.delete(session.id))
})

// Only the certificate that started a session may use it. Otherwise, any user who knows the
// session's ID could use it, and the ID is in URLs, so it is in the logs of every proxy.
/** @type {Middleware} */
const requireOwnSession = (req, _res, next) => {
  const session = sessions.get(req._query.sid)
  const isOwn = !session || fingerprintOf(session.request) === fingerprintOf(req)
  next(isOwn ? undefined : new Error('The session belongs to another client'))
}
io.engine.use(requireOwnSession)
/** @param {Request} request */
const fingerprintOf = (request) => request.clientCertificate?.fingerprint256

// TLS only checks the dates in the handshake, and a WebSocket has no later handshake.
setInterval(() => {
  for (const session of sessions.values()) {
    const validTo = Date.parse(session.request.clientCertificate?.valid_to ?? '')
    if (!(Date.now() <= validTo)) session.close(true)
  }
}, 1000).unref()

io.on('connection', (socket) => {
  const { user } = /** @type {Request} */ (socket.request)
  socket.on('whoami', (/** @type {(name: unknown) => void} */ answer) => answer(user?.name))
})

// The clients.
const url = await urlOf(server)
/** @param {string} name */
const client = async (name, issuer = ca) => ({
  ca: ca.cert,
  ...(await issuer.issue({ subject: `CN=${name}` })),
})

const socket = connect(url, { ...(await client('alice')), transports: ['polling'] })
/** @returns {Promise<string>} */
const askWho = () => socket.timeout(60_000).emitWithAck('whoami')
console.log(`alice: ${await askWho()}`)

const begin = `${url}socket.io/?EIO=4&transport=polling`
const { id } = socket.io.engine
await show("bob, in alice's session", 400, get(`${begin}&sid=${id}`, await client('bob')))
if ((await askWho()) !== 'alice' || socket.io.engine.id !== id)
  throw new Error('bob joined the session of alice')

await show('mallory, not a user', 401, get(begin, await client('mallory')))
const otherCa = await createAuthority({ subject: 'CN=Example CA' })
await show('an impostor named alice', 401, get(begin, await client('alice', otherCa)))
await show('no certificate', 401, get(begin, { ca: ca.cert }))
const headers = { origin: 'https://elsewhere.example' }
await show("bob's browser, on another page", 403, get(begin, { ...(await client('bob')), headers }))

const rejected = connect(url, { ca: ca.cert, transports: ['websocket'], forceNew: true })
rejected.once('connect_error', (error) => {
  console.log(`no certificate, over WebSocket: ${error.message}`)
  rejected.disconnect()
  socket.disconnect()
})
