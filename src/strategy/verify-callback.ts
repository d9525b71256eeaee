import { types } from 'node:util'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import type { Answer, Ask } from '../guard/decision.js'
import { isThenable, toVerifyError } from '../guard/predicate.js'
import { verifyTimeout } from '../util/errors.js'
import type { FirstAnswer, TimeLimit } from '../guard/first-answer.js'
import type { ClientCertRequest } from '../guard/options.js'
import { listenToNativePromise } from './native-promise.js'
import { warnOnce } from '../util/warnings.js'

/** The decision of the application's verify callback. */
export type Outcome = Exclude<Answer, { readonly kind: 'threw' }>

/** The callback given to verify. Only its first call has an effect. */
export type VerifyCallback = (
  error?: unknown,
  user?: object | string | number | bigint | false | null,
  info?: unknown,
) => void

/**
 * Decides which user, if any, a certificate belongs to. `verify.length`, the number of parameters
 * that it declares, decides how it answers:
 *
 * - `(cert) => ...` answers with what it returns, or with what the returned promise or thenable
 *   resolves to. A truthy value is the user. Every other value, `undefined` included, rejects the
 *   client.
 * - `(cert, done) => ...`, and every function that has another length than 1, answers with
 *   `done(null, user)`, `done(null, false)` or `done(err)`. Its return value is ignored, except that
 *   the rejection of a native promise is an error.
 *
 * The length of `(cert, done = fn)` and `(cert, ...rest)` is 1, so they answer with what they return.
 *
 * @example
 * import type { VerifyFunction } from 'passport-client-certificate-auth'
 *
 * const byReturning: VerifyFunction = async (cert) => users.get(cert.fingerprint256)
 * const byCalling: VerifyFunction = (cert, done) => {
 *   findUser(cert.fingerprint256, done)
 * }
 */
export type VerifyFunction = (cert: ChainedPeerCertificate, done: VerifyCallback) => unknown

/**
 * {@link VerifyFunction} with the request in front, for `passReqToCallback: true`: `(req) => ...` and
 * `(req, cert) => ...` answer with what they return, all others with `done`.
 */
export type VerifyFunctionWithRequest<Req = ClientCertRequest> = (
  req: Req,
  cert: ChainedPeerCertificate,
  done: VerifyCallback,
) => unknown

/** The `info` of `done(null, false, info)`, under its name in `passport-client-cert`. */
export interface VerifyOptions {
  message: string
}

interface VerificationPlan {
  readonly passReqToCallback: boolean
  readonly verifyTimeoutMs: number | false
}

/** Decides once, for all requests, in which style verify answers. */
export function compileVerify<Req>(
  verify: VerifyFunction | VerifyFunctionWithRequest<Req>,
  { passReqToCallback, verifyTimeoutMs }: VerificationPlan,
): Ask<Req> {
  const call = passReqToCallback
    ? (verify as VerifyFunctionWithRequest<Req>)
    : (_req: Req, cert: ChainedPeerCertificate, done: VerifyCallback) =>
        (verify as VerifyFunction)(cert, done)
  const { length } = verify
  const returns = length === 1 || (passReqToCallback && length === 2)
  const advice = returns ? adviseReturning(passReqToCallback) : adviseCalling(passReqToCallback)
  const limit = compileLimit(
    verifyTimeoutMs,
    `verify.length is ${length}, so verify is in ${advice}`,
  )
  return (req, cert, pending) => {
    let isDoneCalled = false as boolean
    const done: VerifyCallback = (error, user, info) => {
      isDoneCalled = true
      pending.give(fromDone(error, user, info))
    }
    try {
      const returned = call(req, cert, done)
      if (returns && !isDoneCalled) giveReturned(returned, pending)
      else if (types.isPromise(returned)) giveRejection(returned, pending, () => isDoneCalled)
    } catch (error) {
      pending.give(failure(error))
    }
    pending.waitWithin(limit)
  }
}

function compileLimit(ms: number | false, advice: string): TimeLimit<Outcome> | undefined {
  if (ms === false) return undefined
  const message = `verify did not answer within ${ms} ms. ${advice}`
  return { ms, expire: () => ({ kind: 'error', error: verifyTimeout(message) }) }
}

function adviseReturning(passReqToCallback: boolean): string {
  const written = passReqToCallback ? '(req, cert, done) => ...' : '(cert, done) => ...'
  return (
    'return style: the promise that it returned has to settle, so set a time limit on what it ' +
    `waits for. To answer by calling done, declare done as a parameter without default: ${written}`
  )
}

function adviseCalling(passReqToCallback: boolean): string {
  const written = passReqToCallback ? '(req, cert) => ...' : '(cert) => ...'
  return (
    'callback style: what it returns is ignored, so it has to call done(null, user), ' +
    'done(null, false) or done(err) in every case, within the time. To answer with what it returns, ' +
    `write it, or the wrapper around it, as ${written}`
  )
}

function fromDone(error: unknown, user: unknown, info: unknown): Outcome {
  if (error) return failure(error)
  if (Array.isArray(user)) warnOfArray()
  return user ? { kind: 'accepted', user, info } : { kind: 'rejected', info }
}

function warnOfArray(): void {
  warnOnce(
    'CLIENT_CERT_VERIFY_ARRAY',
    'verify answered with an array, and even an empty array is truthy, so it authenticates the client',
    'Database drivers answer queries with arrays of rows. Answer with one row, for example rows[0], ' +
      'which is undefined when there is none.',
  )
}

function failure(error: unknown): Outcome {
  return { kind: 'error', error: toVerifyError(error) }
}

/** Return style: whatever verify returns is its answer. */
function giveReturned(returned: unknown, pending: FirstAnswer<Answer>): void {
  if (isThenable(returned)) givePromised(returned, pending)
  else pending.give(fromDone(null, returned, undefined))
}

/** Separate from its caller, so that only a promise makes closures. */
function givePromised(promise: PromiseLike<unknown>, pending: FirstAnswer<Answer>): void {
  Promise.resolve(promise).then(
    (value: unknown) => {
      pending.give(fromDone(null, value, undefined))
    },
    (error: unknown) => {
      pending.give(failure(error))
    },
  )
}

/** How long after its promise has resolved verify may call `done` without a warning. */
const UNANSWERED_MS = 1000

/**
 * Callback style: only a rejection is an answer. `(cert, done) => ...` returns timers, booleans and
 * queries by accident, and a lazy query would run a second time if something subscribed to it.
 */
function giveRejection(
  promise: Promise<unknown>,
  pending: FirstAnswer<Answer>,
  isDoneCalled: () => boolean,
): void {
  const warnUnlessDone = (): void => {
    if (!isDoneCalled()) warnOfUnanswered()
  }
  listenToNativePromise(
    promise,
    (value) => {
      if (value !== undefined && !isDoneCalled()) setTimeout(warnUnlessDone, UNANSWERED_MS).unref()
    },
    (error) => {
      pending.give(failure(error))
    },
  )
}

function warnOfUnanswered(): void {
  warnOnce(
    'CLIENT_CERT_VERIFY_UNANSWERED',
    'verify returned a promise of a value, but did not call done: the value is ignored',
    'To answer with what verify returns, declare (cert) => ..., or (req, cert) => ... with ' +
      'passReqToCallback. Every other verify.length means that done is called.',
  )
}
