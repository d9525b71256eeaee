import { assertFunction, takeOptions } from './assert.js'
import type { ChainedPeerCertificate } from './certificate/peer-certificate.js'
import { runCheck, runCheckWithin, toError, type Verdict } from './check.js'
import { publishDecision } from './diagnostics.js'
import { CertificateRejectedError, ClientCertificateError, verifyTimeout } from './errors.js'
import { acceptedCertificateOf, extractOnto, type Failure } from './extraction.js'
import type { RequestLike } from './extractor/request.js'
import { describeFailure } from './failure-info.js'
import {
  type ClientCertRequest,
  compileGuard,
  GUARD_OPTIONS,
  type GuardOptions,
  type GuardPlan,
} from './guard-options.js'
import { runHook } from './hooks.js'

export type { ChainedPeerCertificate, ForwardedIdentity } from './certificate/peer-certificate.js'
export {
  CertificateRejectedError,
  ClientCertificateError,
  type ClientCertificateErrorCode,
} from './errors.js'
export type {
  ClientCertRequest,
  ForeignExtractionResult,
  ForeignReason,
  GuardOptions,
  RejectionDetails,
  RejectionReason,
} from './guard-options.js'

/** Passes the request on, or an error that ends it. */
export type Next = (error?: unknown) => void

/** A middleware of Express or Connect, or of a server of one's own. */
export type Middleware<Req> = (req: Req, res: unknown, next: Next) => void

/** Decides about a client: only `true`, or a promise of it, lets it in. */
export type CertificateCheck<Req = ClientCertRequest> = (
  cert: ChainedPeerCertificate,
  req: Req,
) => boolean | Promise<boolean>

/** The name under which decisions are published. */
const NAME = 'clientCertificateAuth'

/**
 * Authenticates clients by their certificate, without Passport. Attaches the certificate to the
 * request as `clientCertificate` and calls `next()` for those that the callback lets in; for all
 * others `next(error)`, with `status` 401 and a `reason`, or 500 where the fault is the server's.
 *
 * What the callback throws, or rejects with, goes to `next()` as well, with `status` 401 unless it
 * has one; its message is the reason that `onRejected` gets. A callback that doesn't answer within
 * `verifyTimeoutMs` is an error with the code `ERR_VERIFY_TIMEOUT` and `status` 500.
 *
 * @param callback - called with the certificate and the request
 * @param options - the extraction options, or `extractor` in their place, and the audit hooks
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the option
 */
export function clientCertificateAuth<Req extends RequestLike = ClientCertRequest>(
  callback: CertificateCheck<Req>,
  options: GuardOptions<Req> = {},
): Middleware<Req> {
  assertFunction('callback', callback)
  const plan = compileGuard(takeOptions(options, GUARD_OPTIONS))
  const { verifyTimeoutMs: ms } = plan
  const limit = ms === false ? undefined : { ms, expire: () => 'timeout' as const }
  return (req, _res, next) => {
    const extracted = extractOnto(req, plan.extract)
    if (extracted.kind === 'fault') {
      publishDecision('error', NAME, null)
      next(extracted.error)
    } else if (extracted.kind === 'failure') {
      next(refuse(extracted.failure, req, plan))
    } else {
      const { cert } = extracted
      runCheckWithin(
        limit,
        () => callback(cert, req),
        (verdict) => {
          if (verdict === 'yes') extracted.accept()
          conclude(verdict, req, cert, plan, next)
        },
      )
    }
  }
}

/**
 * Lets a client through if its certificate is allowed. It belongs behind `clientCertificateAuth()` or
 * `passport.authenticate()`, and looks only at a certificate that the latest of these accepted for this
 * request: its callback returned `true`, or the strategy's verify gave a user. All other requests get
 * `next(error)` with `status` 401, also where the application itself set `req.clientCertificate`, or
 * where a session alone says who the user is. Where the predicate says no, `status` is 403. What the
 * predicate throws is passed on as it is.
 *
 * @param predicate - such as those of `./helpers`
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`
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
    runCheck(
      () => predicate(cert, req),
      (verdict) => {
        if (verdict === 'yes') next()
        else if (verdict === 'no') {
          next(reject(403, 'predicate_returned_false', 'Client certificate not allowed'))
        } else next(toError(verdict.thrown))
      },
    )
  }
}

/** Tells those who want to know, and makes the error of a request without a certificate. */
function refuse<Req>(failure: Failure, req: Req, { onRejected }: GuardPlan<Req>): Error {
  const { reason, ...details } = failure
  runHook('onRejected', onRejected, null, req, reason, details)
  const { message } = describeFailure(failure)
  if (reason === 'certificate_not_retrievable') {
    publishDecision('error', NAME, null, failure)
    return new ClientCertificateError('ERR_CERTIFICATE_NOT_RETRIEVABLE', message)
  }
  publishDecision('rejected', NAME, null, failure)
  return reject(401, reason, message)
}

function conclude<Req>(
  verdict: Verdict | 'timeout',
  req: Req,
  cert: ChainedPeerCertificate,
  plan: GuardPlan<Req>,
  next: Next,
): void {
  if (verdict === 'yes') {
    runHook('onAuthenticated', plan.onAuthenticated, cert, req)
    publishDecision('authenticated', NAME, cert)
    next()
    return
  }
  if (verdict === 'timeout') {
    publishDecision('error', NAME, cert)
    next(describeTimeout(plan.verifyTimeoutMs))
    return
  }
  const error =
    verdict === 'no'
      ? reject(401, 'callback_returned_false', 'Client certificate rejected')
      : withStatus(verdict.thrown)
  const reason = error instanceof CertificateRejectedError ? error.reason : messageOf(error)
  runHook('onRejected', plan.onRejected, cert, req, reason, {})
  publishDecision('rejected', NAME, cert, { reason: 'callback_returned_false' })
  next(error)
}

function describeTimeout(ms: number | false): Error {
  return verifyTimeout(
    `The callback did not answer within ${String(ms)} ms. It answers with what it returns, so the ` +
      'promise that it returned has to settle: set a time limit on what it waits for. It is not ' +
      'given a done to call',
  )
}

function reject(status: 401 | 403, reason: string, message: string): CertificateRejectedError {
  return new CertificateRejectedError(status, reason, message)
}

/** 401, unless what was thrown says something else; a wrapper where nothing can be set on it. */
function withStatus(thrown: unknown): object {
  try {
    const error = toError(thrown) as { status?: unknown }
    error.status ??= 401
    return error
  } catch {
    const options = { cause: thrown }
    return new CertificateRejectedError(401, FAILED, 'Client certificate rejected', options)
  }
}

/** For a callback that threw something without a message. */
const FAILED = 'callback_failed'

/** What was thrown may be anything, and what it says a getter that throws as well. */
function messageOf(error: object): string {
  try {
    const { message } = error as { message?: unknown }
    return typeof message === 'string' && message !== '' ? message : FAILED
  } catch {
    return FAILED
  }
}
