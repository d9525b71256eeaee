import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The members of a Unix-domain socket connection that an extractor reads. */
export function overUnixSocket(): object {
  return { _handle: new Pipe() }
}

/** Has the name of a class in Node, because the extractor reads the name. */
class Pipe {
  readonly fd = -1
}

/** Runs a function while a server listens on a Unix-domain socket. */
export async function whileOnUnixSocket(
  server: Server,
  run: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'unix-'))
  try {
    const path = join(folder, 'socket')
    server.listen(path)
    await once(server, 'listening')
    await run(path)
  } finally {
    server.close()
    await rm(folder, { recursive: true })
  }
}
