// HTTP/2 without a framework: passport.authenticate() returns an ordinary function of request,
// response and next. The same server accepts clients that only speak HTTP/1.1.
/* eslint-disable @typescript-eslint/no-unsafe-assignment -- passport.authenticate() returns `any`. */
import { once } from 'node:events'
import http2 from 'node:http2'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { showClients } from './support/clients.js'
import { get, issueServer, show } from './support/loopback.js'
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

/** @typedef {http2.Http2ServerRequest & { user?: { isAdmin: boolean } }} UserRequest */

/** @type {(req: UserRequest, res: unknown, next: (error?: unknown) => void) => void} */
const authenticate = passport.authenticate('client-cert', { session: false })

/** @type {(req: UserRequest, res: http2.Http2ServerResponse) => void} */
function handle(req, res) {
  authenticate(req, res, (error) => {
    // There is always a user here, unless there was an error.
    const [path] = req.url.split('?')
    if (error) {
      res.writeHead(500).end('Internal Server Error')
    } else if (path === '/admin' && !req.user?.isAdmin) {
      res.writeHead(403).end('Forbidden')
    } else {
      res.end(`${JSON.stringify(req.user)} over HTTP/${req.httpVersion}`)
    }
  })
}

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)
const options = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
// allowHTTP1 is for clients that don't speak HTTP/2, such as Node's own `https`.
const server = http2.createSecureServer({ ...options, allowHTTP1: true }, handle)

// The clients.
server.listen(0, '127.0.0.1').unref()
await once(server, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
const url = `https://127.0.0.1:${port}/`

/** @type {(url: string, tls: http2.SecureClientSessionOptions) => ReturnType<typeof get>} */
async function getOverHttp2(url, tls) {
  const session = http2.connect(url, tls)
  const stream = session.request({ ':path': new URL(url).pathname })
  /** @type {http2.IncomingHttpHeaders[]} */
  const [headers] = await once(stream, 'response')
  let body = ''
  for await (const chunk of stream.setEncoding('utf8')) body += String(chunk)
  session.close()
  return { status: Number(headers?.[':status']), body }
}

await showClients(url, ca, getOverHttp2)
const alice = await ca.issue({ subject: 'CN=alice' })
await show('alice, over HTTP/1.1', 200, get(url, { ca: ca.cert, ...alice }))
