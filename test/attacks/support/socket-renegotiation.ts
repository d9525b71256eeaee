import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Issued } from '../../support/pki.js'

/** The system's own Python, because Debian's python3-openssl belongs to it. */
const PYTHON = '/usr/bin/python3'
/** Ignores the PYTHON* variables of the environment, which may be meant for another Python. */
const ISOLATED = '-I'
const SCRIPT = fileURLToPath(new URL('socket-renegotiate.py', import.meta.url))
const HALF_SCRIPT = fileURLToPath(new URL('socket-half-renegotiation.py', import.meta.url))

export interface Renegotiation {
  /** The status of the answer before the renegotiation. */
  first: number
  /** The status of the answer after the renegotiation, or `null` without one. */
  second: number | null
  /** OpenSSL's error if it couldn't renegotiate. */
  refusal: string | null
}

/** Why no client here can renegotiate, or `null`. Node's own client never can. */
export function whyNoRenegotiation(): string | null {
  const { status } = spawnSync(PYTHON, [ISOLATED, '-c', 'import OpenSSL'])
  return status === 0 ? null : `${PYTHON} doesn't have the module OpenSSL: install python3-openssl`
}

/** Sends one request as the first client, and on the same connection another as the second. */
export async function renegotiate(
  port: number,
  first: Issued,
  second: Issued,
): Promise<Renegotiation> {
  const { stdin, stdout, stderr } = execFile(PYTHON, [ISOLATED, SCRIPT])
  if (stdin === null || stdout === null || stderr === null)
    throw new Error('The client has no pipes')
  stdin.end(JSON.stringify({ port, first: toPem(first), second: toPem(second) }))
  const [output, errors] = await Promise.all([text(stdout), text(stderr)])
  if (output === '') throw new Error(`The client failed: ${errors}`)
  return JSON.parse(output) as Renegotiation
}

/**
 * Sends one request as the first client, and then, on the same connection, the second client's
 * certificate without the proof of its key.
 *
 * @returns a function that ends the client, once the certificate has been sent
 */
export async function renegotiateHalf(
  port: number,
  first: Issued,
  second: Issued,
): Promise<() => void> {
  const client = spawn(PYTHON, [ISOLATED, HALF_SCRIPT])
  client.stdin.write(`${JSON.stringify({ port, first: toPem(first), second: toPem(second) })}\n`)
  const errors = text(client.stderr)
  const lines = createInterface(client.stdout)
  const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'close')])) as [unknown?]
  if (line !== 'sent') throw new Error(`The client failed: ${await errors}`)
  return () => client.stdin.end()
}

function toPem({ cert, key }: Issued): Pick<Issued, 'cert' | 'key'> {
  return { cert, key }
}
