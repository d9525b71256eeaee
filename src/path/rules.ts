import { checkValidity } from '../certificate/validity.js'
import type { PathCertificate } from './certificate.js'
import type { RevocationRules } from './crl/status.js'
import { type BasicConstraints, KEY_USAGE } from './extension-values.js'
import type { PolicyRules } from './policies.js'
import type { PathFault } from './verdict.js'

/** The requirements of the application that a path has to meet. */
export interface PathRules extends PolicyRules {
  /** Extended key usages: hexadecimal digits of their object identifiers. */
  readonly purposes: readonly string[]
  readonly acceptsAnyPurpose: boolean
  readonly maxDepth: number
  /** `undefined`: revocation isn't checked. */
  readonly revocation?: RevocationRules | undefined
}

/** anyExtendedKeyUsage (RFC 5280 4.2.1.12). */
const ANY_PURPOSE = '551d2500'

/** The rules for a client's own certificate. Its dates are checked after the path. */
export function checkLeaf(leaf: PathCertificate, rules: PathRules): PathFault | undefined {
  const { digitalSignature, keyAgreement } = KEY_USAGE
  if (leaf.fault !== undefined) return leaf.fault
  // A client proves with its key that it has it, by a signature or by a key agreement.
  if (!hasKeyUsage(leaf, digitalSignature | keyAgreement)) return 'key_usage'
  if (!hasPurposes(leaf, rules)) return 'extended_key_usage'
  return leaf.hasStrongKey && leaf.hasStrongSignature ? undefined : 'weak_algorithm'
}

/**
 * The rules for a certificate as a CA (RFC 5280 6.1.4 (k) to (o)). They take little time, so they come
 * before its signature.
 *
 * @param casBelow - how many CAs follow on the path that aren't self-issued
 * @param now - milliseconds since the epoch
 */
export function checkIssuer(
  issuer: PathCertificate,
  rules: PathRules,
  casBelow: number,
  now: number,
): PathFault | undefined {
  const fault = checkCa(issuer)
  if (fault !== undefined) return fault
  const { pathLength } = issuer.extensions.basicConstraints as BasicConstraints
  if (casBelow > pathLength) return 'path_length'
  if (!hasPurposes(issuer, rules)) return 'extended_key_usage'
  const reason = checkValidity(issuer.fields.validity, now)
  if (reason === undefined) return undefined
  return reason === 'certificate_expired' ? 'expired' : 'not_yet_valid'
}

/** Whether a certificate may be a CA at all, on any path and at any time. */
export function checkCa(issuer: PathCertificate): PathFault | undefined {
  const { fault, isVersion3, extensions, hasStrongKey, signatureCost } = issuer
  if (fault !== undefined) return fault
  if (!isVersion3 || extensions.basicConstraints?.ca !== true) return 'not_a_ca'
  if (!hasKeyUsage(issuer, KEY_USAGE.keyCertSign)) return 'key_usage'
  return hasStrongKey && signatureCost < Infinity ? undefined : 'weak_algorithm'
}

/** Whether any of these usages is allowed. Without the extension, all are. */
function hasKeyUsage({ extensions }: PathCertificate, usages: number): boolean {
  return extensions.keyUsage === undefined || (extensions.keyUsage & usages) !== 0
}

/** Whether all purposes are allowed. Without the extension, all are. */
function hasPurposes({ extensions }: PathCertificate, rules: PathRules): boolean {
  const { purposes } = extensions
  if (purposes === undefined) return true
  if (rules.acceptsAnyPurpose && purposes.includes(ANY_PURPOSE)) return true
  return rules.purposes.every((purpose) => purposes.includes(purpose))
}
