import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { ClientCertificateError } from '../util/errors.js'
import type { FirstAnswer } from './first-answer.js'

/** The outcome of a check. `thrown` is also the reason of a rejected promise. */
export type Verdict = 'yes' | 'no' | { readonly thrown: unknown }

/**
 * Asks a check about a certificate. Only `true` accepts.
 *
 * @param toAnswer - translates the verdict; must not throw
 */
export function askPredicate<Req, Answer extends object | string>(
  predicate: (cert: ChainedPeerCertificate, req: Req) => unknown,
  cert: ChainedPeerCertificate,
  req: Req,
  toAnswer: (verdict: Verdict) => Answer,
  pending: FirstAnswer<Answer>,
): void {
  try {
    const returned = predicate(cert, req)
    if (isThenable(returned)) givePromised(returned, toAnswer, pending)
    else pending.give(toAnswer(toVerdict(returned)))
  } catch (thrown) {
    pending.give(toAnswer({ thrown }))
  }
}

/** Separate from its caller, so that only a promise makes closures. */
function givePromised<Answer extends object | string>(
  promise: PromiseLike<unknown>,
  toAnswer: (verdict: Verdict) => Answer,
  pending: FirstAnswer<Answer>,
): void {
  Promise.resolve(promise).then(
    (value: unknown) => {
      pending.give(toAnswer(toVerdict(value)))
    },
    (thrown: unknown) => {
      pending.give(toAnswer({ thrown }))
    },
  )
}

function toVerdict(value: unknown): Verdict {
  return value === true ? 'yes' : 'no'
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
