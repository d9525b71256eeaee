import type { X509Certificate } from 'node:crypto'
import { type Element, readChildren } from '../certificate/der.js'
import { type CertificateFields, readFields } from '../certificate/fields.js'
import { signatureCost } from '../certificate/signature-cost.js'
import { isStrongKey, isStrongSignature } from './algorithms.js'
import { noExtensions } from './extension-values.js'
import { type Extensions, isVersion3, readExtensions } from './extensions.js'
import { readCanonicalName } from './name.js'
import { isProfileTime } from './primitives.js'

/** A certificate as path validation sees it: read once, in the profile of RFC 5280. */
export interface PathCertificate {
  readonly certificate: X509Certificate
  readonly bytes: Buffer
  readonly fields: CertificateFields
  /** Canonical names, which are equal exactly if the names are. */
  readonly issuer: string
  readonly subject: string
  readonly isSelfIssued: boolean
  readonly isVersion3: boolean
  /** Empty when the certificate is malformed. */
  readonly extensions: Extensions
  /** A fault that makes the certificate unusable wherever on a path it is. */
  readonly fault: 'malformed' | 'unknown_critical_extension' | undefined
  readonly hasStrongKey: boolean
  /** Whether the algorithm of the issuer's signature is strong. */
  readonly hasStrongSignature: boolean
  /** The cost of verifying a signature with the key of this certificate. */
  readonly signatureCost: number
}

const known = new WeakMap<X509Certificate, PathCertificate | 'unreadable'>()

/** @returns `undefined` when it isn't a certificate in DER, or when its names can't be read */
export function toPathCertificate(certificate: X509Certificate): PathCertificate | undefined {
  const found = known.get(certificate) ?? readCertificate(certificate) ?? 'unreadable'
  known.set(certificate, found)
  return found === 'unreadable' ? undefined : found
}

function readCertificate(certificate: X509Certificate): PathCertificate | undefined {
  const bytes = certificate.raw
  const fields = readFields(bytes)
  if (fields === undefined) return undefined
  const issuer = readCanonicalName(bytes, fields.issuer)
  const subject = readCanonicalName(bytes, fields.subject)
  if (issuer === undefined || subject === undefined) return undefined
  const extensions = isInProfile(bytes, fields) ? readExtensions(bytes, fields) : undefined
  return {
    certificate,
    bytes,
    fields,
    issuer,
    subject,
    isSelfIssued: issuer === subject,
    isVersion3: isVersion3(bytes, fields.version),
    extensions: extensions ?? noExtensions(),
    fault: faultOf(extensions),
    hasStrongKey: isStrongKey(fields.publicKey),
    hasStrongSignature: isStrongSignature(bytes, fields.algorithms[0]),
    signatureCost: signatureCost(fields.publicKey),
  }
}

/** Whether two certificates are about the same key, so that a signature with one is one with the other. */
export function haveSameKey(one: PathCertificate, other: PathCertificate): boolean {
  if (one === other) return true
  const [first, second] = [one.fields.publicKeyInfo, other.fields.publicKeyInfo]
  return one.bytes.compare(other.bytes, second.start, second.end, first.start, first.end) === 0
}

function faultOf(extensions: Extensions | undefined): PathCertificate['fault'] {
  if (extensions === undefined) return 'malformed'
  return extensions.hasUnknownCritical ? 'unknown_critical_extension' : undefined
}

function isInProfile(bytes: Buffer, fields: CertificateFields): boolean {
  const { algorithms, dates, issuer, version } = fields
  return (
    // RFC 5280 4.1.2.4: the issuer has a name.
    issuer.start < issuer.end &&
    (version === undefined || isLaterVersion(bytes, version)) &&
    areEqual(bytes, ...algorithms) &&
    hasProfileDates(bytes, dates)
  )
}

/** RFC 5280 4.1.2.1 and X.690 11.5: version 2 or 3, because version 1 is the default. */
function isLaterVersion(bytes: Buffer, version: Element): boolean {
  return ['020101', '020102'].includes(bytes.toString('hex', version.start, version.end))
}

/** RFC 5280 4.1.1.2: both fields with the algorithm of the signature have the same contents. */
function areEqual(bytes: Buffer, one: Element, other: Element): boolean {
  return bytes.compare(bytes, other.start, other.end, one.start, one.end) === 0
}

/** RFC 5280 4.1.2.5: times have seconds and no fraction, and are in UTC. */
function hasProfileDates(bytes: Buffer, dates: Element): boolean {
  return (readChildren(bytes, dates) as Element[]).every((date) => isProfileTime(bytes, date))
}
