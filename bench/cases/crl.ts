import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { createTrustStore, type TrustStore } from 'passport-client-certificate-auth/trust'
import { ca, crlToPem, entryOf, listBy, reasonCode } from '../../test/support/crl-writer.js'
import { issue } from '../../test/support/der-chain.js'
import { int, utcTime } from '../../test/support/der-writer.js'
import { SerialTable } from '../../src/path/crl/serial-table.js'
import { collectGarbage } from '../measure.js'
import type { Outcome, Section } from '../results.js'

const ENTRIES = 1_000_000
const RUNS = 5
const LOOK_UPS = 100_000
const DATES = { thisUpdate: utcTime('240101000000Z'), nextUpdate: utcTime('491231235959Z') }
const MIB = 2 ** 20

const root = ca('root')
const good = issue({ subject: 'good', by: root, serialNumber: int(7) })
const revoked = issue({ subject: 'revoked', by: root, serialNumber: int(9) })

/** Serial numbers of 16 octets, as CAs on the internet have them, and one that is in the last entry. */
function makeList(): Buffer {
  const entry = entryOf(BigInt(`0x41${'00'.repeat(15)}`), reasonCode(1))
  const entries = Buffer.alloc(entry.length * ENTRIES, entry)
  const random = randomBytes(15 * ENTRIES)
  for (let index = 0; index < ENTRIES; index += 1)
    random.copy(entries, index * entry.length + 5, index * 15, index * 15 + 15)
  return listBy(root, { ...DATES, entries: [entries, entryOf(9)] })
}

interface Run {
  readonly seconds: number
  readonly longestMs: number
  readonly mebibytes: number
}

/** Measures the longest time between two turns of the event loop while a store loads a list. */
async function measureRun(crl: Buffer, fileBytes: number): Promise<Run> {
  const trust = createTrustStore({ ca: root.der, crl: listBy(root, DATES) })
  const before = await usedBytes()
  let isRunning = true
  let longestMs = 0
  let last = performance.now()
  const look = (): void => {
    const now = performance.now()
    longestMs = Math.max(longestMs, now - last)
    last = now
    if (isRunning) setImmediate(look)
  }
  setImmediate(look)
  await nextTurn()
  longestMs = 0
  const start = performance.now()
  await trust.replace({ crl })
  const seconds = (performance.now() - start) / 1000
  look()
  isRunning = false
  assertDecisions(trust)
  await nextTurn()
  // The store keeps its own copy of the file.
  return { seconds, longestMs, mebibytes: ((await usedBytes()) - before - fileBytes) / MIB }
}

async function usedBytes(): Promise<number> {
  // The memory of buffers is freed some turns after they were collected.
  for (let left = 5; left > 0; left -= 1) {
    collectGarbage()
    await sleep(20)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function assertDecisions(trust: TrustStore): void {
  const [accepted, rejected] = [good, revoked].map(({ der }) => trust.validate(der))
  if (accepted?.ok !== true || rejected?.ok !== false || rejected.reason !== 'certificate_revoked')
    throw new Error('A list led to a wrong decision')
}

/** Microseconds for one look-up, half of them of numbers that the table has. */
function measureLookUp(): number {
  const bytes = randomBytes(17 * ENTRIES)
  const table = new SerialTable(bytes, ENTRIES)
  for (let index = 0; index < ENTRIES; index += 1) {
    bytes[index * 17] = 16
    if (index > 0) table.add(index * 17)
  }
  const others = randomBytes(16 * LOOK_UPS)
  for (let index = 1; index < LOOK_UPS; index += 2)
    bytes.copy(others, index * 16, index * 17 + 1, index * 17 + 17)
  const numbers = Array.from({ length: LOOK_UPS }, (_, index) =>
    others.subarray(index * 16, index * 16 + 16),
  )
  const start = performance.now()
  let found = 0
  for (const number of numbers) if (table.has(number)) found += 1
  const elapsedMs = performance.now() - start
  if (found !== LOOK_UPS / 2) throw new Error('The table has a wrong number of serial numbers')
  return (elapsedMs * 1000) / LOOK_UPS
}

/** Loads a list of a million entries into a running store, in DER and in PEM. */
export async function measureCrl(): Promise<Outcome> {
  const der = makeList()
  const rows: Section['rows'][number][] = []
  for (const [form, crl] of [
    ['DER', der],
    ['PEM', Buffer.from(crlToPem(der))],
  ] as const) {
    const runs: Run[] = []
    for (let left = RUNS; left > 0; left -= 1) runs.push(await measureRun(crl, der.length))
    const best = (of: (run: Run) => number): number => Math.min(...runs.map(of))
    // The target is about DER. Decoding PEM takes longer.
    const seconds = best((run) => run.seconds)
    rows.push([
      form,
      form === 'DER' ? { value: seconds, target: 'crlSeconds' } : seconds,
      { value: best((run) => run.longestMs), target: 'crlBlockedMs' },
      // A run seems to need less if the memory of an earlier run is freed during it.
      { value: Math.max(...runs.map(({ mebibytes }) => mebibytes)), target: 'crlMebibytes' },
    ])
  }
  const lookUps = Array.from({ length: RUNS }, measureLookUp)
  return {
    sections: [
      {
        title: 'A revocation list of a million entries',
        about:
          `replace() with a list of ${Math.round(der.length / 1e6)} MB, in ${RUNS} runs: the fewest seconds, the shortest of the ` +
          'longest times in milliseconds in which the event loop did no other work, and the most mebibytes that the store keeps besides the list.',
        head: ['form', 'seconds', 'longest block', 'memory'],
        rows,
      },
      {
        title: 'A look-up among a million serial numbers',
        about: `Half of the numbers are in the list. The best of ${RUNS} runs, in microseconds.`,
        head: ['entries', 'look-up'],
        rows: [[String(ENTRIES), { value: Math.min(...lookUps), target: 'crlLookUp' }]],
      },
    ],
  }
}
