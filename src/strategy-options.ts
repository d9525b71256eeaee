import type { IncomingMessage } from 'node:http'
import { type Assert, assertBoolean, assertFunction, assertText, takeOptions } from './assert.js'
import type { ChainedPeerCertificate } from './certificate/peer-certificate.js'
import { invalidValue } from './errors.js'
import { createExtractor } from './extractor/index.js'
import { EXTRACTOR_OPTIONS, type ExtractorOptions } from './extractor/options.js'
import type { RequestLike } from './extractor/request.js'
import type { ExtractionFailureReason } from './extractor/result.js'

/** A request on which the strategy has put, or will put, the client's certificate. */
export interface ClientCertRequest extends IncomingMessage {
  clientCertificate?: ChainedPeerCertificate | undefined
}

/**
 * Why a request was rejected: why no certificate could be extracted, or that the verify callback
 * refused the certificate.
 */
export type RejectionReason = ExtractionFailureReason | 'callback_returned_false'

/** A reason that an extractor of the application's own invented. */
export type ForeignReason = string & Record<never, never>

/** What an injected extractor returns: an `ExtractionResult`, or the same with reasons of its own. */
export interface ForeignExtractionResult {
  readonly success: boolean
  readonly certificate: ChainedPeerCertificate | null
  readonly reason: ForeignReason | null
}

interface StrategyOptionsBase<Req> extends ExtractorOptions {
  /** Strategy name for `passport.authenticate()`. Default: `'client-cert'`. */
  name?: string | undefined
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
        reason: RejectionReason | ForeignReason,
      ) => unknown)
    | undefined
  /**
   * A ready extractor, such as one from `createExtractor()` that other parts of the application use
   * too. Excludes every extraction option. Default: built from those options.
   */
  extractor?: ((req: Req) => ForeignExtractionResult) | undefined
}

/** Options with which verify is called as `verify(cert, done)`. */
export interface StrategyOptions<Req = ClientCertRequest> extends StrategyOptionsBase<Req> {
  /** Whether verify is called as `verify(req, cert, done)`. Default: `false`. */
  passReqToCallback?: false | undefined
}

/** Options with which verify is called as `verify(req, cert, done)`. */
export interface StrategyOptionsWithRequest<
  Req = ClientCertRequest,
> extends StrategyOptionsBase<Req> {
  /** Whether verify is called as `verify(req, cert, done)`. */
  passReqToCallback: true
}

type AnyStrategyOptions<Req> = StrategyOptions<Req> | StrategyOptionsWithRequest<Req>

const STRATEGY_OPTIONS: Readonly<Record<keyof AnyStrategyOptions<never>, Assert>> = {
  ...EXTRACTOR_OPTIONS,
  name: assertText,
  passReqToCallback: assertBoolean,
  onAuthenticated: assertFunction,
  onRejected: assertFunction,
  extractor: assertFunction,
}

/** The options, checked and resolved once. */
export interface StrategyPlan<Req> {
  readonly name: string
  readonly passReqToCallback: boolean
  readonly extract: (req: Req) => ForeignExtractionResult
  readonly onAuthenticated: StrategyOptionsBase<Req>['onAuthenticated']
  readonly onRejected: StrategyOptionsBase<Req>['onRejected']
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the option. */
export function compileStrategyOptions<Req extends RequestLike>(
  options: AnyStrategyOptions<Req>,
): StrategyPlan<Req> {
  const own = takeOptions(options, STRATEGY_OPTIONS)
  const { name, passReqToCallback, onAuthenticated, onRejected, extractor, ...extraction } = own
  if (extractor !== undefined) refuseExtractionOptions(extraction)
  return Object.freeze({
    name: name ?? 'client-cert',
    passReqToCallback: passReqToCallback ?? false,
    extract: extractor ?? createExtractor(extraction),
    onAuthenticated,
    onRejected,
  })
}

/** An option beside an injected extractor would silently do nothing. */
function refuseExtractionOptions(options: ExtractorOptions): void {
  const given = Object.entries(options).find(([, value]) => value !== undefined)
  if (given === undefined) return
  const [name, value] = given as [string, unknown]
  throw invalidValue(`option "${name}"`, 'cannot be combined with "extractor"', value)
}
