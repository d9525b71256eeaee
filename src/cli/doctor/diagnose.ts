import { attempt } from './attempt.js'
import { assertComparable, assertSame } from './baseline.js'
import { type Check, CHECKS } from './checks.js'
import { compare } from './compare.js'
import type { Answer } from './request.js'
import type { Result, Run } from './run.js'
import { createSender, LimitReached, MAX_REQUESTS, type Sender } from './sender.js'
import type { Settings } from './settings.js'

/** The reason why the last checks of a run may not be made. */
export const LIMIT: string = `a run sends at most ${MAX_REQUESTS} requests`

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
    const { compared } = check
    return compared === undefined
      ? await attempt(run, check, answers)
      : await compare(run, check, compared, answers)
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    return { check, verdict: 'not tried', answers, variants: [], note: LIMIT }
  }
}

/** The reason why a check would prove nothing. */
function findObstacle({ results }: Run, check: Check): string | undefined {
  if (results[0]?.verdict === 'gets in') return 'this path needs no certificate'
  if (check.forgery === undefined) return undefined
  const related = results.filter(
    ({ check: { client, isDirect } }) => client === check.client && isDirect === check.isDirect,
  )
  // The baseline is the control of the good certificate.
  const obstacle = check.client === 'good' ? undefined : findObstacleInControl(related[0])
  if (obstacle !== undefined) return obstacle
  return related.some(isFinding) ? 'a forged header gets in already' : undefined
}

function findObstacleInControl(control: Result | undefined): string | undefined {
  switch (control?.verdict) {
    case 'gets in':
    case 'may get in':
      return 'this client gets in without forged headers'
    case 'rejected':
      return control.answers.some(({ kind }) => kind === 'status')
        ? undefined
        : 'the connection is rejected'
    default:
      return 'this client gets no answer without forged headers'
  }
}
