import type { X509Certificate } from 'node:crypto'
import type { ValidityReason } from '../certificate/validity.js'
import type { RevocationFault } from './crl/faults.js'

/** Why no valid path leads from a certificate to a CA of the store. */
export type PathFault =
  /** No certificate has the name and the key identifier of the issuer. */
  | 'unknown_issuer'
  /** A certificate has the issuer's name, but didn't sign the certificate below it. */
  | 'bad_signature'
  /** A CA on the path has expired. */
  | 'expired'
  /** A CA on the path isn't valid yet. */
  | 'not_yet_valid'
  /** An issuer isn't a CA, according to its basicConstraints. */
  | 'not_a_ca'
  /** More CAs follow than a pathLenConstraint allows. */
  | 'path_length'
  /** The path has more CAs than `maxDepth`, or the search for it reached one of its limits. */
  | 'path_too_long'
  /** The keyUsage of an issuer doesn't allow signing certificates, or that of the leaf doesn't allow TLS. */
  | 'key_usage'
  /** An extendedKeyUsage on the path doesn't allow client authentication. */
  | 'extended_key_usage'
  /** A name isn't within the name constraints of a CA, or can't be compared with them. */
  | 'name_constraints'
  /** A certificate has a critical extension that this package doesn't understand. */
  | 'unknown_critical_extension'
  /** A key or a signature is too weak: MD5, SHA-1, RSA with less than 2,048 bits, DSA, and others. */
  | 'weak_algorithm'
  /** No policy that you require is valid for the path. */
  | 'policy'
  /** A certificate isn't encoded as RFC 5280 demands. */
  | 'malformed'

/** The result of {@link TrustStore.validate}. */
export type TrustVerdict = TrustedPath | RejectedPath

export interface TrustedPath {
  readonly ok: true
  /** The leaf first, and the CA of the store last. */
  readonly path: readonly X509Certificate[]
  /**
   * The policies that hold for the path, as object identifiers. `2.5.29.32.0` means any policy.
   * With the option `policies`, they are the ones of that option that hold.
   */
  readonly policies: readonly string[]
  /**
   * `'good'`: no certificate of the path is revoked. `'unknown'`: with `revocationPolicy: 'soft'`, the status of one
   * isn't known. `'unchecked'`: the store has neither `crl` nor `revocation`.
   */
  readonly revocation: 'good' | 'unknown' | 'unchecked'
  /**
   * When the first certificate of the path expires, or the first revocation list has to be replaced, in
   * milliseconds since the epoch.
   */
  readonly validUntilMs: number
}

export type RejectedPath =
  | {
      readonly ok: false
      readonly reason: 'certificate_chain_untrusted'
      readonly detail: PathFault
    }
  | {
      readonly ok: false
      /** The certificate, or a CA above it, is revoked. */
      readonly reason: 'certificate_revoked'
      readonly detail: undefined
    }
  | {
      readonly ok: false
      /** Nothing says whether a certificate of the path is revoked. */
      readonly reason: 'revocation_unknown'
      readonly detail: RevocationFault
    }
  | {
      readonly ok: false
      /** The leaf has a valid path, but isn't valid itself at this time. */
      readonly reason: ValidityReason
      readonly detail: undefined
    }

/** Why the revocation status of a path that is valid otherwise rejects it. */
export type RevocationRejection = Extract<
  RejectedPath,
  { reason: 'certificate_revoked' | 'revocation_unknown' }
>

/** Why no path is accepted. */
export type PathRejection = PathFault | RevocationRejection

export function toRejected(
  rejection: PathRejection,
): Exclude<RejectedPath, { reason: ValidityReason }> {
  if (typeof rejection !== 'string') return rejection
  return { ok: false, reason: 'certificate_chain_untrusted', detail: rejection }
}
