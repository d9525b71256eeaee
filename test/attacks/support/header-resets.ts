import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Task } from './header-request.js'

const SCRIPT = fileURLToPath(new URL('header-reset.ts', import.meta.url))

/**
 * Sends requests from another process, and resets each connection.
 *
 * @returns the number of connections
 */
export async function resetFromElsewhere(task: Task): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'ts-blank-space/register', SCRIPT])
  child.stdin.end(JSON.stringify(task))
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (output === '') throw new Error(`The client failed: ${errors}`)
  return Number(output)
}

/** Resolves for a connection that was reset too; `once()` would throw. */
export function closingOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => {
      resolve()
    })
  })
}

/**
 * Waits until all connections have ended, because some requests are gone before Node can read them.
 */
export function observeConnections(server: Server): (port: number) => Promise<void> {
  const open = new Set<Socket>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return async (port) => {
    // Node accepts connections in order, so it has seen all earlier ones once it has ended this
    // one.
    const last = connect(port, '127.0.0.1').on('error', () => undefined)
    const ended = once(last, 'close')
    last.end()
    last.resume()
    await ended
    await Promise.all([...open].map(closingOf))
  }
}
