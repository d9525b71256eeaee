import { Random } from '../../../fuzz/support/random.js'
import type { Libcrypto } from '../libcrypto.js'
import { compareCrl, type CreateCrlStore, type CrlComparison } from './compare.js'
import { createCrlCase } from './generator.js'
import type { CrlCase } from './plan.js'
import { count, startTally, type Tally } from '../tally.js'

interface Campaign {
  readonly seed: number
  readonly cases: number
  readonly libcrypto: Libcrypto
  readonly create: CreateCrlStore
}

/** How many cases libcrypto is asked about before the answers are awaited. */
const BATCH = 50

/** Compares the package with libcrypto on random cases, twice each: with 'require' and with 'soft'. */
export async function runCrlCampaign(campaign: Campaign): Promise<Tally> {
  const { seed, cases } = campaign
  const random = new Random(seed)
  const tally = startTally()
  for (let first = 0; first < cases; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, cases - first) }, (_, index) =>
      judge(createCrlCase(random), campaign).then((comparisons) => ({ index, comparisons })),
    )
    for (const { index, comparisons } of await Promise.all(batch))
      for (const one of comparisons) count(one, `case ${first + index} of seed ${seed}`, tally)
  }
  return tally
}

const judge = (test: CrlCase, { create, libcrypto }: Campaign): Promise<CrlComparison[]> =>
  Promise.all([
    compareCrl(test, create, libcrypto, 'require'),
    compareCrl(test, create, libcrypto, 'soft'),
  ])
