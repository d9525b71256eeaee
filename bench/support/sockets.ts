import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import tls, { TLSSocket } from 'node:tls'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { type Client, KEY_TYPES, type KeyType, type Pki } from './pki.js'

/** The server's ends of open connections on which a client has sent a request. */
export interface LiveSockets {
  readonly sockets: Readonly<Record<KeyType, TLSSocket>>
  readonly close: () => void
}

export async function openSockets({ server, roots, clients }: Pki): Promise<LiveSockets> {
  const listener = https.createServer(
    mtlsServerOptions({ key: server.key, cert: server.cert, ca: [...roots] }),
  )
  // Only the benchmark ends these connections.
  listener.keepAliveTimeout = 0
  listener.requestTimeout = 0
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const sockets: Partial<Record<KeyType, TLSSocket>> = {}
  for (const keyType of KEY_TYPES) {
    sockets[keyType] = await openSocket(listener, roots, clients[keyType])
  }
  return {
    sockets: sockets as Record<KeyType, TLSSocket>,
    close() {
      listener.close()
      listener.closeAllConnections()
    },
  }
}

async function openSocket(
  listener: https.Server,
  ca: readonly string[],
  { key, cert, issuer }: Client,
): Promise<TLSSocket> {
  const { port } = listener.address() as AddressInfo
  const chain = cert + issuer.cert
  const client = tls.connect({ host: '127.0.0.1', port, ca: [...ca], key, cert: chain })
  const closed = once(client, 'close').then(() => {
    throw new Error('The server has closed the connection')
  })
  // The promise also rejects at the end of the benchmark.
  closed.catch(() => undefined)
  client.resume().write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const requested = once(listener, 'request') as Promise<[IncomingMessage]>
  const [{ socket }] = await Promise.race([requested, closed])
  if (socket instanceof TLSSocket && socket.authorized) return socket
  throw new Error('The client was not authorized')
}
