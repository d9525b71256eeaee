import type { PeerCertificate } from 'node:tls'
import { readFields, type Validity } from './fields.js'

/** The reason why a certificate isn't valid at a point in time (RFC 5280 4.1.2.5). */
export type ValidityReason = 'certificate_expired' | 'certificate_not_yet_valid'

/**
 * Reads the dates from the DER of a certificate. Only test doubles and wrappers around Node's socket
 * have objects without DER, and for these the dates are parsed from strings. A missing date then sets
 * no limit, and an unreadable date becomes `NaN`, which is never valid.
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
 * @returns `undefined` when the certificate is valid
 */
export function checkValidity(
  { notBeforeMs, notAfterMs }: Validity,
  now: number,
): ValidityReason | undefined {
  // Every comparison with NaN is false, so NaN must be rejected here.
  if (!(notBeforeMs <= now)) return 'certificate_not_yet_valid'
  if (!(now <= notAfterMs)) return 'certificate_expired'
  return undefined
}

function readDate(date: unknown): number {
  if (typeof date !== 'string') return NaN
  const time = Date.parse(date)
  // `Date.parse` reads year 49 as 2049.
  return date.includes(String(new Date(time).getUTCFullYear())) ? time : NaN
}
