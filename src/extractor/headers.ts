import type { Parse } from '../util/assert.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { invalidType } from '../util/errors.js'
import { optional, type OptionTable, parseOptions } from '../util/options.js'
import type { HeaderEncoding } from '../parsers/encodings.js'
import type { CertificateSource } from '../parsers/presets.js'
import { trace } from '../util/trace.js'
import { parseExtractorOptions } from './options.js'
import { compileExtractor, type Extractor } from './pipeline.js'
import { traced } from './traced.js'

/** Where {@link getCertificateFromHeaders} finds the certificate. */
export interface CertificateHeaderConfig {
  /** A known proxy, which sets the header's name and its encoding. Default: none. */
  certificateSource?: CertificateSource | undefined
  /** Name of the header; overrides the preset's. Default: the preset's. */
  certificateHeader?: string | undefined
  /** How the header is encoded. Required with `certificateHeader` alone. Default: the preset's. */
  headerEncoding?: HeaderEncoding | undefined
}

const assertString: Parse<string> = (name, value) => {
  if (typeof value !== 'string') throw invalidType(name, 'a string', value)
  return value
}

const CONFIG: OptionTable<keyof CertificateHeaderConfig> = {
  certificateSource: optional(assertString),
  certificateHeader: optional(assertString),
  headerEncoding: optional(assertString),
}

/**
 * Reads the certificate, and the chain that came with it, from the headers of a request, as an extractor
 * without `trustedProxies` does: it can't know which peer sent them. Prefer `createExtractor()` of
 * `./extractor`, which can.
 *
 * @param headers - names in lower case, as in `req.headers`; nothing in them makes this throw
 * @returns `null` without exactly one certificate header, for a certificate that isn't valid now, where
 *   a header that the preset requires is missing, and for a configuration that names no header
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for an unknown member
 *   of the configuration, and for one that isn't a string
 * @example
 * import { getCertificateFromHeaders } from 'passport-client-certificate-auth/parsers'
 *
 * const certificate = getCertificateFromHeaders(req.headers, { certificateSource: 'aws-alb-verify' })
 */
export function getCertificateFromHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  config: CertificateHeaderConfig,
): ChainedPeerCertificate | null {
  const extract = compile(parseOptions(config, CONFIG).given)
  return extract === undefined ? null : extract({ headers }).certificate
}

/** `undefined` where the configuration names no header, or not in a way that can be read. */
function compile(config: CertificateHeaderConfig): Extractor | undefined {
  try {
    const options = { ...config, includeChain: true, cache: false }
    return traced(compileExtractor(parseExtractorOptions(options)))
  } catch (error) {
    trace('no header to read: %s', (error as TypeError).message)
    return undefined
  }
}
