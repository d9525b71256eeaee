// WebSockets, with ws. Passport runs in the HTTP upgrade request, so a client without a valid
// certificate gets a real 401. The server closes the WebSocket when the certificate expires.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call --
   passport.authenticate() and once() return `any`. */
import { once } from 'node:events'
import { STATUS_CODES } from 'node:http'
import https from 'node:https'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { WebSocket, WebSocketServer } from 'ws'
import { issueServer, show, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

/** @typedef {import('passport-client-certificate-auth').ClientCertRequest} Request */
/** @typedef {{ name: string }} User */

passport.use(new Strategy((cert) => cert.subject.CN === 'alice' && { name: 'alice' }))

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)
const options = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
const server = https.createServer(options).listen(0, '127.0.0.1')

const origins = new Set([undefined, 'https://app.example.com'])
const webSockets = new WebSocketServer({ noServer: true })

server.on('upgrade', (/** @type {Request} */ req, socket, head) => {
  // Without this listener, a connection that is reset during verify would end the process.
  socket.on('error', () => socket.destroy())

  /** @param {number} status */
  const reject = (status) => {
    socket.once('finish', () => socket.destroy())
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
  }

  /** @type {(err: unknown, user?: User | false) => void} */
  const finish = (err, user) => {
    if (err) reject(500)
    else if (!user) reject(401)
    // A browser presents the user's certificate for any page that connects here.
    else if (!origins.has(req.headers.origin)) reject(403)
    else webSockets.handleUpgrade(req, socket, head, (ws) => serve(ws, user, req))
  }
  // With a callback, Passport doesn't use the response, and an upgrade has none.
  passport.authenticate('client-cert', { session: false }, finish)(req, null, finish)
})

/** @type {(ws: WebSocket, user: User, req: Request) => void} */
function serve(ws, user, req) {
  ws.on('error', () => ws.terminate())
  ws.on('message', () => {
    // Messages may still arrive until the client has answered a close.
    if (ws.readyState === WebSocket.OPEN) ws.send(`hello ${user.name}`)
  })
  closeOnExpiry(ws, req.clientCertificate?.valid_to ?? '')
}

// setTimeout() treats more than 2^31 - 1 ms (25 days) as 1 ms. An hour also notices changes of the
// clock.
const LONGEST_DELAY_MS = 60 * 60 * 1000

/** @type {(ws: WebSocket, validTo: string) => void} */
function closeOnExpiry(ws, validTo) {
  /** @type {NodeJS.Timeout} */
  let timer
  const check = () => {
    const leftMs = Date.parse(validTo) - Date.now()
    if (leftMs >= 0) timer = setTimeout(check, Math.min(leftMs + 1, LONGEST_DELAY_MS))
    else ws.close(1008, 'certificate expired')
  }
  check()
  ws.once('close', () => clearTimeout(timer))
}

// The clients.
const url = await urlOf(server)

/** @type {(client: import('ws').ClientOptions) => Promise<{ status: number, body: string, ws: WebSocket }>} */
function sayHello(client) {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, { ca: ca.cert, ...client })
    ws.on('error', reject)
    ws.once('open', () => ws.send('hello'))
    ws.once('close', (status) => resolve({ status, body: '', ws }))
    ws.once('message', (data) => {
      resolve({ status: 101, body: Buffer.isBuffer(data) ? data.toString() : '', ws })
    })
    ws.once('unexpected-response', (req, res) => {
      resolve({ status: res.statusCode ?? 0, body: res.statusMessage ?? '', ws })
      req.destroy()
    })
  })
}

// Two seconds of validity, or longer on a machine that needs more time for the first message.
let alice
for (let seconds = 2; alice?.status !== 101 && seconds < 100; seconds *= 2) {
  const notAfter = new Date(Date.now() + seconds * 1000)
  alice = await sayHello(await ca.issue({ subject: 'CN=alice', notAfter }))
}
if (!alice) throw new Error('alice never connected')
const closed = once(alice.ws, 'close')
await show('alice', 101, Promise.resolve(alice))
const mallory = await ca.issue({ subject: 'CN=mallory' })
await show('mallory, not a user', 401, sayHello(mallory))
const otherCa = await createAuthority({ subject: 'CN=Example CA' })
const impostor = await otherCa.issue({ subject: 'CN=alice' })
await show('an impostor named alice', 401, sayHello(impostor))
await show('no certificate', 401, sayHello({}))
const origin = 'https://elsewhere.example'
const browser = { ...(await ca.issue({ subject: 'CN=alice' })), origin }
await show("alice's browser, on another page", 403, sayHello(browser))

const [code, reason] = await closed
console.log(`alice, later: closed, ${code} ${reason}`)
if (code !== 1008) throw new Error('the server should have closed the connection of alice')
