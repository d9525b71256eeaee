import { types } from 'node:util'
import { CertificateRejectedError, ClientCertificateError } from '../util/errors.js'

/** An error that ends a request, and what is said about it. */
export interface RequestError {
  /** For `next()`. Has a `status`, whatever was thrown. */
  readonly error: object
  /** For `onRejected`: what the callback said. */
  readonly reason: string
  readonly status: number
}

/** For a callback that threw something without a message. */
const FAILED = 'callback_threw'

/** The meaning of an error without a status: the client is rejected, or the server has a fault. */
type DefaultStatus = 401 | 500

/**
 * Makes sure that what was thrown ends the request, and with which status. A text becomes an error,
 * because `next('route')` means "carry on" to Express. An object is passed on as it is, with a `status`
 * that it doesn't have.
 */
export function describeThrown(thrown: unknown, defaultStatus: DefaultStatus): RequestError {
  try {
    return isObject(thrown)
      ? describeObject(thrown, defaultStatus)
      : wrap(thrown, defaultStatus, typeof thrown === 'string' ? thrown : '')
  } catch {
    // A proxy, or a getter, that throws itself.
    return wrap(thrown, defaultStatus, '')
  }
}

function describeObject(thrown: object, defaultStatus: DefaultStatus): RequestError {
  const status = readStatus(thrown) ?? (isFault(thrown) ? 500 : defaultStatus)
  const reason = thrown instanceof CertificateRejectedError ? thrown.reason : messageOf(thrown)
  return setStatus(thrown, status)
    ? { error: thrown, reason: reason || FAILED, status }
    : wrap(thrown, status < 500 ? 401 : 500, reason)
}

function wrap(thrown: unknown, status: DefaultStatus, said: string): RequestError {
  const options = { cause: thrown }
  const reason = said || FAILED
  if (status === 401) {
    const message = said || 'Client certificate rejected'
    return { error: new CertificateRejectedError(401, reason, message, options), reason, status }
  }
  const message = said || 'The check of the client certificate failed'
  return {
    error: new ClientCertificateError('ERR_VERIFY_FAILED', message, options),
    reason,
    status,
  }
}

/** Only the statuses of errors: those that Express answers an error with, too. */
function readStatus(thrown: object): number | undefined {
  const { status, statusCode } = thrown as { status?: unknown; statusCode?: unknown }
  return [status, statusCode].find(
    (value): value is number =>
      Number.isInteger(value) && Number(value) >= 400 && Number(value) < 600,
  )
}

/** `false` for a frozen object, and for one whose `status` only has a getter. */
function setStatus(thrown: object, status: number): boolean {
  const error = thrown as { status?: unknown; statusCode?: unknown }
  if (error.status === status) return true
  try {
    error.status = status
    error.statusCode = status
  } catch {
    // The check below tells whether `status` has been set.
  }
  return error.status === status
}

/** The errors that JavaScript raises when a program has a bug, or is given nonsense. */
const FAULTS = new Set([
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
])

/**
 * Whether it says nothing about the client: an error that JavaScript itself raised, a system call such
 * as a connection to a database that was refused, or a time limit. By name, because Jest and
 * `node:vm` have other classes of the same names.
 */
function isFault(thrown: object): boolean {
  if (thrown instanceof DOMException) return true
  if (!types.isNativeError(thrown)) return false
  const { name, syscall, code } = thrown as Error & { syscall?: unknown; code?: unknown }
  if (FAULTS.has(name) || typeof syscall === 'string') return true
  // All addresses of a host refused the connection; Promise.any() gives no code.
  return name === 'AggregateError' && typeof code === 'string'
}

function messageOf(thrown: object): string {
  try {
    const { message } = thrown as { message?: unknown }
    return typeof message === 'string' ? message : ''
  } catch {
    return ''
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
