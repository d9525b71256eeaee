import { warnOnce } from '../util/warnings.js'
import { type CertificateCache, createCache, NO_CACHE } from './certificate-cache.js'
import { compileChecks } from './checks.js'
import type { ParsedExtractorOptions } from './options.js'
import { compilePlan, type ExtractorPlan } from './plan.js'
import { compilePathStep } from './path.js'
import type { RequestLike } from './request.js'
import { type ExtractionResult, failWith, isFailure, succeed } from './result.js'
import { compileSource } from './source.js'

/** Reads the client's certificate from a request. Never throws because of anything in it. */
export type Extractor = (request: RequestLike) => ExtractionResult

/**
 * Makes an extractor of options that were checked one by one: by `createExtractor()`, or as a part of
 * the options of a strategy, for example.
 *
 * @param cache - default: a new one, within the limits that the options set
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE`, for options that cannot be combined
 */
export function compileExtractor(
  options: ParsedExtractorOptions,
  cache?: CertificateCache,
): Extractor {
  const plan = compilePlan(options)
  warnAbout(plan)
  const readSource = compileSource(plan, cache ?? cacheFor(plan))
  const { paths, includeChain } = plan
  const validatePath = paths && compilePathStep(paths, includeChain)
  const checks = compileChecks(plan)
  return (request) => {
    const read = readSource(request)
    if (isFailure(read)) return read
    const found = validatePath === undefined ? read : validatePath(request, read)
    if (isFailure(found)) return found
    // For...of would allocate an iterator on every request.
    for (let index = 0; index < checks.length; index += 1) {
      const reason = checks[index]?.(found)
      if (reason !== undefined) return failWith(reason)
    }
    return succeed(found.forRequest())
  }
}

function cacheFor({ source, cache }: ExtractorPlan): CertificateCache {
  return source === 'socket' || cache === undefined ? NO_CACHE : createCache(cache)
}

function warnAbout({ header, trust, paths }: ExtractorPlan): void {
  if (header === undefined) return
  if (trust === undefined) {
    warnOnce(
      'CLIENT_CERT_ANY_PROXY',
      'Any peer can set the client certificate header. Set trustedProxies to say which proxies may',
      "Name the proxy, as in trustedProxies: 'loopback' or '10.0.0.0/8'. Use trustedProxies: true only " +
        'if no other peer than the proxy can connect.',
    )
  }
  if (header.isUnvalidated && paths === undefined) {
    warnOnce(
      'CLIENT_CERT_NOT_VALIDATED',
      'This proxy forwards client certificates without validating them. Set ca to validate them here',
      'Without ca, the client chooses the names in its certificate, so compare its fingerprint256 in ' +
        'verify, for instance with allowFingerprints().',
    )
  }
}
