import { warnOnce } from '../util/warnings.js'
import { type CertificateCache, createCache, NO_CACHE } from './certificate-cache.js'
import { compileChecks } from './checks.js'
import type { ExtractorOptions } from './options.js'
import { compileExtractorOptions, type ExtractorPlan } from './plan.js'
import type { RequestLike } from './request.js'
import { type ExtractionResult, failWith, isFailure, succeed } from './result.js'
import { compileSource } from './source.js'

export type { ChainedPeerCertificate, ForwardedIdentity } from '../certificate/peer-certificate.js'
export type { HeaderEncoding } from '../parsers/decoders.js'
export type { CertificateSource } from '../parsers/presets.js'
export type { CacheOptions } from './certificate-cache.js'
export type { EventFailureReason } from './api-gateway.js'
export type { ExtractorOptions } from './options.js'
export type { ProxyPeer, TrustedProxies } from './proxy-trust.js'
export type { RequestLike } from './request.js'
export type {
  ExtractionFailure,
  ExtractionFailureReason,
  ExtractionResult,
  ExtractionSuccess,
  FailureDetail,
} from './result.js'

/** Reads the client's certificate from a request. Never throws because of anything in it. */
export type Extractor = (request: RequestLike) => ExtractionResult

/**
 * Checks the options once and returns a function that extracts a certificate from each request.
 *
 * @param options - default: read the TLS socket, without the chain
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
 */
export function createExtractor(options: ExtractorOptions = {}): Extractor {
  const plan = compileExtractorOptions(options)
  const cache = plan.source === 'socket' || plan.cache === null ? NO_CACHE : createCache(plan.cache)
  return compileExtractor(plan, cache)
}

/**
 * The one-shot form of {@link createExtractor}. It checks the options on every call, and keeps no
 * certificate that came in a header: where requests come often, keep an extractor instead.
 */
export function extractClientCertificate(
  request: RequestLike,
  options: ExtractorOptions = {},
): ExtractionResult {
  return compileExtractor(compileExtractorOptions(options), NO_CACHE)(request)
}

/**
 * Checks extraction options without making an extractor of them.
 *
 * @param options - default: none, which is valid
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the option
 * @example
 * import { validateExtractorOptions } from 'passport-client-certificate-auth/extractor'
 *
 * validateExtractorOptions(JSON.parse(process.env.CLIENT_CERTIFICATES))
 */
export function validateExtractorOptions(options: ExtractorOptions = {}): void {
  compileExtractorOptions(options)
}

function compileExtractor(plan: ExtractorPlan, cache: CertificateCache): Extractor {
  warnAbout(plan)
  const read = compileSource(plan, cache)
  const checks = compileChecks(plan)
  return (request) => {
    const found = read(request)
    if (isFailure(found)) return found
    for (const check of checks) {
      const reason = check(found)
      if (reason !== undefined) return failWith(reason)
    }
    return succeed(found.forRequest())
  }
}

function warnAbout({ header, trust }: ExtractorPlan): void {
  if (header === null) return
  if (trust === null) {
    warnOnce(
      'CLIENT_CERT_ANY_PROXY',
      'Client certificate headers are believed whoever sends them: set trustedProxies',
      "Name the proxy, as in trustedProxies: 'loopback' or '10.0.0.0/8'; with trustedProxies: true " +
        'you say that nobody but the proxy can connect.',
    )
  }
  if (header.isUnvalidated) {
    warnOnce(
      'CLIENT_CERT_NOT_VALIDATED',
      'This proxy forwards client certificates that nobody has validated: pin them',
      'Names in such a certificate are whatever the client wrote. Compare its fingerprint256 in ' +
        'verify, for instance with allowFingerprints().',
    )
  }
}
