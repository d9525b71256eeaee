import type { PathCertificate } from '../certificate.js'
import { KEY_USAGE } from '../extension-values.js'
import type { RevocationFault } from './faults.js'
import type { RevocationList } from './reader.js'
import { coveredReasons } from './scope.js'

/** A certificate, and what the path says about it. */
export interface Subject {
  readonly certificate: PathCertificate
  /** The certificate of the issuer on the path. */
  readonly issuer: PathCertificate
  readonly anchor: PathCertificate
}

/** The knowledge of a validation about the signers of lists. */
export interface Signers {
  /** Further certificates with a name, which may belong to the same CA. */
  named: (name: string) => readonly PathCertificate[]
  /** Whether a valid path leads from a certificate to the trust anchor, and none of it is revoked. */
  isTrusted: (signer: PathCertificate, anchor: PathCertificate) => boolean
  /** Whether the key of a certificate made the signature of a list. */
  isSigned: (list: RevocationList, signer: PathCertificate) => boolean
}

/** For which reasons the certificate isn't revoked, and until when that is known. */
export interface Coverage {
  readonly reasons: number
  readonly untilMs: number
}

/**
 * Looks a certificate up in a list of its issuer. A list that can't show that a certificate is good, because
 * it is stale for example, can still show that the certificate is revoked.
 *
 * @param now - milliseconds since the epoch
 */
export function judgeList(
  list: RevocationList,
  subject: Subject,
  signers: Signers,
  now: number,
): Coverage | 'revoked' | RevocationFault {
  const { bytes, fields } = subject.certificate
  const reasons = coveredReasons(list.scope, subject.certificate)
  if (reasons === 0) return 'out_of_scope'
  const fault = checkSigner(list, subject, signers)
  if (fault !== undefined) return fault
  const { start, end } = fields.serialNumber
  if (list.serials.has(bytes.subarray(start, end))) return 'revoked'
  if (list.hasUnknownCritical) return 'unknown_critical_extension'
  if (list.nextUpdateMs === undefined) return 'no_next_update'
  if (now < list.thisUpdateMs) return 'from_the_future'
  if (now > list.nextUpdateMs) return 'stale'
  return { reasons, untilMs: list.nextUpdateMs }
}

/**
 * RFC 5280 6.3.3 (f) and (g). The issuer may have a separate certificate for signing lists, or a new key. Such a
 * certificate needs a path to the same trust anchor.
 */
function checkSigner(
  list: RevocationList,
  { issuer, anchor }: Subject,
  signers: Signers,
): RevocationFault | undefined {
  if (list.algorithm === undefined) return 'weak_algorithm'
  const isAllowed = maySignLists(issuer)
  if (isAllowed && signers.isSigned(list, issuer)) return undefined
  const others = signers.named(list.issuer).filter((signer) => {
    // Without a keyUsage, an ordinary certificate with the name of a CA could sign lists.
    const { keyUsage, basicConstraints } = signer.extensions
    const isMeant = keyUsage !== undefined || basicConstraints?.ca === true
    const isOther = isMeant && signer !== issuer && maySignLists(signer)
    return isOther && signers.isTrusted(signer, anchor)
  })
  if (others.some((signer) => signers.isSigned(list, signer))) return undefined
  return isAllowed || others.length > 0 ? 'bad_signature' : 'signer_not_allowed'
}

function maySignLists({ extensions: { keyUsage }, ...signer }: PathCertificate): boolean {
  const isAllowed = keyUsage === undefined || (keyUsage & KEY_USAGE.cRLSign) !== 0
  return (
    isAllowed &&
    signer.fault === undefined &&
    signer.hasStrongKey &&
    signer.signatureCost < Infinity
  )
}
