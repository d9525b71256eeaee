import { inspect } from 'node:util'

const PACKAGE = 'passport-client-certificate-auth'

/** The `code` values of {@link ClientCertificateError}. */
export type ClientCertificateErrorCode =
  'ERR_CERTIFICATE_NOT_RETRIEVABLE' | 'ERR_EXTRACTOR_FAILED' | 'ERR_VERIFY_FAILED'

/**
 * A fault on the server's side, given to Passport's `error()` and so to Express' error handler.
 *
 * Its message is fixed text: nothing of the request or of the certificate is in it. What was
 * thrown, where something was, is in `cause`.
 */
export class ClientCertificateError extends Error {
  override readonly name: string = 'ClientCertificateError'
  /** Stable, for programs to compare. */
  readonly code: ClientCertificateErrorCode

  constructor(code: ClientCertificateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
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

/** `ERR_INVALID_ARG_TYPE`: the argument is of a type that is never valid here. */
export function invalidType(what: string, expected: string, value: unknown): ArgumentError {
  return argumentError(
    'ERR_INVALID_ARG_TYPE',
    `${what} must be ${expected}. Received ${received(value)}`,
  )
}

/** `ERR_INVALID_ARG_VALUE`: the type is right and this value, or combination, is not. */
export function invalidValue(what: string, problem: string, value: unknown): ArgumentError {
  return argumentError('ERR_INVALID_ARG_VALUE', `${what} ${problem}. Received ${received(value)}`)
}
