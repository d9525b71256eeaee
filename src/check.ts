import { ClientCertificateError } from './errors.js'

/** What a check came to; `thrown` also stands for what a promise was rejected with. */
export type Verdict = 'yes' | 'no' | { readonly thrown: unknown }

/**
 * Runs a check and reports its verdict, once. Only `true` is a yes.
 *
 * It is reported after the check has returned, so that what the application throws further down the
 * line is not mistaken for a throw of the check.
 */
export function runCheck(check: () => unknown, report: (verdict: Verdict) => void): void {
  let answer: unknown
  try {
    answer = check()
    if (isThenable(answer)) {
      Promise.resolve(answer).then(
        (value: unknown) => {
          report(value === true ? 'yes' : 'no')
        },
        (thrown: unknown) => {
          report({ thrown })
        },
      )
      return
    }
  } catch (thrown) {
    report({ thrown })
    return
  }
  report(answer === true ? 'yes' : 'no')
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && 'then' in value && typeof value.then === 'function'
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/**
 * Something thrown, as an error: `next('route')` and the like mean "carry on" to Express, so that no
 * thrown text may turn a refusal into a pass.
 */
export function toError(thrown: unknown): object {
  if (isObject(thrown)) return thrown
  const message = 'The verify callback failed with something that is not an error'
  return new ClientCertificateError('ERR_VERIFY_FAILED', message, { cause: thrown })
}
