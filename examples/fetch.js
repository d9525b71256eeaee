// A web-standard request handler, as Bun, Deno, Next.js, SvelteKit and others run it, behind nginx. Such
// a request has no socket: whatever runs the handler has to say who connected.
import http from 'node:http'
import { createFetchExtractor } from 'passport-client-certificate-auth/fetch'
import { get, show, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

const extract = createFetchExtractor({ certificateSource: 'nginx', trustedProxies: '127.0.0.1' })

/** @type {(request: Request, address: string | undefined) => Response} */
function handle(request, address) {
  const { certificate, reason } = extract(request, address)
  if (certificate === null) return Response.json({ reason }, { status: 401 })
  if (certificate.subject.CN !== 'alice') return Response.json({}, { status: 403 })
  return Response.json({ user: 'alice' })
}

// Stands for the run-time. Of Bun, the address is `server.requestIP(request)?.address`, of Deno
// `info.remoteAddr.hostname`. Never take it from a header.
const server = http.createServer((req, res) => {
  const headers = new Headers(/** @type {Record<string, string>} */ ({ ...req.headers }))
  const request = new Request('http://localhost/', { headers })
  const response = handle(request, req.socket.remoteAddress)
  void response.text().then((body) => res.writeHead(response.status).end(body))
})
server.listen(0, '127.0.0.1')

// What nginx sends.
const url = await urlOf(server)
const ca = await createAuthority()
/** @param {string} name */
const certificateOf = async (name) =>
  encodeURIComponent((await ca.issue({ subject: `CN=${name}` })).cert)
const verified = { 'X-SSL-Client-Verify': 'SUCCESS' }
const alice = { ...verified, 'X-SSL-Client-Cert': await certificateOf('alice') }

await show('alice', 200, get(url, { headers: alice }))
const bob = { ...verified, 'X-SSL-Client-Cert': await certificateOf('bob') }
await show('bob, who may not', 403, get(url, { headers: bob }))
const failed = { ...alice, 'X-SSL-Client-Verify': 'FAILED:certificate has expired' }
await show('alice, not verified', 401, get(url, { headers: failed }))
await show('somebody without a certificate', 401, get(url, { headers: {} }))
