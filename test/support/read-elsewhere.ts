import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Read, Reading } from './reading-process.js'

export type { Reading } from './reading-process.js'

const PROCESS = fileURLToPath(new URL('reading-process.ts', import.meta.url))

/** The results of reading certificates in another process. */
export interface Report {
  readonly accepted: number
  /** Certificates that ended the process, threw, or were shown incorrectly. */
  readonly faults: readonly { readonly reading: Reading; readonly message: string }[]
}

const BATCH = 1000
/** One crash is enough to fail, and a few more help to find the cause. */
const MOST_FAULTS = 5

/** Reads certificates in another process, and continues after a certificate that ends it. */
export async function readElsewhere(readings: readonly Reading[]): Promise<Report> {
  const faults: Report['faults'][number][] = []
  let accepted = 0
  let reader: Reader | undefined
  for (let at = 0; at < readings.length && faults.length < MOST_FAULTS;) {
    reader ??= new Reader()
    const batch = readings.slice(at, at + BATCH)
    const { begun, read, end } = await reader.read(batch)
    accepted += read.accepted
    for (const { index, message } of read.faults) {
      faults.push({ reading: batch[index] as Reading, message })
    }
    if (end === undefined) {
      at += batch.length
    } else {
      faults.push({ reading: batch[begun - 1] as Reading, message: `The process ended: ${end}` })
      at += Math.max(begun, 1)
      reader = undefined
    }
  }
  reader?.end()
  return { accepted, faults }
}

interface Progress {
  /** The number of certificates that the process has started to read. */
  readonly begun: number
  readonly read: Read
  /** How the process ended, if it did. */
  readonly end: string | undefined
}

class Reader {
  readonly #child: ChildProcess
  readonly #end: Promise<string>
  #begun = 0
  #errors = ''
  #answer: (read: Read) => void = () => undefined

  constructor() {
    const { NODE_OPTIONS: _, ...env } = process.env
    this.#child = fork(PROCESS, {
      env,
      execArgv: ['--no-deprecation', '--import', 'ts-blank-space/register'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child.stdout?.on('data', (dots: Buffer) => (this.#begun += dots.length))
    this.#child.stderr?.on('data', (text: Buffer) => (this.#errors += text.toString()))
    this.#child.on('message', (read) => {
      this.#answer(read as Read)
    })
    this.#end = once(this.#child, 'close').then(([code, signal]: unknown[]) => {
      return `${String(signal ?? code)} ${this.#errors.trim().split('\n')[0] ?? ''}`
    })
  }

  async read(batch: readonly Reading[]): Promise<Progress> {
    this.#begun = 0
    const answered = new Promise<Read>((resolve) => (this.#answer = resolve))
    this.#child.send([...batch])
    const outcome = await Promise.race([answered, this.#end])
    return typeof outcome === 'string'
      ? { begun: this.#begun, read: { accepted: 0, faults: [] }, end: outcome }
      : { begun: batch.length, read: outcome, end: undefined }
  }

  end(): void {
    this.#child.disconnect()
  }
}

/** The faults with their certificates in base64. A test expects an empty list. */
export function describeFaults({ faults }: Report): string[] {
  return faults.map(({ reading, message }) => `${message}\n${reading.ders.join('\n')}`)
}
