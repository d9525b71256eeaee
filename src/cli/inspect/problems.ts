import { X509Certificate } from 'node:crypto'
import type { CertificateFields } from '../../certificate/fields.js'
import { readSubjectAltNames } from '../../certificate/general-names.js'
import { parseCertificate } from '../../certificate/peer-certificate.js'
import type { PublicKey } from '../../certificate/public-key.js'
import { isSignedBy } from '../../certificate/signature.js'
import { signatureCost } from '../../certificate/signature-cost.js'
import { checkValidity } from '../../certificate/validity.js'
import { isStrongKey, isStrongSignature } from '../../path/algorithms.js'
import { KEY_USAGE } from '../../path/extension-values.js'
import type { Extensions } from '../../path/extensions.js'
import { describeValidity } from '../dates.js'

/** Only the certificate of a client has to be suitable for client authentication. */
export type Role = 'client' | 'other'

export interface Parts {
  readonly bytes: Buffer
  readonly fields: CertificateFields
  /** `undefined` if RFC 5280 doesn't allow what is there. */
  readonly extensions: Extensions | undefined
  readonly purposes: readonly string[] | null
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly role: Role
}

/** Finds what is wrong with a certificate, returned as a sentence for each problem. */
export function findProblems(parts: Parts): string[] {
  const { bytes, fields, extensions, now, role } = parts
  const problems: string[] = []
  if (checkValidity(fields.validity, now) !== undefined) {
    problems.push(describeValidity(fields.validity, now))
  }
  if (extensions === undefined) problems.push(MALFORMED)
  else if (role === 'client') problems.push(...findUsageProblems(parts, extensions))
  problems.push(...findKeyProblems(parts))
  if (readSubjectAltNames(bytes) === undefined) problems.push(UNREADABLE_NAMES)
  return problems
}

const MALFORMED =
  "isn't encoded as RFC 5280 demands, so no path through it is valid; issue it again with other software"
const UNREADABLE_NAMES = "its subject alternative names can't be read, so no rule matches them"
const CA = 'is a CA certificate, and not the certificate of a client'
const NOT_FOR_TLS =
  "its keyUsage allows neither digitalSignature nor keyAgreement, so a client can't authenticate with it"
const UNKNOWN_CRITICAL = "has a critical extension that this package doesn't understand"

function findUsageProblems(
  { purposes }: Parts,
  { basicConstraints, keyUsage, hasUnknownCritical }: Extensions,
): string[] {
  const problems: string[] = []
  if (basicConstraints?.ca === true) problems.push(CA)
  else if (keyUsage !== undefined && (keyUsage & FOR_TLS) === 0) problems.push(NOT_FOR_TLS)
  if (purposes !== null && !purposes.includes('clientAuth')) {
    problems.push(
      purposes.includes('serverAuth')
        ? 'is for servers only, because its extendedKeyUsage lacks clientAuth'
        : "isn't for clients, because its extendedKeyUsage lacks clientAuth",
    )
  }
  if (hasUnknownCritical) problems.push(UNKNOWN_CRITICAL)
  return problems
}

const FOR_TLS = KEY_USAGE.digitalSignature | KEY_USAGE.keyAgreement

const NOT_READ_BY_NODE = "Node's OpenSSL can't read it, so every strategy rejects it"
const SELF_SIGNED =
  'is self-signed, so no CA was needed to make it; compare its fingerprint, or make it with a CA'

function findKeyProblems({ bytes, fields, extensions, role }: Parts): string[] {
  const problems: string[] = []
  const certificate = parseCertificate(bytes)
  const keyProblem = findKeyProblem(fields.publicKey, certificate)
  if (keyProblem !== undefined) problems.push(keyProblem)
  const isSelfSigned = isSignedByItself(certificate, fields.publicKey)
  // A path ends at a root, so its signature by itself proves nothing.
  if (!isSelfSigned && !isStrongSignature(bytes, fields.algorithms[0])) {
    problems.push('its signature is too weak; let the CA sign with SHA-256')
  }
  const isClient = role === 'client' && extensions?.basicConstraints?.ca !== true
  if (isSelfSigned && isClient) problems.push(SELF_SIGNED)
  return problems
}

type Parsed = ReturnType<typeof parseCertificate>

function findKeyProblem(key: PublicKey, certificate: Parsed): string | undefined {
  if (certificate === 'unsupported_key') return describeUnusable(key)
  if (certificate === 'not_a_certificate') return NOT_READ_BY_NODE
  if (isStrongKey(key)) return undefined
  return 'its key is too weak; use RSA with at least 2,048 bits, P-256 or Ed25519'
}

/** A key that is well-formed is unusable only where Node can't show it. */
export function describeUnusable(key: PublicKey): string {
  const problem = key.kind === 'unusable' ? key.problem : 'this version of Node crashes on it'
  return `its key can't be used (${problem}), so every strategy rejects it`
}

function isSignedByItself(certificate: Parsed, key: PublicKey): boolean {
  if (!(certificate instanceof X509Certificate) || signatureCost(key) === Infinity) return false
  return isSignedBy(certificate, certificate)
}
