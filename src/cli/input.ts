import { Buffer } from 'node:buffer'
import { closeSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { type Streams, UsageError } from './command.js'
import { printable } from './run.js'

/** A request carries at most some KiB, and the longest bundle of CAs in use has a quarter of this. */
const MAX_INPUT_BYTES = 1024 * 1024

const MAX_QUOTED = 40

/** Shows the beginning of something that a user or a stranger has chosen. */
export function quoteStart(text: string): string {
  const shown = printable(text.slice(0, MAX_QUOTED))
  return text.length > MAX_QUOTED ? `${shown}...` : shown
}

/**
 * Reads a file, or standard input for `-`.
 *
 * @throws UsageError if it can't be read, is empty, or has more than 1 MiB
 */
export async function readInput(file: string, stdin: Streams['stdin']): Promise<Buffer> {
  const bytes = await (file === '-' ? readStream(stdin) : readFile(file))
  if (bytes.length > 0) return bytes
  throw new UsageError(
    file === '-'
      ? 'standard input is empty; pass a file, or pipe a certificate or a header value in'
      : `${quoteStart(file)}: the file is empty; pass a certificate or a header value`,
  )
}

async function readStream(stream: Streams['stdin']): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array)
    length += bytes.length
    if (length > MAX_INPUT_BYTES) throw tooLarge('standard input')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

async function readFile(file: string): Promise<Buffer> {
  try {
    const handle = await open(file)
    try {
      return await readUpToLimit(handle, file)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw error instanceof UsageError ? error : unreadable(file, error as NodeJS.ErrnoException)
  }
}

/** Doesn't ask for the size first, because pipes and devices have none. */
async function readUpToLimit(handle: FileHandle, file: string): Promise<Buffer> {
  const bytes = Buffer.alloc(MAX_INPUT_BYTES + 1)
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, null)
    if (bytesRead === 0) return bytes.subarray(0, length)
    length += bytesRead
  }
  throw tooLarge(quoteStart(file))
}

/**
 * Reads a file at once, like `readFileSync()`, which never ends for some devices.
 *
 * @returns `undefined` if the file has more than 1 MiB
 */
export function readFileUpToLimit(file: string): Buffer | undefined {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(MAX_INPUT_BYTES + 1)
    let length = 0
    while (length < bytes.length) {
      const bytesRead = readSync(descriptor, bytes, length, bytes.length - length, null)
      if (bytesRead === 0) return bytes.subarray(0, length)
      length += bytesRead
    }
    return undefined
  } finally {
    closeSync(descriptor)
  }
}

function tooLarge(source: string): UsageError {
  return new UsageError(`${source} has more than 1 MiB; pass only the certificate or header value`)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; pass a header value on standard input, not as an argument',
  ENAMETOOLONG: 'there is no such file; pass a header value on standard input, not as an argument',
  EISDIR: 'this is a directory; pass a file in it',
  EACCES: 'this user may not read the file; change its permissions',
}

/** The message for a file that can't be read, by the error of `node:fs`. */
export function unreadable(
  file: string,
  { code = 'unknown error' }: NodeJS.ErrnoException,
): UsageError {
  return new UsageError(
    `${quoteStart(file)}: ${REASONS[code] ?? `the file can't be read (${code})`}`,
  )
}
