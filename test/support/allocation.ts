import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The memory that one request allocates. */
export interface Allocated {
  /** On V8's heap. */
  readonly heapBytes: number
  /** In buffers, whose memory is outside the heap. */
  readonly bufferBytes: number
}

export type Way = 'strategy' | 'middleware'

const PROGRAM = fileURLToPath(new URL('allocation-process.ts', import.meta.url))
const FLAGS = ['--expose-gc', '--no-deprecation', '--import', 'ts-blank-space/register']
/** These compilers leave out some of the objects. Without them, every run allocates the same. */
const COMPILERS = ['--no-opt', '--no-maglev']

/**
 * Measures how many bytes a request allocates whose TLS connection has been seen before.
 *
 * @param der - of the client's certificate
 * @param optimized - whether V8 may optimize, as in production. The result then varies by a tenth
 */
export function measureAllocation(der: Buffer, optimized: boolean): Record<Way, Allocated> {
  const flags = optimized ? FLAGS : [...COMPILERS, ...FLAGS]
  const output = execFileSync(process.execPath, [...flags, PROGRAM, der.toString('base64')], {
    encoding: 'utf8',
    // Neither options nor coverage of the process that asks.
    env: { ...process.env, NODE_OPTIONS: undefined, NODE_V8_COVERAGE: undefined },
  })
  return JSON.parse(output) as Record<Way, Allocated>
}
