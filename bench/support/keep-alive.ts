import { once } from 'node:events'
import tls, { type TLSSocket } from 'node:tls'

const CONNECTIONS = 4
const REQUEST = [
  'GET / HTTP/1.1',
  'Host: localhost',
  'User-Agent: bench/1.0',
  'Accept: application/json, text/plain',
  'Accept-Encoding: gzip, br',
  'Cookie: session=0123456789',
  '\r\n',
].join('\r\n')

/** Connections that stay open. On each of them, one request follows the other. */
export interface KeptAlive {
  /** Sends so many requests over all connections, and waits for their answers. */
  readonly send: (requests: number) => Promise<void>
  readonly close: () => void
}

export async function keepAlive(
  port: number,
  client: Readonly<Record<'ca' | 'cert' | 'key', string>>,
): Promise<KeptAlive> {
  const sockets: TLSSocket[] = []
  for (let index = 0; index < CONNECTIONS; index += 1) {
    const socket = tls.connect({ host: '127.0.0.1', port, ...client })
    await once(socket, 'secureConnect')
    sockets.push(socket)
  }
  return {
    async send(requests) {
      await Promise.all(
        sockets.map((socket) => sendMany(socket, Math.ceil(requests / CONNECTIONS))),
      )
    },
    close() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Writes the requests by hand, because Node's client would take more of the processor than the server. */
function sendMany(socket: TLSSocket, requests: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = requests
    const onData = (answer: Buffer): void => {
      if (!answer.toString('latin1').startsWith('HTTP/1.1 200 ')) reject(new Error(String(answer)))
      left -= 1
      if (left > 0) {
        socket.write(REQUEST)
        return
      }
      socket.off('data', onData).off('close', onClose)
      resolve()
    }
    const onClose = (): void => {
      reject(new Error('The server has closed the connection'))
    }
    socket.on('data', onData).on('close', onClose)
    socket.write(REQUEST)
  })
}
