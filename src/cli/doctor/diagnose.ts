import { attempt } from './attempt.js'
import { assertComparable, assertSame } from './baseline.js'
import { type Check, CHECKS } from './checks.js'
import { compare } from './compare.js'
import type { Answer } from './request.js'
import type { Result, Run } from './run.js'
import { createSender, LimitReached, MAX_REQUESTS, type Sender } from './sender.js'
import type { Settings } from './settings.js'

/** The result of a whole run. */
export interface Diagnosis extends Omit<Run, 'sender'> {
  readonly requests: number
  /** The good certificate's answer at the end. */
  readonly last: Answer
}

/**
 * Makes every check that these settings allow.
 *
 * @throws UsageError if the answers prove nothing
 */
export async function diagnose(
  settings: Settings,
  sender: Sender = createSender(),
): Promise<Diagnosis> {
  const { target, identities } = settings
  const baseline = assertComparable(await sender.send(target, identities.good, []), target)
  const run: Run = { settings, sender, baseline, results: [] }
  for (const check of CHECKS.filter((check) => isMeant(settings, check))) {
    run.results.push(await perform(run, check))
  }
  const last = await sender.send(target, identities.good, [], true)
  if (!run.results.some(isFinding)) assertSame(run, last)
  return { settings, baseline, results: run.results, requests: sender.count, last }
}

export function isFinding({ verdict }: Result): boolean {
  return verdict === 'gets in' || verdict === 'header is read'
}

function isMeant({ direct, other }: Settings, { isDirect, client }: Check): boolean {
  return (isDirect !== true || direct !== undefined) && (client !== 'other' || other !== undefined)
}

async function perform(run: Run, check: Check): Promise<Result> {
  const answers: Answer[] = []
  const note = findObstacle(run, check)
  if (note !== undefined) return { check, verdict: 'not tried', answers, variants: [], note }
  try {
    return await (check.isComparison === true ? compare : attempt)(run, check, answers)
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    const note = `a run sends at most ${MAX_REQUESTS} requests`
    return { check, verdict: 'not tried', answers, variants: [], note }
  }
}

/** The reason why a check would prove nothing. */
function findObstacle({ results }: Run, check: Check): string | undefined {
  if (results[0]?.verdict === 'gets in') return 'this path needs no certificate'
  if (check.forgery === undefined) return undefined
  return check.client === 'good' ? undefined : findObstacleInControl(results, check)
}

function findObstacleInControl(results: readonly Result[], check: Check): string | undefined {
  const related = results.filter(
    ({ check: { client, isDirect } }) => client === check.client && isDirect === check.isDirect,
  )
  const [control] = related
  if (control?.verdict === 'gets in' || control?.verdict === 'may get in') {
    return 'this client gets in without forged headers'
  }
  const isConnected = control?.answers.some(({ kind }) => kind === 'status')
  if (isConnected !== true) return 'the connection is rejected'
  return related.some(isFinding) ? 'a forged header gets in already' : undefined
}
