/** Why the revocation status of a certificate isn't known, from the least to the most specific. */
export const REVOCATION_FAULTS = [
  /** No list has the name of the certificate's issuer. */
  'no_crl',
  /** The function `revocation` returned `'unknown'`. */
  'function_said_unknown',
  /** The function `revocation` threw, or returned something else. */
  'function_failed',
  /** The lists of the issuer are about other certificates, according to their issuingDistributionPoint. */
  'out_of_scope',
  /** The lists of the issuer don't cover all reasons for a revocation. */
  'some_reasons_only',
  /** The list has a signature that is too weak, such as one with SHA-1. */
  'weak_algorithm',
  /** The keyUsage of the issuer doesn't allow signing lists, and it has no other certificate that may. */
  'signer_not_allowed',
  /** No key of the issuer made the signature of the list. */
  'bad_signature',
  /** The list has a critical extension that this package doesn't understand. */
  'unknown_critical_extension',
  /** The list doesn't say until when it is valid. */
  'no_next_update',
  /** The list isn't valid yet. */
  'from_the_future',
  /** A newer list should have replaced the list. */
  'stale',
] as const

/** Why the revocation status of a certificate isn't known. */
export type RevocationFault = (typeof REVOCATION_FAULTS)[number]

/** The more specific of two faults. */
export function moreSpecific(one: RevocationFault, other: RevocationFault): RevocationFault {
  const isLater = REVOCATION_FAULTS.indexOf(other) > REVOCATION_FAULTS.indexOf(one)
  return isLater ? other : one
}
