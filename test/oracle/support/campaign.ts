import { Random } from '../../fuzz/support/random.js'
import type { CreateStore } from '../../support/judged-store.js'
import { compare, decide } from './compare.js'
import { createCase } from './generator.js'
import type { Judge } from './judges.js'
import { count, startTally, type Tally } from './tally.js'

export interface Campaign {
  readonly seed: number
  readonly cases: number
  readonly judges: readonly Judge[]
  /** Asks the first judge about every second case only, where another judge is asked about them all. */
  readonly isShort?: boolean
  readonly create: CreateStore
}

/** Creates random cases, and compares the verdicts of the package with those of the judges. */
export async function runCampaign({
  seed,
  cases,
  judges,
  create,
  isShort = false,
}: Campaign): Promise<Tally> {
  const random = new Random(seed)
  const tally = startTally()
  for (let index = 0; index < cases; index += 1) {
    const test = createCase(random)
    const verdict = decide(create, test)
    const asked = isShort && judges.length > 1 && index % 2 === 1 ? judges.slice(1) : judges
    const able = asked.filter((judge) => judge.canJudge(test))
    const comparisons = await Promise.all(able.map((judge) => compare(test, verdict, judge)))
    for (const comparison of comparisons) count(comparison, `case ${index} of seed ${seed}`, tally)
  }
  return tally
}
