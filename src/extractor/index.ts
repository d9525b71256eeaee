import type { StoredCertificate } from '../certificate/stored-certificate.js'
import { checkValidity } from '../certificate/validity.js'
import { trace } from '../util/trace.js'
import { warnOnce } from '../util/warnings.js'
import { type CertificateCache, createCache, NO_CACHE } from './certificate-cache.js'
import { readApiGatewayRequest } from './api-gateway.js'
import { readHeader } from './header.js'
import type { ExtractorOptions } from './options.js'
import { compileExtractorOptions, type ExtractorPlan } from './plan.js'
import { isPeerKnown, type ProxyTrust } from './proxy-trust.js'
import type { RequestLike } from './request.js'
import {
  type ExtractionFailure,
  type ExtractionResult,
  failWith,
  isFailure,
  succeed,
} from './result.js'
import { readSocket } from './socket.js'

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
  return (request) => {
    const found = read(request)
    if (isFailure(found)) return found
    const reason = plan.checkValidity ? checkValidity(found.validity, Date.now()) : undefined
    if (reason === undefined) return succeed(found.forRequest())
    trace('the certificate is outside its validity period: %s', reason)
    return failWith(reason)
  }
}

type Source = (request: RequestLike) => StoredCertificate | ExtractionFailure

function compileSource(plan: ExtractorPlan, cache: CertificateCache): Source {
  const { header, trust, fallbackToSocket, includeChain } = plan
  const fromSocket: Source = (request) => readSocket(request, includeChain, plan.cache !== null)
  if (plan.source === 'api-gateway') return (request) => readApiGatewayRequest(request, cache)
  if (header === null) return fromSocket
  const fromHeader: Source = (request) => readHeader(request, header, cache)
  if (trust === null) return fallbackToSocket ? firstOf(fromHeader, fromSocket) : fromHeader
  const fromUntrustedPeer: Source = (request) =>
    fallbackToSocket && isKnown(request) ? fromSocket(request) : failWith('untrusted_proxy')
  // A trusted proxy speaks by its header alone: its own certificate must not become the client's.
  return (request) => (isTrusted(request, trust) ? fromHeader(request) : fromUntrustedPeer(request))
}

function firstOf(first: Source, second: Source): Source {
  return (request) => {
    const found = first(request)
    return isFailure(found) && mayBeUnsent(found) ? second(request) : found
  }
}

/** Not where Node may have dropped the header: then the proxy did say who the client is. */
function mayBeUnsent({ reason, detail }: ExtractionFailure): boolean {
  return reason === 'header_missing_or_malformed' && detail !== 'too_many_headers'
}

function isTrusted(request: RequestLike, trust: ProxyTrust): boolean {
  try {
    if (trust(request)) return true
    trace('the peer is not a trusted proxy')
  } catch (error) {
    // The application's own function: what it throws is no yes.
    trace('trustedProxies threw: %s', error instanceof Error ? error.message : typeof error)
  }
  return false
}

function isKnown(request: RequestLike): boolean {
  try {
    if (isPeerKnown(request)) return true
    trace('the address of the peer is not known: it may be the proxy')
  } catch {
    trace('the address of the peer cannot be read')
  }
  return false
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
