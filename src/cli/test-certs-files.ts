import { lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from './command.js'
import type { TestIdentities } from './test-identities.js'

/** Only the owner may read a private key. Windows ignores the mode. */
const [PUBLIC, PRIVATE] = [0o644, 0o600]

interface OutputFile {
  readonly name: string
  readonly contents: string | Uint8Array
  readonly mode: number
}

/** Lists a pair of files for each certificate, and a file for the browser of `alice`. */
export function listFiles({ ca, server, clients }: TestIdentities, password: string): OutputFile[] {
  const all = [{ name: 'ca', certificate: ca }, { name: 'server', certificate: server }, ...clients]
  return all.flatMap(({ name, certificate }): OutputFile[] => {
    if (certificate === undefined) return []
    const { cert, key, p12 } = certificate
    const pair = [
      { name: `${name}.pem`, contents: cert, mode: PUBLIC },
      { name: `${name}.key`, contents: key, mode: PRIVATE },
    ]
    if (name !== 'alice') return pair
    return [...pair, { name: 'alice.p12', contents: p12(password), mode: PRIVATE }]
  })
}

/**
 * Writes all files or, if one of them exists and that isn't wanted, none.
 *
 * @throws UsageError if a file exists
 */
export function writeFiles(
  directory: string,
  files: readonly OutputFile[],
  isForced: boolean,
): void {
  const existing = files.map(({ name }) => name).filter((name) => exists(join(directory, name)))
  if (existing.length > 0 && !isForced) {
    throw new UsageError(
      `${directory} already has ${summarize(existing)}; name another directory, or pass --force to replace the files`,
    )
  }
  mkdirSync(directory, { recursive: true })
  for (const { name, contents, mode } of files) {
    const path = join(directory, name)
    // An existing file would keep its mode, and a link would lead elsewhere.
    if (isForced) rmSync(path, { force: true })
    writeFileSync(path, contents, { mode, flag: 'wx' })
  }
}

/** Not `existsSync()`, which doesn't see a link that leads nowhere. */
function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function summarize([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more of the files`
}
