// A handler of web-standard requests, as in Hono, Next.js, SvelteKit, Astro, Bun and Deno, behind a
// proxy that terminates TLS. Such a request has no socket, so the server has to pass the peer's
// address.
import { once } from 'node:events'
import { createAdaptorServer } from '@hono/node-server'
import { createFetchExtractor } from 'passport-client-certificate-auth/fetch'
import { get, show } from './support/loopback.js'
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

// The preset has nginx's header names, encoding and verify header.
const extract = createFetchExtractor({ certificateSource: 'nginx', trustedProxies: '127.0.0.1' })

/**
 * @param {Request} request
 * @param {string | undefined} peerAddress from the server, never from a header
 */
function handle(request, peerAddress) {
  const { certificate, reason } = extract(request, peerAddress)
  if (certificate === null) return Response.json({ reason }, { status: 401 })

  const user = findUser(certificate.subject.CN)
  if (!user) return Response.json({ reason: 'unknown client' }, { status: 401 })

  const { pathname } = new URL(request.url)
  if (pathname === '/admin' && !user.isAdmin) return new Response('Forbidden', { status: 403 })
  // The response depends on the client, so no cache may keep it for other clients.
  const headers = { 'Cache-Control': 'no-store' }
  return Response.json({ user: { name: certificate.subject.CN, ...user } }, { headers })
}

// Each platform has its own server and its own way to get the peer's address. This is Node's.
const server = createAdaptorServer({
  fetch: (request, { incoming }) => handle(request, incoming.socket.remoteAddress),
})

// The headers that nginx sends, for clients with and without a certificate.
server.listen(0, '127.0.0.1').unref()
await once(server, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
const url = `http://127.0.0.1:${port}/`
const ca = await createAuthority({ subject: 'CN=Example CA' })
/** @param {string} name */
const client = async (name, verify = 'SUCCESS') => ({
  headers: {
    'X-SSL-Client-Cert': encodeURIComponent((await ca.issue({ subject: `CN=${name}` })).cert),
    'X-SSL-Client-Verify': verify,
  },
})

await show('alice', 200, get(url, await client('alice')))
await show('alice, an administrator', 200, get(`${url}admin`, await client('alice')))
await show('bob, not an administrator', 403, get(`${url}admin`, await client('bob')))
await show('mallory, not a user', 401, get(url, await client('mallory')))
await show('alice, not verified', 401, get(url, await client('alice', 'FAILED:unknown issuer')))
await show('no certificate', 401, get(url))
await show('carol, with the database down', 500, get(url, await client('carol')))

// Two requests that bypass the proxy: from another address, and from an address that the server
// doesn't know.
for (const address of ['198.51.100.7', undefined]) {
  const response = handle(new Request(url, await client('alice')), address)
  const answer = response.text().then((body) => ({ status: response.status, body }))
  await show(`alice's header from ${address}`, 401, answer)
}
