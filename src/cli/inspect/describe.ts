import { createHash } from 'node:crypto'
import type { Element } from '../../certificate/der.js'
import { readDirectoryName } from '../../certificate/directory-name.js'
import { type CertificateFields, formatSerialNumber, readFields } from '../../certificate/fields.js'
import { readSubjectAltNames } from '../../certificate/general-names.js'
import { readDottedOid } from '../../certificate/oid.js'
import type { SubjectAltName } from '../../certificate/subject-alt-name.js'
import { checkValidity } from '../../certificate/validity.js'
import { readExtensions } from '../../path/extensions.js'
import { describeValidity, formatTime } from '../dates.js'
import { describeKey, type KeyDescription, nameSignature } from './algorithm-names.js'
import { findProblems, type Role } from './problems.js'

/** A certificate, with field names that `--json` prints. Names in it are as the certificate has them. */
export interface Description {
  readonly subject: string
  readonly issuer: string
  readonly names: readonly SubjectAltName[]
  readonly validFrom: string
  readonly validTo: string
  readonly validity: 'valid' | 'expired' | 'not_yet_valid'
  /** The validity in words. */
  readonly validityText: string
  readonly isCa: boolean
  /** Names of extended key usages, or their object identifiers; `null` if the certificate allows any. */
  readonly purposes: readonly string[] | null
  readonly key: KeyDescription
  readonly signatureAlgorithm: string
  readonly serialNumber: string
  readonly fingerprint256: string
  readonly problems: readonly string[]
}

/**
 * Reads a certificate with our own reader alone, because Node can't show every certificate.
 *
 * @param der - the DER of a certificate whose fields can be read
 * @param now - milliseconds since the epoch
 */
export function describeCertificate(der: Buffer, now: number, role: Role = 'client'): Description {
  const fields = readFields(der) as CertificateFields
  const { issuer, subject, serialNumber, publicKey, validity, algorithms } = fields
  const extensions = readExtensions(der, fields)
  const purposes = extensions?.purposes?.map(namePurpose) ?? null
  return {
    subject: readName(der, subject),
    issuer: readName(der, issuer),
    names: readSubjectAltNames(der) ?? [],
    validFrom: formatTime(validity.notBeforeMs),
    validTo: formatTime(validity.notAfterMs),
    validity: VALIDITIES[checkValidity(validity, now) ?? 'valid'],
    validityText: describeValidity(validity, now),
    isCa: extensions?.basicConstraints?.ca === true,
    purposes,
    key: describeKey(publicKey),
    signatureAlgorithm: nameSignature(der, algorithms[0]),
    serialNumber: formatSerialNumber(der, serialNumber),
    fingerprint256: fingerprint(der),
    problems: findProblems({ bytes: der, fields, extensions, purposes, now, role }),
  }
}

/** The name in the form of RFC 2253, or a remark if it can't be read. */
export function readName(bytes: Buffer, name: Element): string {
  return readDirectoryName(bytes, name) ?? '(not readable)'
}

const VALIDITIES = {
  valid: 'valid',
  certificate_expired: 'expired',
  certificate_not_yet_valid: 'not_yet_valid',
} as const

/** As Node writes it in `fingerprint256`. */
function fingerprint(der: Buffer): string {
  const digest = createHash('sha256').update(der).digest('hex').toUpperCase()
  return digest.replaceAll(/..(?!$)/g, '$&:')
}

/** RFC 5280 4.2.1.12, and those that Microsoft's CAs write into certificates of users. */
const PURPOSES: Readonly<Record<string, string>> = {
  '2.5.29.37.0': 'any',
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
  '1.3.6.1.4.1.311.20.2.2': 'smartcardLogon',
}

function namePurpose(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  const dotted = readDottedOid(bytes, { tag: 6, start: 0, end: bytes.length }) ?? hex
  return PURPOSES[dotted] ?? dotted
}
