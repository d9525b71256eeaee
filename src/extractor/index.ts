import { extractFromHeader, type HeaderPlan } from './header.js'
import { compileExtractorOptions, type ExtractorOptions } from './options.js'
import type { RequestLike } from './request.js'
import type { ExtractionResult } from './result.js'
import { extractFromSocket } from './socket.js'

export type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
export type { HeaderEncoding } from '../parsers/decoders.js'
export type { CertificateSource } from '../parsers/presets.js'
export type { ExtractorOptions } from './options.js'
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
  const { header, fallbackToSocket, includeChain } = compileExtractorOptions(options)
  const fromSocket: Extractor = (request) => extractFromSocket(request, includeChain)
  if (header === null) return fromSocket
  return fallbackToSocket
    ? (request) => fromHeaderElse(fromSocket, request, header)
    : (request) => extractFromHeader(request, header)
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

function fromHeaderElse(
  fallback: Extractor,
  request: RequestLike,
  header: HeaderPlan,
): ExtractionResult {
  const result = extractFromHeader(request, header)
  return result.reason === 'header_missing_or_malformed' ? fallback(request) : result
}
