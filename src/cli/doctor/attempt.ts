import type { Check } from './checks.js'
import type { Answer } from './request.js'
import { isIn, isSilent, requestsOf, type Result, type Run, sendAs } from './run.js'
import { LimitReached } from './sender.js'
import type { Variant } from './variants.js'

/**
 * Sends the requests of a check until one of them gets in.
 *
 * @param answers - gets every answer
 * @throws LimitReached
 */
export async function attempt(run: Run, check: Check, answers: Answer[]): Promise<Result> {
  for (const { lines, variants } of requestsOf(run, check)) {
    const answer = await sendAs(run, check, lines)
    answers.push(answer)
    if (!isIn(run.baseline, answer)) continue
    if (check.advice === undefined) return { check, verdict: 'may get in', answers, variants: [] }
    const found = await narrow(run, check, variants)
    return { check, verdict: 'gets in', answers, variants: found }
  }
  const isAnswered = !answers.some((answer) => isSilent(check, answer))
  return { check, verdict: isAnswered ? 'rejected' : 'no answer', answers, variants: [] }
}

/** Finds the one of several variants that gets in; all of them if it isn't one alone. */
async function narrow(
  run: Run,
  check: Check,
  variants: readonly Variant[],
): Promise<readonly Variant[]> {
  if (variants.length < 2) return variants
  return (
    (await findVariant(variants, async (variant) => {
      const [alone] = requestsOf(run, check, [variant])
      return alone !== undefined && isIn(run.baseline, await sendAs(run, check, alone.lines))
    })) ?? variants
  )
}

/** Tries variants until one is found, or until the run may not send any more requests. */
export async function findVariant(
  variants: readonly Variant[],
  test: (variant: Variant) => Promise<boolean>,
): Promise<readonly Variant[] | undefined> {
  try {
    for (const variant of variants) if (await test(variant)) return [variant]
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
  }
  return undefined
}
