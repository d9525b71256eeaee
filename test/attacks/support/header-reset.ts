// Run in a process of its own: opens many connections to a port, sends a request with the given
// header on each, and resets it at once. Writes how many it has reset.
import { once } from 'node:events'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'

interface Task {
  port: number
  connections: number
  header: string
}

const AT_A_TIME = 50

async function sendAndReset({ port, header }: Task): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const closed = once(socket, 'close')
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`, () => {
    socket.resetAndDestroy()
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
