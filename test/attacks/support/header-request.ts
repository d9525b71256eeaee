import { once } from 'node:events'
import { connect } from 'node:net'
import tls from 'node:tls'

export interface Task {
  port: number
  connections: number
  header: string
  /** Connects over TLS and presents this certificate. */
  identity?: { key: string; cert: string }
}

/**
 * Sends a request with this header on its own connection, and doesn't read the answer.
 *
 * @returns a function that resets the connection, once the system has the request
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
