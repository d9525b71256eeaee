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

/** Finds the one of several variants that gets in. */
function narrow(run: Run, check: Check, variants: readonly Variant[]): Promise<readonly Variant[]> {
  return findFewest(variants, async (some) => {
    const [request] = requestsOf(run, check, some)
    return request !== undefined && isIn(run.baseline, await sendAs(run, check, request.lines))
  })
}

/**
 * Halves a list of variants that passes a test, as long as one half passes it alone, and as long as the
 * run may send requests.
 */
export async function findFewest(
  variants: readonly Variant[],
  test: (some: readonly Variant[]) => Promise<boolean>,
): Promise<readonly Variant[]> {
  let [known, rest] = [variants, variants]
  try {
    while (rest.length > 1) {
      const half = rest.slice(0, Math.ceil(rest.length / 2))
      if (await test(half)) known = rest = half
      else rest = rest.slice(half.length)
    }
    return rest === known || (await test(rest)) ? rest : known
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    return known
  }
}
