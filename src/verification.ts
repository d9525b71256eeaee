import { isThenable, toError } from './check.js'

/** What the application's verify callback decided. */
export type Outcome =
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'rejected'; readonly info: unknown }
  | { readonly kind: 'accepted'; readonly user: unknown; readonly info: unknown }

/** The callback given to verify. Only its first call counts. */
export type VerifyCallback = (
  error?: unknown,
  user?: object | string | number | bigint | false | null,
  info?: unknown,
) => void

/**
 * Runs the verify callback and reports its first outcome, whichever way it came: `done`, a throw, a
 * promise, or a user returned at once. Later ones are ignored.
 *
 * An outcome that comes while the callback is still running is reported after it has returned, so
 * that what the application throws further down the line is not mistaken for a throw of verify.
 */
export function runVerify(
  verify: (done: VerifyCallback) => unknown,
  report: (outcome: Outcome) => void,
): void {
  let outcome: Outcome | undefined
  let running = true
  const settle = (first: Outcome): void => {
    if (outcome !== undefined) return
    outcome = first
    if (!running) report(first)
  }
  try {
    settleReturned(
      verify((error, user, info) => settle(fromDone(error, user, info))),
      settle,
    )
  } catch (error) {
    settle(failure(error))
  }
  running = false
  if (outcome !== undefined) report(outcome)
}

function fromDone(error: unknown, user: unknown, info: unknown): Outcome {
  if (error) return failure(error)
  return user ? { kind: 'accepted', user, info } : { kind: 'rejected', info }
}

function failure(error: unknown): Outcome {
  return { kind: 'error', error: toError(error) }
}

function settleReturned(returned: unknown, settle: (outcome: Outcome) => void): void {
  if (isThenable(returned)) {
    Promise.resolve(returned).then(
      (value: unknown) => {
        if (value !== undefined) settle(fromDone(null, value, undefined))
      },
      (error: unknown) => settle(failure(error)),
    )
  } else if (isUser(returned)) {
    settle(fromDone(null, returned, undefined))
  }
}

/**
 * Whether a returned value is meant as a user: a plain object, or `null` or `false` for none.
 *
 * Callback-style code returns all sorts of things by accident: `(cert, done) => setTimeout(...)`
 * returns a timer, a database driver its query, an emitter `true`. None of those is a user.
 */
function isUser(value: unknown): boolean {
  if (value === null || value === false) return true
  if (typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
