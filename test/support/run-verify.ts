import { setImmediate } from 'node:timers/promises'
import type { VerifyCallback } from '../../src/index.js'
import type { Answer } from '../../src/guard/decision.js'
import { compileVerify, type Outcome } from '../../src/strategy/verify-callback.js'
import { ReportedAnswer } from './reported-answer.js'

interface Options {
  readonly passReqToCallback?: boolean
  readonly verifyTimeoutMs?: number | false
}

/** A verify function of any length. It gets the arguments that a strategy passes. */
export type AnyVerify = (...args: never[]) => unknown

/** Runs verify for one request, and reports its outcomes as they come. */
export function runVerify(
  verify: AnyVerify,
  report: (outcome: Outcome) => void,
  { passReqToCallback = false, verifyTimeoutMs = false }: Options = {},
): void {
  const ask = compileVerify<object>(verify as never, { passReqToCallback, verifyTimeoutMs })
  ask(
    {},
    { subject: { CN: 'alice' } } as never,
    new ReportedAnswer(report as (answer: Answer) => void),
  )
}

/**
 * Runs a verify function, and lists every outcome that is reported until all promises have settled.
 */
export async function outcomesOf(verify: AnyVerify, options?: Options): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  runVerify(verify, (outcome) => outcomes.push(outcome), options)
  await setImmediate()
  return outcomes
}

/** A verify function in callback style. */
export function calling(verify: (done: VerifyCallback) => unknown): AnyVerify {
  return (_cert: unknown, done: VerifyCallback) => verify(done)
}

/** A verify function in return style. */
export function returning(verify: () => unknown): AnyVerify {
  return (_cert: unknown) => verify()
}

/** Throws any value, because the linter only allows throwing errors. */
export function throwAny(value: unknown): never {
  throw value
}

export function rejectWith(value: unknown): Promise<never> {
  return Promise.resolve().then(() => throwAny(value))
}

/** A thenable that isn't a promise, such as the query builder of a database library. */
export class Query {
  private readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
  then(resolve: (value: unknown) => void): void {
    resolve(this.value)
  }
}
