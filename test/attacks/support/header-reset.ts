// Run in a process of its own: opens many connections to a port, sends a request with the given
// header on each, and resets it at once. Writes how many it has reset.
import { once } from 'node:events'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import tls from 'node:tls'

export interface Task {
  port: number
  connections: number
  header: string
  /** Over TLS, with a certificate of the client's own. */
  identity?: { key: string; cert: string }
}

const AT_A_TIME = 50

async function sendAndReset({ port, header, identity }: Task): Promise<void> {
  const transport = connect(port, '127.0.0.1')
  const socket =
    identity === undefined
      ? transport
      : tls.connect({ ...identity, socket: transport, rejectUnauthorized: false })
  for (const one of [transport, socket]) one.on('error', () => undefined)
  await once(socket, identity === undefined ? 'connect' : 'secureConnect')
  const closed = once(transport, 'close')
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`, () => {
    transport.resetAndDestroy()
  })
  await closed
}

const task = (await json(process.stdin)) as Task
let done = 0
while (done < task.connections) {
  await Promise.all(Array.from({ length: AT_A_TIME }, () => sendAndReset(task)))
  done += AT_A_TIME
}
process.stdout.write(String(done))
