import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Issued } from '../../support/pki.js'

/** The system's own: that is where Debian's python3-openssl is. */
const PYTHON = '/usr/bin/python3'
/** Without the PYTHON* variables of the environment, which may be for another Python. */
const ISOLATED = '-I'
const SCRIPT = fileURLToPath(new URL('socket-renegotiate.py', import.meta.url))
const HALF_SCRIPT = fileURLToPath(new URL('socket-half-renegotiation.py', import.meta.url))

export interface Renegotiation {
  /** Status of the answer before. */
  first: number
  /** Status of the answer after; `null` when there was none. */
  second: number | null
  /** What OpenSSL said when it could not renegotiate. */
  refusal: string | null
}

/** Why no client here can renegotiate, which Node's own cannot do; `null` when one can. */
export function whyNoRenegotiation(): string | null {
  const { status } = spawnSync(PYTHON, [ISOLATED, '-c', 'import OpenSSL'])
  return status === 0 ? null : `${PYTHON} has no module OpenSSL: install python3-openssl`
}

/** One request as the first client, and on the same connection one as the second. */
export async function renegotiate(
  port: number,
  first: Issued,
  second: Issued,
): Promise<Renegotiation> {
  const { stdin, stdout, stderr } = execFile(PYTHON, [ISOLATED, SCRIPT])
  if (stdin === null || stdout === null || stderr === null) throw new Error('No pipes')
  stdin.end(JSON.stringify({ port, first: toPem(first), second: toPem(second) }))
  const [output, errors] = await Promise.all([text(stdout), text(stderr)])
  if (output === '') throw new Error(`The client failed: ${errors}`)
  return JSON.parse(output) as Renegotiation
}

/**
 * One request as the first client, and then, on the same connection, the second client's certificate
 * without the proof of its key.
 *
 * @returns once that has been sent: what ends the client
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
