import type { PeerCertificate } from 'node:tls'
import { readFields } from './fields.js'

/** Why a certificate is not valid at a point in time (RFC 5280 4.1.2.5). */
export type ValidityReason = 'certificate_expired' | 'certificate_not_yet_valid'

/** When a certificate is valid, both ends inclusive, in milliseconds since the epoch. */
export interface Validity {
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/**
 * Reads the dates from the DER of a certificate. An object without DER, which only test doubles and
 * wrappers around Node's socket have, gives its dates as text: a missing one sets no limit, and one
 * that can't be read becomes `NaN`, which is never valid.
 */
export function readValidity(certificate: Partial<PeerCertificate>): Validity {
  const { raw, valid_from: from, valid_to: to } = certificate as Partial<Record<string, unknown>>
  const fields = raw instanceof Uint8Array ? readFields(raw) : undefined
  return (
    fields?.validity ?? {
      notBeforeMs: from === undefined ? -Infinity : readDate(from),
      notAfterMs: to === undefined ? Infinity : readDate(to),
    }
  )
}

/**
 * Checks the validity period.
 *
 * @param now - milliseconds since the epoch
 * @returns nothing when the certificate is valid
 */
export function checkValidity(
  { notBeforeMs, notAfterMs }: Validity,
  now: number,
): ValidityReason | undefined {
  // NaN compares false either way: it must never be valid.
  if (!(notBeforeMs <= now)) return 'certificate_not_yet_valid'
  if (!(now <= notAfterMs)) return 'certificate_expired'
  return undefined
}

function readDate(date: unknown): number {
  if (typeof date !== 'string') return NaN
  const time = Date.parse(date)
  // `Date.parse` reads the year 49 as 2049.
  return date.includes(String(new Date(time).getUTCFullYear())) ? time : NaN
}
