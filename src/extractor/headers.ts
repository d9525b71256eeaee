import { type Assert, takeOptions } from '../util/assert.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { invalidType } from '../util/errors.js'
import type { HeaderEncoding } from '../parsers/decoders.js'
import type { CertificateSource } from '../parsers/presets.js'
import { trace } from '../util/trace.js'
import { createExtractor, type Extractor } from './index.js'

/** Where {@link getCertificateFromHeaders} finds the certificate. */
export interface CertificateHeaderConfig {
  /** A known proxy, which sets the header's name and its encoding. Default: none. */
  certificateSource?: CertificateSource | undefined
  /** Name of the header; overrides the preset's. Default: the preset's. */
  certificateHeader?: string | undefined
  /** How the header is encoded. Required with `certificateHeader` alone. Default: the preset's. */
  headerEncoding?: HeaderEncoding | undefined
}

const assertString: Assert = (what, value) => {
  if (typeof value !== 'string') throw invalidType(what, 'a string', value)
}

const CONFIG: Readonly<Record<keyof CertificateHeaderConfig, Assert>> = {
  certificateSource: assertString,
  certificateHeader: assertString,
  headerEncoding: assertString,
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
  const extract = compile(takeOptions(config, CONFIG))
  return extract === null ? null : extract({ headers }).certificate
}

function compile(config: CertificateHeaderConfig): Extractor | null {
  try {
    return createExtractor({ ...config, includeChain: true, cache: false })
  } catch (error) {
    trace('no header to read: %s', (error as TypeError).message)
    return null
  }
}
