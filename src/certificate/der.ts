const SEQUENCE = 0x30
const BIT_STRING = 0x03
/** A length from here on says how many bytes the length itself takes (X.690 8.1.3.5). */
const LONG_FORM = 0x80
/** More than 4 GiB are not written anywhere. */
const MOST_DIGITS = 4

/** Where the content of a DER value begins, and where it ends: what it says, which may be more than there are. */
interface Span {
  readonly start: number
  readonly end: number
}

/** Where the certificate ends that begins at `at`, by its length, if one may; none is shorter than 128 bytes. */
export function endOfCertificate(bytes: Uint8Array, at: number): number | undefined {
  const isLong = (bytes[at + 1] ?? 0) >= LONG_FORM
  return isLong ? readSpan(bytes, at, SEQUENCE)?.end : undefined
}

/**
 * Whether this is one SEQUENCE of a SEQUENCE, a SEQUENCE and a BIT STRING and nothing else (RFC 5280
 * 4.1), whatever they hold. OpenSSL takes as long to refuse what is not as to read a certificate.
 */
export function hasCertificateShape(bytes: Uint8Array): boolean {
  const whole = readSpan(bytes, 0, SEQUENCE)
  if (whole?.end !== bytes.length) return false
  let at = whole.start
  for (const tag of [SEQUENCE, SEQUENCE, BIT_STRING]) {
    const span = readSpan(bytes, at, tag)
    if (span === undefined) return false
    at = span.end
  }
  return at === bytes.length
}

function readSpan(bytes: Uint8Array, at: number, tag: number): Span | undefined {
  const first = bytes[at + 1]
  if (bytes[at] !== tag || first === undefined) return undefined
  const start = at + 2
  if (first < LONG_FORM) return { start, end: start + first }
  const digits = first - LONG_FORM
  if (digits < 1 || digits > MOST_DIGITS) return undefined
  let length = 0
  for (let digit = 0; digit < digits; digit += 1) {
    length = length * 256 + (bytes[start + digit] ?? 0)
  }
  return { start: start + digits, end: start + digits + length }
}
