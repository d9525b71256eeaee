import { describeOtherDer } from './other-kinds.js'

/**
 * Says what is wrong with bytes that should be a certificate: a whole message.
 *
 * @param isBroken - whether their base64 isn't valid
 */
export function describeDamage(bytes: Buffer, isBroken = false): string {
  const other = describeOtherDer(bytes)
  if (other !== undefined) return other
  const length = lengthOf(bytes)
  if (length !== undefined && length > bytes.length) {
    return (
      `the certificate is cut off: it has ${length} bytes, and only ${bytes.length} of them are ` +
      'there; copy the whole value, and check the limits of the log or header'
    )
  }
  if (isBroken) return "the certificate is damaged: its base64 isn't valid; copy it again"
  if (length !== undefined && length < bytes.length) {
    return 'the certificate is damaged: other bytes follow its end; copy it again'
  }
  return "the certificate is damaged: its bytes aren't DER of a certificate; copy it again"
}

/** The length that the outer SEQUENCE says, with its head; `undefined` if it isn't a long SEQUENCE. */
function lengthOf(bytes: Buffer): number | undefined {
  const octets = (bytes[1] ?? 0) - 0x80
  if (bytes[0] !== 0x30 || octets < 1 || octets > 3 || bytes.length < 2 + octets) return undefined
  return 2 + octets + bytes.readUIntBE(2, octets)
}
