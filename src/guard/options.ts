import type { IncomingMessage } from 'node:http'
import { assertFunction, type Parse } from '../util/assert.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { invalidType, invalidValue } from '../util/errors.js'
import { optional, type OptionTable, type ParsedOptions, withDefault } from '../util/options.js'
import {
  type CompiledExtractorOptions,
  EXTRACTOR_OPTIONS,
  type ExtractorOptions,
} from '../extractor/options.js'
import { compileExtractor } from '../extractor/pipeline.js'
import { untraced } from '../extractor/traced.js'
import type { RequestLike } from '../extractor/request.js'
import type { ExtractionFailureReason, FailureDetail } from '../extractor/result.js'

/** The request as Node and Express hand it to a strategy, with what the strategy attaches. */
export interface ClientCertRequest extends IncomingMessage {
  clientCertificate?: ChainedPeerCertificate | undefined
}

/**
 * Why a request was rejected: why no certificate could be extracted, or that the callback rejected
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

/** The result of an injected extractor: an `ExtractionResult`, or one with other reasons. */
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

const assertTimeout: Parse<number | false> = (name, value) => {
  if (value === false) return value
  if (typeof value !== 'number') throw invalidType(name, 'a number or false', value)
  if (!Number.isInteger(value) || value < 1 || value > MAX_TIMEOUT_MS) {
    const problem = `must be a whole number from 1 to ${MAX_TIMEOUT_MS}, or false`
    throw invalidValue(name, problem, value)
  }
  return value
}

/** A check of a certificate, under its name in `client-certificate-auth`. */
export type ValidationCallback<Req = ClientCertRequest> = (
  cert: ChainedPeerCertificate,
  req?: Req,
) => boolean | PromiseLike<boolean>

/** The options with a default, and those that are compiled. */
export interface CompiledGuardOptions extends CompiledExtractorOptions {
  readonly verifyTimeoutMs: number | false
}

/** How each option is checked, and its default. */
export const GUARD_OPTIONS: OptionTable<
  keyof ClientCertificateAuthOptions<never>,
  CompiledGuardOptions
> = {
  ...EXTRACTOR_OPTIONS,
  onAuthenticated: optional(assertFunction),
  onRejected: optional(assertFunction),
  extractor: optional(assertFunction),
  verifyTimeoutMs: withDefault(assertTimeout, 30_000),
}

/** The options, checked and resolved once. */
export interface GuardPlan<Req> {
  readonly extract: (req: Req) => ExtractionResultLike
  readonly onAuthenticated: ClientCertificateAuthOptions<Req>['onAuthenticated']
  readonly onRejected: ClientCertificateAuthOptions<Req>['onRejected']
  readonly verifyTimeoutMs: number | false
}

/** @throws TypeError `ERR_INVALID_ARG_VALUE`, naming options that cannot be combined. */
export function compileGuard<Req extends RequestLike>(
  options: ParsedOptions<ClientCertificateAuthOptions<Req>, CompiledGuardOptions>,
): GuardPlan<Req> {
  const { onAuthenticated, onRejected, extractor, verifyTimeoutMs } = options.values
  if (extractor !== undefined) forbidExtractionOptions(options.given)
  const extract = extractor === undefined ? compileExtractor(options) : untraced(extractor)
  return { extract, onAuthenticated, onRejected, verifyTimeoutMs }
}

/** An option beside an injected extractor would silently do nothing. */
function forbidExtractionOptions(given: ExtractorOptions): void {
  const found = Object.entries(given).find(
    ([name, value]) => value !== undefined && Object.hasOwn(EXTRACTOR_OPTIONS, name),
  )
  if (found === undefined) return
  const [name, value] = found as [string, unknown]
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
