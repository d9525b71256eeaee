import type { PeerCertificate } from 'node:tls'

/** Why a certificate is not valid at a point in time (RFC 5280 4.1.2.5). */
export type ValidityReason = 'certificate_expired' | 'certificate_not_yet_valid'

/** When a certificate is valid, both ends inclusive, in milliseconds since the epoch. */
export interface ValidityPeriod {
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** A date that is missing, as on a test double, is no limit; one that cannot be read is `NaN`. */
export function readPeriod(certificate: Partial<PeerCertificate>): ValidityPeriod {
  const { valid_from: from, valid_to: to } = certificate
  return {
    notBeforeMs: from === undefined ? -Infinity : readDate(from),
    notAfterMs: to === undefined ? Infinity : readDate(to),
  }
}

/**
 * Checks the validity period.
 *
 * @param now - milliseconds since the epoch
 * @returns nothing when the certificate is valid
 */
export function checkValidity(
  { notBeforeMs, notAfterMs }: ValidityPeriod,
  now: number,
): ValidityReason | undefined {
  // NaN compares false either way: it must not count as valid.
  if (!(notBeforeMs <= now)) return 'certificate_not_yet_valid'
  if (!(now <= notAfterMs)) return 'certificate_expired'
  return undefined
}

/** A wrapper around Node's socket may show anything, such as what cannot be made a text. */
function readDate(date: unknown): number {
  if (typeof date !== 'string') return NaN
  const time = Date.parse(date)
  // Of the year 49, `Date.parse` makes 2049.
  return date.includes(String(new Date(time).getUTCFullYear())) ? time : NaN
}
