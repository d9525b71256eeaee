import { once } from 'node:events'
import http2, { type Http2SecureServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { testPki } from './pki.js'

const closers = new Set<() => Promise<void>>()

/** Call it in `afterEach()`, like `closeServers()`. */
export async function closeHttp2Servers(): Promise<void> {
  await Promise.all([...closers].map((close) => close()))
  closers.clear()
}

/** Starts a server on loopback. `closeHttp2Servers()` ends it. */
export async function listenHttp2(server: Http2SecureServer): Promise<number> {
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => undefined)
  })
  closers.add(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const session of sessions) session.destroy()
    await closed
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/**
 * Sends one HTTP/2 request on its own connection. Resolves to `refused` if the connection ended
 * without an answer.
 */
export async function attemptHttp2(
  port: number,
  client: ConnectionOptions,
): Promise<number | 'refused'> {
  const { root } = await testPki()
  const session = http2.connect(`https://127.0.0.1:${port}`, { ca: root.cert, ...client })
  session.on('error', () => undefined)
  const stream = session.request()
  const outcome = await new Promise<number | 'refused'>((resolve) => {
    stream.on('error', () => undefined)
    stream.on('response', ({ ':status': status }) => {
      resolve(status ?? 0)
    })
    // The connection may also end without an error.
    stream.on('close', () => {
      resolve('refused')
    })
  })
  session.destroy()
  return outcome
}
