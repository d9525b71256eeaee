import { invalidValue } from '../util/errors.js'
import { SHA256_DIGITS } from '../util/text.js'
import { assertTexts, type CertificatePredicate } from './predicate.js'

const WHAT = 'allowFingerprints(fingerprints)'
/** The number of digits tells the two digests apart. */
const SHA1_DIGITS = 40

/**
 * Allows exactly the certificates with these fingerprints: digests of the whole certificate.
 *
 * @param fingerprints - SHA-256 (64 hex digits) or SHA-1 (40), with or without colons, in any case,
 *   optionally with the prefix `SHA256:` or `SHA1:`. Prefer SHA-256: SHA-1 is no longer resistant to
 *   collisions.
 * @throws TypeError on an empty list, any other length, or a prefix that does not fit the length
 */
export function allowFingerprints(fingerprints: string | readonly string[]): CertificatePredicate {
  const digests = new Set(assertTexts(WHAT, fingerprints).map(normalize))
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
    WHAT,
    'must be 64 hex digits (SHA-256) or 40 (SHA-1), with or without colons between the bytes',
    fingerprint,
  )
}

/** Hex digits with a colon between every two, or with none at all. */
function withoutColons(text: string): string | undefined {
  const pattern = text.includes(':') ? /^[0-9A-F]{2}(:[0-9A-F]{2})*$/ : /^[0-9A-F]*$/
  return pattern.test(text) ? text.replaceAll(':', '') : undefined
}
