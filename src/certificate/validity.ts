import type { PeerCertificate } from 'node:tls'

/** Why a certificate is not valid at a point in time (RFC 5280 4.1.2.5). */
export type ValidityReason = 'certificate_expired' | 'certificate_not_yet_valid'

/**
 * Checks the validity period, both ends inclusive.
 *
 * @param now - milliseconds since the epoch
 * @returns nothing when the certificate is valid, or has no dates at all, as a test double
 */
export function checkValidity(
  { valid_from: from, valid_to: to }: Partial<PeerCertificate>,
  now: number,
): ValidityReason | undefined {
  // A date that cannot be read compares false either way: it must not count as valid.
  if (from !== undefined && !(readDate(from) <= now)) return 'certificate_not_yet_valid'
  if (to !== undefined && !(now <= readDate(to))) return 'certificate_expired'
  return undefined
}

/** A wrapper around Node's socket may show anything, such as what cannot be made a text. */
function readDate(date: unknown): number {
  return typeof date === 'string' ? Date.parse(date) : NaN
}
