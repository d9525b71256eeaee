import { NO_CACHE } from './certificate-cache.js'
import { type ExtractorOptions, parseExtractorOptions } from './options.js'
import { compileExtractor, type Extractor } from './pipeline.js'
import { traced } from './traced.js'
import { compilePlan } from './plan.js'
import type { RequestLike } from './request.js'
import type { ExtractionResult } from './result.js'

export type { ChainedPeerCertificate, ForwardedIdentity } from '../certificate/peer-certificate.js'
export type { CertificateSources } from '../path/load.js'
export type { RevocationFault } from '../path/crl/faults.js'
export type { PathFault } from '../path/verdict.js'
export type { TrustStore } from '../path/trust-store.js'
export type { HeaderEncoding } from '../parsers/encodings.js'
export type { CertificateSource } from '../parsers/presets.js'
export type { CacheOptions } from './certificate-cache.js'
export type { ExtractorOptions } from './options.js'
export type { FindTrustStore, PathTrust } from './path.js'
export type { Extractor } from './pipeline.js'
export type { ProxyCaOptions } from './proxy-ca.js'
export type { ProxyPeer, TrustedProxies } from './proxy-trust.js'
export type { RequestLike } from './request.js'
export type {
  DetailsByReason,
  EventDetail,
  EventFailureReason,
  ExtractionFailure,
  ExtractionFailureReason,
  ExtractionResult,
  ExtractionSuccess,
  FailureDetail,
  HeaderDetail,
  ProxyDetail,
  RetrievalDetail,
  SocketDetail,
  TamperingDetail,
  VerificationDetail,
} from './result.js'

/**
 * Checks the options once and returns a function that extracts a certificate from each request.
 *
 * @param options - default: read the TLS socket, without the chain
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the option, or
 *   `ERR_UNSUPPORTED_RUNTIME` for a TLS socket on Deno or a Unix-domain socket on Bun
 * @example
 * import { createExtractor } from 'passport-client-certificate-auth/extractor'
 *
 * const extract = createExtractor({ certificateSource: 'envoy', trustedProxies: '10.0.0.0/8' })
 * const { certificate, reason } = extract(req)
 */
export function createExtractor(options: ExtractorOptions = {}): Extractor {
  return traced(compileExtractor(parseExtractorOptions(options)))
}

/**
 * The one-shot form of {@link createExtractor}. It checks the options on every call, and keeps no
 * certificate that came in a header: where requests come often, keep an extractor instead.
 *
 * @param request - as Node and Express provide it; nothing in it makes this throw
 * @param options - default: read the TLS socket, without the chain
 * @throws TypeError as {@link createExtractor}, with `code` `ERR_INVALID_ARG_TYPE`,
 *   `ERR_INVALID_ARG_VALUE` or `ERR_UNSUPPORTED_RUNTIME`
 * @example
 * import { extractClientCertificate } from 'passport-client-certificate-auth/extractor'
 *
 * const result = extractClientCertificate(req)
 * if (result.success) console.log(result.certificate.subject.CN)
 */
export function extractClientCertificate(
  request: RequestLike,
  options: ExtractorOptions = {},
): ExtractionResult {
  return traced(compileExtractor(parseExtractorOptions(options), NO_CACHE))(request)
}

/**
 * Checks extraction options without making an extractor of them.
 *
 * @param options - default: none, which is valid
 * @throws TypeError as {@link createExtractor}, with `code` `ERR_INVALID_ARG_TYPE`,
 *   `ERR_INVALID_ARG_VALUE` or `ERR_UNSUPPORTED_RUNTIME`
 * @example
 * import { validateExtractorOptions } from 'passport-client-certificate-auth/extractor'
 *
 * validateExtractorOptions(JSON.parse(process.env.CLIENT_CERTIFICATES))
 */
export function validateExtractorOptions(options: ExtractorOptions = {}): void {
  compilePlan(parseExtractorOptions(options))
}
