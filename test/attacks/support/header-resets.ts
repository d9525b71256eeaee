import { spawn } from 'node:child_process'
import type { IncomingMessage, RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Task } from './header-reset.js'

const SCRIPT = fileURLToPath(new URL('header-reset.ts', import.meta.url))

/** Sends requests from another process, and resets the connection of each. @returns how many */
export async function resetFromElsewhere(task: Task): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'ts-blank-space/register', SCRIPT])
  child.stdin.end(JSON.stringify(task))
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (output === '') throw new Error(`The client failed: ${errors}`)
  return Number(output)
}

/** Notes the address of each peer of an app, and tells when so many have been there. */
export function observePeers(app: RequestListener, connections: number) {
  const peers: IncomingMessage['socket']['remoteAddress'][] = []
  let finish: () => void = () => undefined
  const all = new Promise<void>((resolve) => (finish = resolve))
  const listener: RequestListener = (req, res) => {
    peers.push(req.socket.remoteAddress)
    app(req, res)
    if (peers.length === connections) finish()
  }
  // Some may be gone before Node has read their request.
  const settled = () => Promise.race([all, setTimeout(2000, undefined, { ref: false })])
  return { listener, peers, settled }
}
