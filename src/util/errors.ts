import { inspect } from 'node:util'

const PACKAGE = 'passport-client-certificate-auth'

/** The `code` values of {@link ClientCertificateError}. */
export type ClientCertificateErrorCode =
  | 'ERR_CERTIFICATE_NOT_RETRIEVABLE'
  | 'ERR_CERTIFICATE_REJECTED'
  | 'ERR_EXTRACTOR_FAILED'
  | 'ERR_MISDIRECTED_REQUEST'
  | 'ERR_VERIFY_FAILED'
  | 'ERR_VERIFY_TIMEOUT'

/**
 * What is given to Passport's `error()`, or to `next()`, and so to Express' error handler: a fault on
 * the server's side, unless it is a {@link CertificateRejectedError}.
 *
 * Its message holds nothing of the request or of the certificate, but a string that the application's own
 * code threw is in it. What was thrown, where something was, is in `cause`.
 */
export class ClientCertificateError extends Error {
  override readonly name: string = 'ClientCertificateError'
  /** Stable, for programs to compare. */
  readonly code: ClientCertificateErrorCode
  /** For Express and others: 500, because the fault is the server's. */
  readonly status: number = 500
  /** The same as `status`, by the name that some frameworks look for. */
  readonly statusCode: number = 500

  constructor(code: ClientCertificateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * A client that was rejected, for an error handler: Express and others answer with its `status`. Its
 * message is fixed, unless the application's own check threw a string.
 */
export class CertificateRejectedError extends ClientCertificateError {
  override readonly name: string = 'CertificateRejectedError'
  /** 401 where it is not known who the client is, 403 where it is and may not. */
  override readonly status: 401 | 403
  /** The same, by the name that some frameworks look for. */
  override readonly statusCode: 401 | 403
  /** As `onRejected` gets it. */
  readonly reason: string

  constructor(status: 401 | 403, reason: string, message: string, options?: ErrorOptions) {
    super('ERR_CERTIFICATE_REJECTED', message, options)
    this.status = status
    this.statusCode = status
    this.reason = reason
  }
}

/** The error of a verify callback that hasn't answered in time. */
export function verifyTimeout(message: string): ClientCertificateError {
  return new ClientCertificateError('ERR_VERIFY_TIMEOUT', message)
}

/**
 * A request for another host than the client named in the TLS handshake, for an error handler: Express
 * and others answer with its `status`.
 */
export class MisdirectedRequestError extends ClientCertificateError {
  override readonly name: string = 'MisdirectedRequestError'
  /** Misdirected Request (RFC 9110 15.5.20): the client may try again on a connection of its own. */
  override readonly status = 421
  /** The same, by the name that some frameworks look for. */
  override readonly statusCode = 421
  readonly reason = 'host_not_in_handshake'

  constructor() {
    super('ERR_MISDIRECTED_REQUEST', 'The request names another host than its TLS handshake')
  }
}

type ArgumentError = TypeError & { code: string }

/** Node's own codes, so that a caller can tell a wrong type from a wrong value. */
function argumentError(code: string, message: string): ArgumentError {
  return Object.assign(new TypeError(`${PACKAGE}: ${message}`), { code })
}

function received(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 80, breakLength: Infinity })
}

/** Shows in a message what a value is, and not what it holds, because it may be key material. */
export function kindOf(value: unknown): unknown {
  if (value === undefined || value === null) return value
  const kind = Array.isArray(value) ? 'array' : typeof value
  return { [inspect.custom]: () => `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}` }
}

/** `ERR_INVALID_ARG_TYPE`: the argument is of a type that is never valid here. */
export function invalidType(name: string, expected: string, value: unknown): ArgumentError {
  return argumentError(
    'ERR_INVALID_ARG_TYPE',
    `${name} must be ${expected}. Received ${received(value)}`,
  )
}

/** `ERR_UNSUPPORTED_RUNTIME`: this can't be used in the JavaScript runtime that runs the program. */
export function unsupportedRuntime(what: string, problem: string): ArgumentError {
  return argumentError('ERR_UNSUPPORTED_RUNTIME', `${what}: ${problem}`)
}

/** `ERR_INVALID_ARG_VALUE`: the type is right and this value, or combination, is not. */
export function invalidValue(name: string, problem: string, value: unknown): ArgumentError {
  return argumentError('ERR_INVALID_ARG_VALUE', `${name} ${problem}. Received ${received(value)}`)
}
