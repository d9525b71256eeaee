import type { Random } from '../../../fuzz/support/random.js'
import { ENTRY_VARIATIONS } from './entry-variations.js'
import { LIST_VARIATIONS } from './list-variations.js'
import type { Variation } from './places.js'
import { createCrlPlan, type CrlCase, writeCase } from './plan.js'
import { SCOPE_VARIATIONS } from './scope-variations.js'
import { SIGNER_VARIATIONS } from './signer-variations.js'

export const VARIATIONS: readonly Variation[] = [
  ...ENTRY_VARIATIONS,
  ...LIST_VARIATIONS,
  ...SCOPE_VARIATIONS,
  ...SIGNER_VARIATIONS,
]

/** A random case, most often with one variation. */
export function createCrlCase(random: Random): CrlCase {
  const plan = createCrlPlan(random)
  for (let left = random.pick([0, 1, 1, 1, 2, 3]); left > 0; left -= 1) {
    const variation = random.pick(VARIATIONS)
    variation.apply(plan)
    plan.variations.push(variation.name)
  }
  return writeCase(plan)
}
