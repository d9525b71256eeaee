// Run in a process of its own, because some certificates end the process. It reads each batch that it
// is sent, says with a byte on its standard output that it begins the next certificate, and answers.
import { writeSync } from 'node:fs'
import { MAIN_READERS, READER_COUNT, readEverywhere } from './read-everywhere.js'

/** What is to be read: the leaf, and what comes behind it, in base64. */
export interface Reading {
  readonly ders: readonly string[]
  /** Whether in all ways there are, or in the main ones and one more. */
  readonly everywhere: boolean
}

export interface Read {
  /** How many were accepted in at least one way. */
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
