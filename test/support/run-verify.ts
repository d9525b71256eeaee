import { setImmediate } from 'node:timers/promises'
import { type Outcome, runVerify, type VerifyCallback } from '../../src/verification.js'

/** Runs a verify callback and lists every outcome that was reported until all promises settled. */
export async function outcomesOf(verify: (done: VerifyCallback) => unknown): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  runVerify(verify, (outcome) => outcomes.push(outcome))
  await setImmediate()
  return outcomes
}

/** Throws what no linter would let anybody throw. */
export function throwAny(value: unknown): never {
  throw value
}

export function rejectWith(value: unknown): Promise<never> {
  return Promise.resolve().then(() => throwAny(value))
}

/** A thenable that is no promise, such as the query builder of a database library. */
export class Query {
  private readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
  then(resolve: (value: unknown) => void): void {
    resolve(this.value)
  }
}
