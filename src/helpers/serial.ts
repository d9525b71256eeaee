import { invalidValue } from '../errors.js'
import { assertTexts, type CertificatePredicate } from './predicate.js'

const WHAT = 'allowSerial(serials)'

/**
 * Allows certificates with these serial numbers. A serial number is unique only within its issuer:
 * combine it with {@link allowIssuer}, or pin with {@link allowFingerprints} instead.
 *
 * @param serials - hex digits, with or without colons, in any case; leading zeros do not matter
 * @throws TypeError on an empty list or anything but hex digits
 */
export function allowSerial(serials: string | readonly string[]): CertificatePredicate {
  const allowed = new Set(
    assertTexts(WHAT, serials).map((serial) => {
      if (!/^[0-9a-f]+(:[0-9a-f]+)*$/i.test(serial)) {
        throw invalidValue(WHAT, 'must be hex digits, with or without colons', serial)
      }
      return normalize(serial)
    }),
  )
  return ({ serialNumber }) =>
    typeof serialNumber === 'string' && allowed.has(normalize(serialNumber))
}

function normalize(serial: string): string {
  const digits = serial.replaceAll(':', '').toUpperCase()
  let start = 0
  while (digits[start] === '0' && start < digits.length - 1) start += 1
  return digits.slice(start)
}
