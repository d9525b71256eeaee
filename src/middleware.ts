import type { ServerResponse } from 'node:http'
import { assertFunction } from './util/assert.js'
import { parseOptions } from './util/options.js'
import type { ChainedPeerCertificate } from './certificate/peer-certificate.js'
import { askPredicate, type Verdict } from './guard/predicate.js'
import { CertificateRejectedError, verifyTimeout } from './util/errors.js'
import { acceptedCertificateOf } from './guard/attach-certificate.js'
import {
  type Answer,
  type Ask,
  Authentication,
  type Decision,
  type Guard,
} from './guard/decision.js'
import { FirstAnswer } from './guard/first-answer.js'
import type { RequestLike } from './extractor/request.js'
import {
  type ClientCertRequest,
  compileGuard,
  GUARD_OPTIONS,
  type ClientCertificateAuthOptions,
  type ValidationCallback,
} from './guard/options.js'
import { describeThrown } from './guard/thrown.js'

export { clientCertificateAuth as default }
export type { ChainedPeerCertificate, ForwardedIdentity } from './certificate/peer-certificate.js'
export {
  CertificateRejectedError,
  ClientCertificateError,
  type ClientCertificateErrorCode,
} from './util/errors.js'
export type { HeaderEncoding } from './parsers/encodings.js'
export type { CertificateSource } from './parsers/presets.js'
export type {
  ClientCertRequest,
  ExtractionResultLike,
  ClientCertificateAuthOptions,
  RejectionDetails,
  RejectionReason,
  ValidationCallback,
} from './guard/options.js'

/** Passes the request on, or an error that ends it. */
export type Next = (error?: unknown) => void

/**
 * A middleware of Express or Connect, or of any server that uses such functions.
 *
 * It returns nothing, not even the promise of an asynchronous check: h3's `fromNodeMiddleware()` takes
 * what a middleware returns for its answer, and would then accept clients that `next(error)` rejects.
 */
export type Middleware<Req = ClientCertRequest> = (req: Req, res: unknown, next: Next) => void

/** Decides about a client: only `true`, or a promise of it, accepts the client. */
export type CertificateCheck<Req = ClientCertRequest> = (
  cert: ChainedPeerCertificate,
  req: Req,
) => boolean | PromiseLike<boolean>

/** The response, under its name in `client-certificate-auth`. The middleware doesn't use it. */
export type ClientCertResponse = ServerResponse

/** An error with the status that Express answers with, under its name in `client-certificate-auth`. */
export interface HttpError extends Error {
  status: number
}

/** The name under which decisions are published. */
const NAME = 'clientCertificateAuth'

/**
 * Authenticates clients by their certificate, without Passport. Attaches the certificate to the
 * request as `clientCertificate` and calls `next()` for those that the callback accepts; for all
 * others `next(error)`, with `status` 401 and a `reason`, or 500 where the fault is the server's.
 *
 * An error that the callback throws, or rejects with, goes to `next()` as well, and its message is the reason
 * that `onRejected` gets. Its `status` is its own, if it has one from 400 to 599. Otherwise it is 401, or
 * 500 for errors that JavaScript or Node raised, such as a `TypeError` or a connection that failed. A
 * callback that doesn't answer within `verifyTimeoutMs` is an error with the code `ERR_VERIFY_TIMEOUT`
 * and `status` 500.
 *
 * @param callback - called with the certificate and the request
 * @param options - the extraction options, or `extractor` in their place, and the audit hooks
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the option, or
 *   `ERR_UNSUPPORTED_RUNTIME` for a TLS socket on Deno or a Unix-domain socket on Bun
 * @example
 * import { clientCertificateAuth } from 'passport-client-certificate-auth/middleware'
 *
 * app.use(clientCertificateAuth((cert) => users.has(cert.fingerprint256)))
 */
export function clientCertificateAuth<Req extends RequestLike = ClientCertRequest>(
  callback: CertificateCheck<Req>,
  options?: ClientCertificateAuthOptions<Req>,
): Middleware<Req>
/**
 * For a callback whose second parameter is optional, from which `Req` can only be inferred like this.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_UNSUPPORTED_RUNTIME`, as with any other callback
 * @example
 * import {
 *   clientCertificateAuth,
 *   type ValidationCallback,
 * } from 'passport-client-certificate-auth/middleware'
 *
 * const isEmployee: ValidationCallback = (cert, req) => cert.issuer.CN === 'Staff CA'
 * app.use(clientCertificateAuth(isEmployee))
 */
