import { ClientCertificateError } from '../util/errors.js'
import { reportFirst, type TimeLimit } from './first-answer.js'

/** The outcome of a check. `thrown` is also the reason of a rejected promise. */
export type Verdict = 'yes' | 'no' | { readonly thrown: unknown }

/**
 * Runs a check and reports its verdict, once. Only `true` accepts.
 *
 * It is reported after the check has returned, so that what the application throws further down the
 * line is not mistaken for a throw of the check.
 */
export function settlePredicate(check: () => unknown, report: (verdict: Verdict) => void): void {
  reportFirst(askPredicate(check), report, undefined)
}

/** {@link settlePredicate}, with a limit for a promise that doesn't settle. */
export function settlePredicateWithin(
  limit: TimeLimit<'timeout'> | undefined,
  check: () => unknown,
  report: (verdict: Verdict | 'timeout') => void,
): void {
  reportFirst<Verdict | 'timeout'>(askPredicate(check), report, limit)
}

function askPredicate(check: () => unknown): (settle: (verdict: Verdict) => void) => void {
  return (settle) => {
    const settleValue = (value: unknown): void => {
      settle(value === true ? 'yes' : 'no')
    }
    const settleThrown = (thrown: unknown): void => {
      settle({ thrown })
    }
    try {
      const answer = check()
      if (isThenable(answer)) Promise.resolve(answer).then(settleValue, settleThrown)
      else settleValue(answer)
    } catch (thrown) {
      settleThrown(thrown)
    }
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && 'then' in value && typeof value.then === 'function'
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

const NOT_AN_ERROR = 'The verify callback failed with something that is not an error'

/**
 * Something thrown, as an error: `next('route')` and the like mean "carry on" to Express, so a
 * thrown string must not turn a rejection into a pass.
 */
export function toError(thrown: unknown): object {
  if (isObject(thrown)) return thrown
  return new ClientCertificateError('ERR_VERIFY_FAILED', NOT_AN_ERROR, { cause: thrown })
}

/** {@link toError} for verify, whose error says what `done('not found')` was given. */
export function toVerifyError(thrown: unknown): object {
  if (typeof thrown !== 'string' || thrown === '') return toError(thrown)
  const message = `${NOT_AN_ERROR}: ${thrown}`
  return new ClientCertificateError('ERR_VERIFY_FAILED', message, { cause: thrown })
}
