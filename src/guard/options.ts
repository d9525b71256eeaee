import type { IncomingMessage } from 'node:http'
import { type Assert, assertFunction } from '../util/assert.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { invalidType, invalidValue } from '../util/errors.js'
import { createExtractor } from '../extractor/index.js'
import { EXTRACTOR_OPTIONS, type ExtractorOptions } from '../extractor/options.js'
import type { RequestLike } from '../extractor/request.js'
import type { ExtractionFailureReason, FailureDetail } from '../extractor/result.js'

/** The request as Node and Express hand it to a strategy, with what the strategy attaches. */
export interface ClientCertRequest extends IncomingMessage {
  clientCertificate?: ChainedPeerCertificate | undefined
}

/**
 * Why a request was rejected: why no certificate could be extracted, or that the callback refused
 * the certificate.
 */
export type RejectionReason = ExtractionFailureReason | 'callback_returned_false'

/** The causes behind a {@link RejectionReason}. A hook always gets an object, which may be empty. */
export interface RejectionDetails {
  /** Which of several causes the reason had. */
  readonly detail?: FailureDetail | (string & {})
  /** Node's or OpenSSL's error code. */
  readonly code?: string
}

/** What an injected extractor returns: an `ExtractionResult`, or the same with reasons of its own. */
export interface ExtractionResultLike {
  readonly success: boolean
  readonly certificate: ChainedPeerCertificate | null
  readonly reason: string | null
  readonly detail?: string | undefined
  readonly code?: string | undefined
}

/** Options of whatever guards an application: where the certificate comes from, and who is told. */
export interface ClientCertificateAuthOptions<Req = ClientCertRequest> extends ExtractorOptions {
  /** Audit hook: starts after a client was authenticated; can neither block nor fail the request. */
  onAuthenticated?: ((cert: ChainedPeerCertificate, req: Req) => unknown) | undefined
  /**
   * Audit hook: starts after a request was rejected. The certificate is `null` when none was
   * extracted. Can neither block nor fail the request.
   */
  onRejected?:
    | ((
        cert: ChainedPeerCertificate | null,
        req: Req,
        reason: RejectionReason | (string & {}),
        details: RejectionDetails,
      ) => unknown)
    | undefined
  /**
   * A ready extractor, such as one from `createExtractor()` that other parts of the application use
   * too. Excludes every extraction option. Default: built from those options.
   */
  extractor?: ((req: Req) => ExtractionResultLike) | undefined
  /**
   * How many milliseconds the callback has to answer, from 1 to 2,147,483,647, or `false` for no
   * limit. A callback that takes longer ends the request in an error with the code
   * `ERR_VERIFY_TIMEOUT`. Default: 30,000.
   */
  verifyTimeoutMs?: number | false | undefined
}

/** setTimeout() takes anything above for 1. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1
const DEFAULT_TIMEOUT_MS = 30_000

const assertTimeout: Assert = (what, value) => {
  if (value === false) return
  if (typeof value !== 'number') throw invalidType(what, 'a number or false', value)
  if (!Number.isInteger(value) || value < 1 || value > MAX_TIMEOUT_MS) {
    const problem = `must be a whole number from 1 to ${MAX_TIMEOUT_MS}, or false`
    throw invalidValue(what, problem, value)
  }
}

/** A check of a certificate, under its name in `client-certificate-auth`. */
export type ValidationCallback<Req = ClientCertRequest> = (
  cert: ChainedPeerCertificate,
  req?: Req,
) => boolean | PromiseLike<boolean>

/** How each option is checked. */
export const GUARD_OPTIONS: Readonly<Record<keyof ClientCertificateAuthOptions<never>, Assert>> = {
  ...EXTRACTOR_OPTIONS,
  onAuthenticated: assertFunction,
  onRejected: assertFunction,
  extractor: assertFunction,
  verifyTimeoutMs: assertTimeout,
}

/** The options, checked and resolved once. */
export interface GuardPlan<Req> {
  readonly extract: (req: Req) => ExtractionResultLike
  readonly onAuthenticated: ClientCertificateAuthOptions<Req>['onAuthenticated']
  readonly onRejected: ClientCertificateAuthOptions<Req>['onRejected']
  readonly verifyTimeoutMs: number | false
}

/** @param options - taken over already */
export function compileGuard<Req extends RequestLike>(
  options: ClientCertificateAuthOptions<Req>,
): GuardPlan<Req> {
  const { onAuthenticated, onRejected, extractor, verifyTimeoutMs, ...extraction } = options
  if (extractor !== undefined) refuseExtractionOptions(extraction)
  return {
    extract: extractor ?? createExtractor(extraction),
    onAuthenticated,
    onRejected,
    verifyTimeoutMs: verifyTimeoutMs ?? DEFAULT_TIMEOUT_MS,
  }
}

/** An option beside an injected extractor would silently do nothing. */
function refuseExtractionOptions(options: ExtractorOptions): void {
  const given = Object.entries(options).find(([, value]) => value !== undefined)
  if (given === undefined) return
  const [name, value] = given as [string, unknown]
  throw invalidValue(`option "${name}"`, 'cannot be combined with "extractor"', value)
}

declare global {
  // Merges with the types of Express where they are installed and asks for nothing where not.
  namespace Express {
    interface Request {
      /** The client's certificate, once a strategy of this package has extracted it. */
      clientCertificate?: ChainedPeerCertificate | undefined
    }
  }
}
