import { setImmediate } from 'node:timers/promises'
import type { VerifyCallback } from '../../src/index.js'
import { compileVerify, type Outcome } from '../../src/strategy/verify-callback.js'

interface Options {
  readonly passReqToCallback?: boolean
  readonly verifyTimeoutMs?: number | false
}

/** A verify of any length, called with the arguments that a strategy calls it with. */
export type AnyVerify = (...args: never[]) => unknown

/** Runs verify for one request, and hands over its outcomes as they come. */
export function runVerify(
  verify: AnyVerify,
  report: (outcome: Outcome) => void,
  { passReqToCallback = false, verifyTimeoutMs = false }: Options = {},
): void {
  const run = compileVerify<object>(verify as never, { passReqToCallback, verifyTimeoutMs })
  run({}, { subject: { CN: 'alice' } } as never, report)
}

/** Runs a verify callback and lists every outcome that was reported until all promises settled. */
export async function outcomesOf(verify: AnyVerify, options?: Options): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  runVerify(verify, (outcome) => outcomes.push(outcome), options)
  await setImmediate()
  return outcomes
}

/** In callback style. */
export function calling(verify: (done: VerifyCallback) => unknown): AnyVerify {
  return (_cert: unknown, done: VerifyCallback) => verify(done)
}

/** In return style. */
export function returning(verify: () => unknown): AnyVerify {
  return (_cert: unknown) => verify()
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
