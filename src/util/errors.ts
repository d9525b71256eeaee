import { inspect } from 'node:util'

const PACKAGE = 'passport-client-certificate-auth'

/**
 * The `code` values of {@link ClientCertificateError}. Wrong options and arguments throw a `TypeError`
 * instead, with the `code` `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or `ERR_UNSUPPORTED_RUNTIME`.
 */
export type ClientCertificateErrorCode =
  /** Node authenticated the client, but the certificate couldn't be read from the socket. */
  | 'ERR_CERTIFICATE_NOT_RETRIEVABLE'
  /** The middleware rejected the client: a {@link CertificateRejectedError}. */
  | 'ERR_CERTIFICATE_REJECTED'
  /** Your own extractor threw, or returned something that isn't an extraction result. */
  | 'ERR_EXTRACTOR_FAILED'
  /** The request is for another host than its handshake: a {@link MisdirectedRequestError}. */
  | 'ERR_MISDIRECTED_REQUEST'
  /** Your verify callback threw, rejected with, or passed to `done` something that isn't an object. */
  | 'ERR_VERIFY_FAILED'
  /** Your verify callback didn't answer within `verifyTimeoutMs`. */
  | 'ERR_VERIFY_TIMEOUT'

/**
 * The error that Passport's `error()`, `next()`, and so the error handler of Express get: a fault of the
 * server, unless it is a {@link CertificateRejectedError} or a {@link MisdirectedRequestError}.
 *
 * The message contains nothing from the request or the certificate. If your own code threw a string, the
 * message contains that string. `cause` is the value that was thrown, if any.
 *
 * @example
 * // By its code:
 * if (error.code === 'ERR_VERIFY_TIMEOUT') res.status(503).end()
 * @example
 * // By its class, for every code:
 * import { ClientCertificateError } from 'passport-client-certificate-auth'
 *
 * if (error instanceof ClientCertificateError) console.error(error.code, error.cause)
 */
export class ClientCertificateError extends Error {
  override readonly name: string = 'ClientCertificateError'
  /** Identifies the error, and doesn't change between versions. */
  readonly code: ClientCertificateErrorCode
  /** Express and others answer with this status: 500, because the server is at fault. */
  readonly status: number = 500
  /** Equals `status`. Some frameworks read this name. */
  readonly statusCode: number = 500

  constructor(code: ClientCertificateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * The error that the middleware passes to `next()` for a rejected client. Express and others answer with
 * its `status`. The message is fixed, unless your own check threw a string.
 *
 * @example
 * // By its code:
 * if (error.code === 'ERR_CERTIFICATE_REJECTED') res.status(error.status).send(error.reason)
 * @example
 * // By its class:
 * import { CertificateRejectedError } from 'passport-client-certificate-auth/middleware'
 *
 * if (error instanceof CertificateRejectedError) res.status(error.status).send(error.reason)
 */
export class CertificateRejectedError extends ClientCertificateError {
  override readonly name: string = 'CertificateRejectedError'
  /** 401 if the client isn't authenticated, or 403 if it is authenticated but not allowed. */
  override readonly status: 401 | 403
  /** Equals `status`. Some frameworks read this name. */
  override readonly statusCode: 401 | 403
  /** The reason that `onRejected` also gets. */
  readonly reason: string

  constructor(status: 401 | 403, reason: string, message: string, options?: ErrorOptions) {
    super('ERR_CERTIFICATE_REJECTED', message, options)
    this.status = status
    this.statusCode = status
    this.reason = reason
  }
}

/** Makes the error for a verify callback that didn't answer in time. */
export function verifyTimeout(message: string): ClientCertificateError {
  return new ClientCertificateError('ERR_VERIFY_TIMEOUT', message)
}

/**
 * The error that `assertHostMatchesServername()` passes to `next()` for a request to another host than
 * the client named in the TLS handshake. Express and others answer with its `status`.
 *
 * @example
 * // By its code:
 * if (error.code === 'ERR_MISDIRECTED_REQUEST') res.status(421).end()
 * @example
 * // By its class:
 * import { MisdirectedRequestError } from 'passport-client-certificate-auth/server'
 *
 * if (error instanceof MisdirectedRequestError) res.status(421).end()
 */
export class MisdirectedRequestError extends ClientCertificateError {
  override readonly name: string = 'MisdirectedRequestError'
  /** Misdirected Request (RFC 9110 15.5.20): the client may retry on a new connection. */
  override readonly status = 421
  /** Equals `status`. Some frameworks read this name. */
  override readonly statusCode = 421
  readonly reason = 'host_not_in_handshake'

  constructor() {
    super('ERR_MISDIRECTED_REQUEST', 'The request names another host than its TLS handshake')
  }
}

type ArgumentError = TypeError & { code: string }

/** Uses Node's own codes, so that a caller can tell a wrong type from a wrong value. */
function argumentError(code: string, message: string): ArgumentError {
  return Object.assign(new TypeError(`${PACKAGE}: ${message}`), { code })
}

function received(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 80, breakLength: Infinity })
}

/** Shows only the type of a value in a message, because the value may be a private key. */
export function kindOf(value: unknown): unknown {
  if (value === undefined || value === null) return value
  const kind = Array.isArray(value) ? 'array' : typeof value
  return { [inspect.custom]: () => `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}` }
}

/** `ERR_INVALID_ARG_TYPE`: the type of the argument is never valid here. */
export function invalidType(name: string, expected: string, value: unknown): ArgumentError {
  return argumentError(
    'ERR_INVALID_ARG_TYPE',
    `${name} must be ${expected}. Received ${received(value)}`,
  )
}

/** `ERR_UNSUPPORTED_RUNTIME`: the JavaScript runtime doesn't support the function or option. */
export function unsupportedRuntime(name: string, problem: string): ArgumentError {
  return argumentError('ERR_UNSUPPORTED_RUNTIME', `${name}: ${problem}`)
}

/** `ERR_INVALID_ARG_VALUE`: the type is valid, but the value or the combination isn't. */
export function invalidValue(name: string, problem: string, value: unknown): ArgumentError {
  return argumentError('ERR_INVALID_ARG_VALUE', `${name} ${problem}. Received ${received(value)}`)
}
