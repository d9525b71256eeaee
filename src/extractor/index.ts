import { checkValidity } from '../certificate/validity.js'
import { trace } from '../trace.js'
import { warnOnce } from '../warnings.js'
import { extractFromHeader } from './header.js'
import { compileExtractorOptions, type ExtractorOptions, type ExtractorPlan } from './options.js'
import type { ProxyTrust } from './proxy-trust.js'
import type { RequestLike } from './request.js'
import { type ExtractionResult, failWith } from './result.js'
import { extractFromSocket } from './socket.js'

export type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
export type { HeaderEncoding } from '../parsers/decoders.js'
export type { CertificateSource } from '../parsers/presets.js'
export type { ExtractorOptions } from './options.js'
export type { ProxyPeer, TrustedProxies } from './proxy-trust.js'
export type { RequestLike } from './request.js'
export type {
  ExtractionFailure,
  ExtractionFailureReason,
  ExtractionResult,
  ExtractionSuccess,
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
  warnAbout(plan)
  const extract = compileSource(plan)
  if (!plan.checkValidity) return extract
  return (request) => {
    const result = extract(request)
    const reason = result.success ? checkValidity(result.certificate, Date.now()) : undefined
    if (reason === undefined) return result
    trace('the certificate is outside its validity period: %s', reason)
    return failWith(reason)
  }
}

/**
 * The one-shot form of {@link createExtractor}. It checks the options on every call: where requests
 * come often, keep an extractor instead.
 */
export function extractClientCertificate(
  request: RequestLike,
  options?: ExtractorOptions,
): ExtractionResult {
  return createExtractor(options)(request)
}

function compileSource({
  header,
  trust,
  fallbackToSocket,
  includeChain,
}: ExtractorPlan): Extractor {
  const fromSocket: Extractor = (request) => extractFromSocket(request, includeChain)
  if (header === null) return fromSocket
  const fromHeader: Extractor = (request) => extractFromHeader(request, header)
  if (trust === null) return fallbackToSocket ? eitherOf(fromHeader, fromSocket) : fromHeader
  const fromOthers: Extractor = fallbackToSocket ? fromSocket : () => failWith('untrusted_proxy')
  // A trusted proxy speaks by its header alone: its own certificate must not become the client's.
  return (request) => (isTrusted(request, trust) ? fromHeader(request) : fromOthers(request))
}

function eitherOf(first: Extractor, second: Extractor): Extractor {
  return (request) => {
    const result = first(request)
    return result.reason === 'header_missing_or_malformed' ? second(request) : result
  }
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
