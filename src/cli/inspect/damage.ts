import { readFields } from '../../certificate/fields.js'
import { parseCertificate } from '../../certificate/peer-certificate.js'
import { UsageError } from '../command.js'
import { describeOtherDer } from './other-kinds.js'

/**
 * @throws UsageError that says what the bytes are, unless they are a certificate, with any key
 */
export function assertCertificate(der: Buffer): void {
  if (readFields(der) === undefined) throw new UsageError(describeDamage(der))
  if (parseCertificate(der) !== 'not_a_certificate') return
  throw new UsageError(
    "the certificate is damaged or unusual: this version of Node can't read it, so no strategy can",
  )
}

/** How the bytes were read. */
interface Circumstances {
  /** Whether their base64 isn't valid. */
  readonly isBroken?: boolean
  /** Whether a character that isn't base64 follows directly. */
  readonly isFollowed?: boolean
}

/** Says what is wrong with bytes that should be a certificate, in a whole message. */
export function describeDamage(
  bytes: Buffer,
  { isBroken, isFollowed }: Circumstances = {},
): string {
  const other = describeOtherDer(bytes)
  if (other !== undefined) return other
  const length = lengthOf(bytes)
  if (length !== undefined && length > bytes.length) {
    const counts = `it has ${length} bytes, and only ${bytes.length} of them are there`
    return isFollowed === true
      ? `the certificate is damaged: ${counts} before a character that doesn't belong there; copy it again`
      : `the certificate is cut off: ${counts}; copy the whole value, and check the limits of the log or header`
  }
  if (isBroken === true) return "the certificate is damaged: its base64 isn't valid; copy it again"
  if (length !== undefined && length < bytes.length) {
    return 'the certificate is damaged: other bytes follow its end; copy it again'
  }
  return "these bytes aren't a certificate in DER, or it is damaged; copy it again"
}

/** The length that the outer SEQUENCE says, with its head; `undefined` if it isn't a long SEQUENCE. */
function lengthOf(bytes: Buffer): number | undefined {
  const octets = (bytes[1] ?? 0) - 0x80
  if (bytes[0] !== 0x30 || octets < 1 || octets > 3 || bytes.length < 2 + octets) return undefined
  return 2 + octets + bytes.readUIntBE(2, octets)
}
