// Runs in its own process, because some certificates end it. Reads each batch that it gets, writes
// a byte to standard output before each certificate, and sends the results.
import { writeSync } from 'node:fs'
import { MAIN_READERS, READER_COUNT, readEverywhere } from './read-everywhere.js'

/** The leaf and the certificates after it, in base64. */
export interface Reading {
  readonly ders: readonly string[]
  /** Whether to use all readers, or only the main readers and one more. */
  readonly everywhere: boolean
}

export interface Read {
  /** The number of certificates that at least one reader accepted. */
  readonly accepted: number
  readonly faults: readonly { readonly index: number; readonly message: string }[]
}

let turn = 0

async function readBatch(batch: readonly Reading[]): Promise<Read> {
  let accepted = 0
  const faults: Read['faults'][number][] = []
  for (const [index, { ders, everywhere }] of batch.entries()) {
    writeSync(1, '.')
    const [leaf, ...others] = ders.map((der) => Buffer.from(der, 'base64'))
    turn += 1
    const another = MAIN_READERS + (turn % (READER_COUNT - MAIN_READERS))
    try {
      const which = (at: number) => everywhere || at < MAIN_READERS || at === another
      if ((await readEverywhere(leaf as Buffer, others, which)) > 0) accepted += 1
    } catch (error) {
      faults.push({ index, message: String(error) })
    }
  }
  return { accepted, faults }
}

process.on('message', (batch) => {
  void readBatch(batch as readonly Reading[]).then((read) => process.send?.(read))
})
process.on('disconnect', () => process.exit())