export function clientCertificateAuth<Req extends RequestLike = ClientCertRequest>(
  callback: ValidationCallback<Req>,
  options?: ClientCertificateAuthOptions<Req>,
): Middleware<Req>
export function clientCertificateAuth<Req extends RequestLike>(
  callback: CertificateCheck<Req>,
  options: ClientCertificateAuthOptions<Req> = {},
): Middleware<Req> {
  assertFunction('callback', callback)
  const plan = { ...compileGuard(parseOptions(options, GUARD_OPTIONS)), name: NAME }
  const guard = { plan, ask: compileAsk(callback, plan.verifyTimeoutMs) }
  return (req, _res, next) => {
    new MiddlewareAuthentication(req, guard, next).start()
  }
}

class MiddlewareAuthentication<Req extends object> extends Authentication<Req> {
  readonly #next: Next

  constructor(req: Req, guard: Guard<Req>, next: Next) {
    super(req, guard)
    this.#next = next
  }

  protected override carryOut(decision: Decision): void {
    const next = this.#next
    switch (decision.kind) {
      case 'accepted':
        next()
        break
      case 'rejected':
        next(decision.error ?? toRejection(decision.failure.reason, decision.info))
        break
      case 'error':
        next(decision.error)
    }
  }
}

function compileAsk<Req>(callback: CertificateCheck<Req>, ms: number | false): Ask<Req> {
  const limit = ms === false ? undefined : { ms, expire: () => describeTimeout(ms) }
  return (req, cert, pending) => {
    askPredicate(callback, cert, req, toAnswer, pending)
    pending.waitWithin(limit)
  }
}

const ACCEPTED: Answer = { kind: 'accepted', user: undefined, info: undefined }
const REJECTED: Answer = { kind: 'rejected', info: undefined }

function toAnswer(verdict: Verdict): Answer {
  if (verdict === 'yes') return ACCEPTED
  if (verdict === 'no') return REJECTED
  return { kind: 'threw', thrown: describeThrown(verdict.thrown, 401) }
}

function describeTimeout(ms: number): Answer {
  const error = verifyTimeout(
    `The callback did not answer within ${ms} ms. It answers with what it returns, so the ` +
      'promise that it returned has to settle: set a time limit on what it waits for. It is not ' +
      'given a done to call',
  )
  return { kind: 'error', error }
}

function toRejection(reason: string, info: { readonly message?: unknown }): Error {
  return reject(401, reason, String(info.message))
}

/**
 * Lets a client through if its certificate is allowed. It belongs behind `clientCertificateAuth()` or
 * `passport.authenticate()`, and looks only at a certificate that the latest of these accepted for this
 * request: its callback returned `true`, or the strategy's verify gave a user. All other requests get
 * `next(error)` with `status` 401, also where the application itself set `req.clientCertificate`, or
 * where a session alone says who the user is. If the predicate rejects, `status` is 403. An error
 * that the predicate throws goes to `next()`, with `status` 500 unless it has one from 400 to 599.
 *
 * @param predicate - such as those of `./helpers`
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` if the predicate isn't a function
 * @example
 * import { allowOU } from 'passport-client-certificate-auth/helpers'
 * import {
 *   clientCertificateAuth,
 *   requireCertificate,
 * } from 'passport-client-certificate-auth/middleware'
 *
 * app.use(clientCertificateAuth((cert) => users.has(cert.fingerprint256)))
 * app.use('/admin', requireCertificate(allowOU('Administrators')))
 */
export function requireCertificate<Req extends object = ClientCertRequest>(
  predicate: CertificateCheck<Req>,
): Middleware<Req> {
  assertFunction('predicate', predicate)
  return (req, _res, next) => {
    const cert = acceptedCertificateOf(req)
    if (cert === undefined) {
      next(reject(401, 'not_authenticated', 'Client certificate required'))
      return
    }
    const pending = new Requirement(next)
    askPredicate(predicate, cert, req, (verdict) => verdict, pending)
    pending.waitWithin(undefined)
  }
}

/** A request that goes on only if its certificate is allowed. */
class Requirement extends FirstAnswer<Verdict> {
  readonly #next: Next

  constructor(next: Next) {
    super()
    this.#next = next
  }

  protected override report(verdict: Verdict): void {
    const next = this.#next
    if (verdict === 'yes') next()
    else if (verdict === 'no') {
      next(reject(403, 'predicate_returned_false', 'Client certificate not allowed'))
    } else next(describeThrown(verdict.thrown, 500).error)
  }
}

function reject(status: 401 | 403, reason: string, message: string): CertificateRejectedError {
  return new CertificateRejectedError(status, reason, message)
}
