import { invalidValue } from '../util/errors.js'
import { SHA256_DIGITS } from '../util/text.js'
import { assertTexts, type CertificatePredicate } from './predicate.js'

const NAME = 'allowFingerprints(fingerprints)'
/** The two digests are told apart by their number of hex digits. */
const SHA1_DIGITS = 40

/**
 * Allows exactly the certificates with these fingerprints, which are digests of the whole certificate.
 *
 * @param fingerprints - SHA-256 (64 hex digits) or SHA-1 (40), with or without colons, in any case,
 *   optionally with the prefix `SHA256:` or `SHA1:`. Prefer SHA-256, because SHA-1 is no longer
 *   resistant to collisions.
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for example for an
 *   empty list, another length, or a prefix that doesn't match the length
 * @example
 * import { allowFingerprints } from 'passport-client-certificate-auth/helpers'
 *
 * // The output of: openssl x509 -in client.pem -noout -fingerprint -sha256
 * const isAllowed = allowFingerprints(
 *   'E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55',
 * )
 */
export function allowFingerprints(fingerprints: string | readonly string[]): CertificatePredicate {
  const digests = new Set(assertTexts(NAME, fingerprints).map(normalize))
  return (cert) => has(digests, cert.fingerprint256) || has(digests, cert.fingerprint)
}

function has(digests: ReadonlySet<string>, fingerprint: unknown): boolean {
  return typeof fingerprint === 'string' && digests.has(fingerprint.replaceAll(':', ''))
}

function normalize(fingerprint: string): string {
  const upper = fingerprint.toUpperCase()
  const prefix = ['SHA256:', 'SHA1:'].find((name) => upper.startsWith(name)) ?? ''
  const digits = withoutColons(upper.slice(prefix.length))
  const length = prefix === 'SHA1:' ? SHA1_DIGITS : SHA256_DIGITS
  if (digits?.length === length) return digits
  if (prefix === '' && digits?.length === SHA1_DIGITS) return digits
  throw invalidValue(
    NAME,
    'must be 64 hex digits (SHA-256) or 40 (SHA-1), with or without colons between the bytes',
    fingerprint,
  )
}

/** Hex digits with a colon after every two, or without any colon. */
function withoutColons(text: string): string | undefined {
  const pattern = text.includes(':') ? /^[0-9A-F]{2}(:[0-9A-F]{2})*$/ : /^[0-9A-F]*$/
  return pattern.test(text) ? text.replaceAll(':', '') : undefined
}
