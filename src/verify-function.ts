import type { ChainedPeerCertificate } from './certificate/peer-certificate.js'
import type { ClientCertRequest } from './guard-options.js'

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
 *   `done(null, user)`, `done(null, false)` or `done(err)`. What it returns is ignored, except that
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

/** What `done(null, false, info)` may say, under its name in `passport-client-cert`. */
export interface VerifyOptions {
  message: string
}
