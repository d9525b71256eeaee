// WebSockets, with ws. Passport runs in the HTTP request that asks for one, so that a client without
// a valid certificate gets a real 401. The socket ends when the certificate does.
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
  // A connection that is reset while verify is at work would end the process otherwise.
  socket.on('error', () => socket.destroy())

  /** @param {number} status */
  const refuse = (status) => {
    socket.once('finish', () => socket.destroy())
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
  }

  /** @type {(err: unknown, user?: User | false) => void} */
  const conclude = (err, user) => {
    if (err) refuse(500)
    else if (!user) refuse(401)
    // A browser shows the user's certificate to whatever page asks it to connect here.
    else if (!origins.has(req.headers.origin)) refuse(403)
    else webSockets.handleUpgrade(req, socket, head, (ws) => serve(ws, user, req))
  }
  // With a callback, Passport leaves the response alone. There is none.
  passport.authenticate('client-cert', { session: false }, conclude)(req, null, conclude)
})

/** @type {(ws: WebSocket, user: User, req: Request) => void} */
function serve(ws, user, req) {
  ws.on('error', () => ws.terminate())
  ws.on('message', () => {
    // Messages keep coming until the client has answered a close.
    if (ws.readyState === WebSocket.OPEN) ws.send(`hello ${user.name}`)
  })
  closeOnExpiry(ws, req.clientCertificate?.valid_to ?? '')
}

// More than 2^31 - 1 ms, 25 days, is 1 ms to setTimeout. An hour notices also that the clock was set.
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

// For two seconds, or longer on a machine that needs more time than that to say hello.
let alice
for (let seconds = 2; alice?.status !== 101 && seconds < 100; seconds *= 2) {
  const notAfter = new Date(Date.now() + seconds * 1000)
  alice = await sayHello(await ca.issue({ subject: 'CN=alice', notAfter }))
}
if (!alice) throw new Error('alice should have been asked')
const closed = once(alice.ws, 'close')
await show('alice', 101, Promise.resolve(alice))
const mallory = await ca.issue({ subject: 'CN=mallory' })
await show('mallory, who is not a user', 401, sayHello(mallory))
const otherCa = await createAuthority({ subject: 'CN=Example CA' })
const impostor = await otherCa.issue({ subject: 'CN=alice' })
await show('an impostor as alice', 401, sayHello(impostor))
await show('a client without a certificate', 401, sayHello({}))
const origin = 'https://elsewhere.example'
const browser = { ...(await ca.issue({ subject: 'CN=alice' })), origin }
await show("alice's browser, on another page", 403, sayHello(browser))

const [code, reason] = await closed
console.log(`alice, later: closed, ${code} ${reason}`)
if (code !== 1008) throw new Error('alice should have been sent away')
