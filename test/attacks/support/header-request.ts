import { once } from 'node:events'
import { connect } from 'node:net'
import tls from 'node:tls'

export interface Task {
  port: number
  connections: number
  header: string
  /** Over TLS, with a certificate of the client's own. */
  identity?: { key: string; cert: string }
}

/**
 * Sends a request with this header on a connection of its own, which nobody reads.
 *
 * @returns once the request has been handed to the system: what resets the connection
 */
export async function sendRequest({
  port,
  header,
  identity,
}: Omit<Task, 'connections'>): Promise<() => Promise<unknown>> {
  const transport = connect(port, '127.0.0.1')
  const socket =
    identity === undefined
      ? transport
      : tls.connect({ ...identity, socket: transport, rejectUnauthorized: false })
  await once(socket, identity === undefined ? 'connect' : 'secureConnect')
  for (const one of [transport, socket]) one.on('error', () => undefined)
  await new Promise<void>((resolve) => {
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`, () => {
      resolve()
    })
  })
  return () => {
    const closed = once(transport, 'close')
    transport.resetAndDestroy()
    return closed
  }
}
