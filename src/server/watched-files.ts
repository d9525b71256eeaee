import { createHash } from 'node:crypto'
import { constants, type FSWatcher, watch } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { invalidValue } from '../util/errors.js'

/** Files that are read together, by the names under which the application gets their contents. */
export class WatchedFiles<Name extends string> {
  readonly #paths: readonly (readonly [name: Name, path: string])[]

  constructor(files: Readonly<Record<Name, string>>) {
    this.#paths = Object.entries(files) as [Name, string][]
  }

  /**
   * Reads all files. The caller has to look at {@link describe} before and after, because another program
   * may replace them meanwhile.
   */
  async read(): Promise<Record<Name, Buffer>> {
    const entries = await Promise.all(
      this.#paths.map(async ([name, path]) => [name, await readRegularFile(name, path)] as const),
    )
    return Object.fromEntries(entries) as Record<Name, Buffer>
  }

  /**
   * Describes the state of all files without reading them. Follows symbolic links, so the description
   * changes when a link, or a link to its folder, gets another target.
   */
  async describe(): Promise<string> {
    const states = await Promise.all(this.#paths.map(([, path]) => describeFile(path)))
    return states.join('\n')
  }

  /**
   * Calls a function when something changes in a folder with one of the files. Not every file system
   * reports changes, and none reports those behind a link.
   *
   * @returns a function that stops it
   */
  watch(onChange: () => void): () => void {
    const folders = new Set(this.#paths.map(([, path]) => dirname(path)))
    const watchers = [...folders].flatMap((folder) => watchFolder(folder, onChange) ?? [])
    return () => {
      for (const watcher of watchers) watcher.close()
    }
  }
}

/** A short string that is equal only for equal contents. */
export function digestContents(contents: Readonly<Record<string, Buffer>>): string {
  const hash = createHash('sha256')
  // The length comes first, so that moving bytes to another file changes the digest.
  for (const bytes of Object.values(contents)) hash.update(`${bytes.length}\n`).update(bytes)
  return hash.digest('hex')
}

/** Other files may have no end: a device fills the memory, and a FIFO may never get a writer. */
async function readRegularFile(name: string, path: string): Promise<Buffer> {
  // Without O_NONBLOCK, opening a FIFO occupies one of Node's few threads for files until it has a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!(await file.stat()).isFile())
      throw invalidValue(`files.${name}`, 'must be a regular file, or a link to one', path)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

async function describeFile(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch {
    return 'missing'
  }
}

/** @returns `undefined` for a folder that can't be watched, or doesn't exist yet */
function watchFolder(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, onChange)
    // Without a listener, the removal of the folder could end the process.
    return watcher.on('error', () => {
      watcher.close()
    })
  } catch {
    return undefined
  }
}
