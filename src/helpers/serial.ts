import { formatSerialNumber, readFields } from '../certificate/fields.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { invalidValue } from '../util/errors.js'
import { assertTexts, type CertificatePredicate } from './predicate.js'

const NAME = 'allowSerial(serials)'

const SERIAL = /^-?[0-9a-f]+(:[0-9a-f]+)*$/i

/**
 * Allows certificates with these serial numbers. Two CAs may use the same serial number, so combine this
 * with {@link allowIssuer}, or use {@link allowFingerprints} instead.
 *
 * @param serials - hex digits, with or without colons, in any case. Leading zeros are ignored, and a
 *   negative number begins with `-`, as Node shows it.
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` if a number isn't a string, or
 *   `ERR_INVALID_ARG_VALUE` if the list is empty or a string isn't hex digits
 * @example
 * import { allOf, allowIssuer, allowSerial } from 'passport-client-certificate-auth/helpers'
 *
 * const isAllowed = allOf(allowIssuer({ CN: 'Example CA' }), allowSerial('0A:00:BC:0D'))
 */
export function allowSerial(serials: string | readonly string[]): CertificatePredicate {
  const allowed = new Set(
    assertTexts(NAME, serials).map((serial) => {
      if (!SERIAL.test(serial)) {
        throw invalidValue(NAME, 'must be hex digits, with or without colons', serial)
      }
      return normalize(serial)
    }),
  )
  return (certificate) => {
    const serial = findSerial(certificate)
    return serial !== undefined && allowed.has(normalize(serial))
  }
}

/** Prefers the DER, because some runtimes show a negative number without its sign. */
function findSerial(certificate: ChainedPeerCertificate): string | undefined {
  const { raw, serialNumber } = certificate as Partial<
    Record<keyof ChainedPeerCertificate, unknown>
  >
  const fields = raw instanceof Uint8Array ? readFields(raw) : undefined
  if (fields !== undefined) return formatSerialNumber(raw as Uint8Array, fields.serialNumber)
  return typeof serialNumber === 'string' ? serialNumber : undefined
}

function normalize(serial: string): string {
  const sign = serial.startsWith('-') ? '-' : ''
  const digits = serial.slice(sign.length).replaceAll(':', '').toUpperCase()
  let start = 0
  while (digits[start] === '0' && start < digits.length - 1) start += 1
  const shortest = digits.slice(start)
  return shortest === '0' ? shortest : sign + shortest
}
