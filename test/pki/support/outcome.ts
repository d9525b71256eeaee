import type { CreateStore, JudgedOptions, JudgedVerdict } from '../../support/judged-store.js'

export type Answer = 'accept' | 'reject'

/** The result of one test of a suite. */
export interface Outcome {
  readonly section: string
  readonly id: string
  readonly expected: Answer
  readonly answer: Answer
  /** Why the path was rejected, or what is wrong with an accepted path. */
  readonly detail: string
  /** The answer of OpenSSL, where that was measured. */
  readonly openssl?: Answer
  /** Whether the authors of the suite tolerate either answer. */
  readonly isSoft?: boolean
}

/** A group of tests that this package answers differently on purpose. */
export interface Difference {
  readonly name: string
  /** The answer of this package. */
  readonly answer: Answer
  readonly clause: string
  readonly why: string
  readonly ids: readonly string[]
}

export interface Suite {
  readonly name: string
  readonly outcomes: readonly Outcome[]
  readonly differences: readonly Difference[]
}

export const hasExpectedAnswer = ({ expected, answer, isSoft }: Outcome): boolean =>
  isSoft === true || expected === answer

/** Every result that nothing explains, and every explanation without such a result. */
export function findFaults({ name, outcomes, differences }: Suite): string[] {
  const wrong = outcomes.filter((outcome) => !hasExpectedAnswer(outcome))
  const idOf = (id: string, answer: Answer): string => `${answer} ${id}`
  const found = new Set(wrong.map(({ id, answer }) => idOf(id, answer)))
  const explained = new Set(
    differences.flatMap(({ ids, answer }) => ids.map((id) => idOf(id, answer))),
  )
  return [
    ...wrong
      .filter(({ id, answer }) => !explained.has(idOf(id, answer)))
      .map(
        ({ id, expected, answer, detail }) =>
          `${name} ${id}: expected ${expected}, found ${answer} (${detail})`,
      ),
    ...[...explained]
      .filter((id) => !found.has(id))
      .map((id) => `${name}: "${id}" is listed as a difference, but not found`),
  ]
}

export interface Attempt {
  readonly options: JudgedOptions
  readonly leaf: Buffer
  readonly candidates: readonly Buffer[]
  readonly now: number
}

/** A client may send no more certificates than these. Others have to be options of the store. */
const MAX_SENT = 10

/** Validates a path. A store that can't be created rejects as well. */
export function attempt(
  create: CreateStore,
  { options, leaf, candidates, now }: Attempt,
): JudgedVerdict {
  try {
    return candidates.length > MAX_SENT
      ? create({ ...options, intermediates: candidates }).validate(leaf, { now })
      : create(options).validate(leaf, { intermediates: candidates, now })
  } catch (error) {
    return rejectionOf(error)
  }
}

/** Takes only the errors about options for a rejection. Others are faults of the engine. */
function rejectionOf(error: unknown): JudgedVerdict {
  if (!(error instanceof TypeError) || !('code' in error)) throw error
  return { ok: false, reason: 'construction', detail: error.message }
}

export function describeVerdict(verdict: JudgedVerdict): string {
  if (verdict.ok) return `a path of ${verdict.path.length}`
  return verdict.detail === undefined ? verdict.reason : `${verdict.reason}: ${verdict.detail}`
}
