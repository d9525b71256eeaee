import { Buffer } from 'node:buffer'
import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { type Streams, UsageError } from './command.js'
import { printable } from './run.js'

const MIB = 1024 * 1024

/** The contents that a file should have, for limits and messages. */
export interface InputKind {
  readonly maxMiB: number
  /** Completes "pass". */
  readonly wanted: string
  /** Completes "pass", if the file is too large. */
  readonly only: string
  /** Says what to do if the file doesn't exist. */
  readonly missing: string
  /** Says what to do if standard input is empty. */
  readonly empty: string
}

/** A request carries at most some KiB, and the longest bundle of CAs in use has a quarter of this. */
export const CERTIFICATE: InputKind = {
  maxMiB: 1,
  wanted: 'a certificate or a header value',
  only: 'only the certificate or header value',
  missing: 'pass a header value on standard input, not as an argument',
  empty: 'standard input is empty; pass a file, or pipe a certificate or a header value in',
}

const MAX_QUOTED = 40

/** Shows the beginning of something that a user or a stranger has chosen. */
export function quoteStart(text: string): string {
  const shown = printable(text.slice(0, MAX_QUOTED))
  return text.length > MAX_QUOTED ? `${shown}...` : shown
}

/**
 * Reads a file, or standard input for `-`.
 *
 * @throws UsageError if it can't be read, is empty, or has more than the kind allows
 */
export async function readInput(
  file: string,
  stdin: Streams['stdin'],
  kind: InputKind = CERTIFICATE,
): Promise<Buffer> {
  const bytes = await (file === '-'
    ? readUpToLimit(stdin, 'standard input', kind)
    : readFile(file, kind))
  if (bytes.length > 0) return bytes
  throw new UsageError(
    file === '-' ? kind.empty : `${quoteStart(file)}: the file is empty; pass ${kind.wanted}`,
  )
}

/** Doesn't ask for the size first, because pipes and devices have none. */
async function readUpToLimit(
  stream: AsyncIterable<Uint8Array | string>,
  source: string,
  { maxMiB, only }: InputKind,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array)
    length += bytes.length
    if (length > maxMiB * MIB)
      throw new UsageError(`${source} has more than ${maxMiB} MiB; pass ${only}`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

async function readFile(file: string, kind: InputKind): Promise<Buffer> {
  try {
    return await readUpToLimit(createReadStream(file), quoteStart(file), kind)
  } catch (error) {
    throw error instanceof UsageError
      ? error
      : unreadable(file, error as NodeJS.ErrnoException, kind)
  }
}

/**
 * Reads a file at once, like `readFileSync()`, which never ends for some devices.
 *
 * @returns `undefined` if the file has more than 1 MiB
 */
export function readFileUpToLimit(file: string): Buffer | undefined {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(MIB + 1)
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

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: 'this is a directory; pass a file in it',
  EACCES: 'this user may not read the file; change its permissions',
}

/** The message for a file that can't be read, by the error of `node:fs`. */
export function unreadable(
  file: string,
  { code = 'unknown error' }: NodeJS.ErrnoException,
  { missing }: InputKind = CERTIFICATE,
): UsageError {
  const isMissing = code === 'ENOENT' || code === 'ENAMETOOLONG'
  const reason = isMissing ? `there is no such file; ${missing}` : REASONS[code]
  return new UsageError(`${quoteStart(file)}: ${reason ?? `the file can't be read (${code})`}`)
}
