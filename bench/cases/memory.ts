import type { MemoryAnswer, MemoryQuestion } from '../processes/memory.js'
import type { Cell, Outcome } from '../results.js'
import { startChild } from '../support/child.js'
import { CHARTED, type Pki } from '../support/pki.js'

const STAGES = 4
const WARM_UP = 3000
const MIB = 2 ** 20

/** Very many certificates, all different, through one extractor with its default limits. */
export async function measureMemory({ clients }: Pki, certificates: number): Promise<Outcome> {
  const module = new URL('../processes/memory.ts', import.meta.url)
  const child = startChild<MemoryQuestion, MemoryAnswer>(module)
  const raw = clients[CHARTED].raw.toString('base64')
  const perStage = certificates / STAGES
  // What compiled code and the like take is not what is kept of certificates.
  const before = await child.ask({ raw, certificates: WARM_UP, cache: false, collect: true })
  const rows = [toRow('before, without the cache', before)]
  for (let stage = 1; stage <= STAGES; stage += 1) {
    const answer = await child.ask({ raw, certificates: perStage, cache: true, collect: false })
    rows.push(toRow((stage * perStage).toLocaleString('en'), answer))
  }
  const after = await child.ask({ raw, certificates: 0, cache: true, collect: true })
  child.end()
  const value = (after.keptBytes - before.keptBytes) / MIB
  return {
    sections: [
      {
        title: 'Distinct certificates',
        about:
          'In a process of their own. Each is a real certificate with another serial number ' +
          'and a signature that is wrong, which nobody verifies here. "Heap" counts the buffers too. ' +
          'MiB, and microseconds for each certificate.',
        head: ['certificates', 'RSS', 'heap', 'microseconds'],
        rows: [
          ...rows,
          toRow('after garbage collection', after),
          ['kept', '', { value, target: 'memory' }, ''],
        ],
      },
    ],
  }
}

function toRow(name: string, { rssBytes, keptBytes, microseconds }: MemoryAnswer): Cell[] {
  return [
    name,
    (rssBytes / MIB).toFixed(0),
    (keptBytes / MIB).toFixed(1),
    microseconds === 0 ? '' : microseconds,
  ]
}
