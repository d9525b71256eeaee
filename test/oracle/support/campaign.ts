import { Random } from '../../fuzz/support/random.js'
import type { CreateStore } from '../../support/judged-store.js'
import { compare, type Comparison, decide } from './compare.js'
import { createCase } from './generator.js'
import type { Judge } from './judges.js'

export interface Tally {
  /** The number of comparisons. A case is compared with every judge that can judge it. */
  compared: number
  bothAccept: number
  /** How often each explanation was needed, by its name. */
  readonly explained: Map<string, number>
  readonly falseAccepts: string[]
  readonly falseRejects: string[]
}

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
  const tally: Tally = {
    compared: 0,
    bothAccept: 0,
    explained: new Map(),
    falseAccepts: [],
    falseRejects: [],
  }
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

function count(comparison: Comparison, label: string, tally: Tally): void {
  tally.compared += 1
  switch (comparison.kind) {
    case 'both accept':
      tally.bothAccept += 1
      return
    case 'both reject':
      return
    case 'explained': {
      const { name } = comparison.explanation
      tally.explained.set(name, (tally.explained.get(name) ?? 0) + 1)
      return
    }
    case 'false accept':
      tally.falseAccepts.push(`${label}: ${comparison.message}`)
      return
    case 'false reject':
      tally.falseRejects.push(`${label}: ${comparison.message}`)
  }
}
