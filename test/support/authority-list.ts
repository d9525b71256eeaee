import { createPrivateKey, X509Certificate } from 'node:crypto'
import { type CertificateFields, readFields } from '../../src/certificate/fields.js'
import { type CrlParts, crlOf } from './crl-writer.js'
import { utcTime } from './der-writer.js'
import type { Issued } from './pki.js'

/** A list of a CA that is in PEM, with the name as the CA's certificate has it. */
export function listByAuthority(
  { cert, key }: Pick<Issued, 'cert' | 'key'>,
  parts: Omit<CrlParts, 'signer' | 'issuer'>,
): Buffer {
  const { raw } = new X509Certificate(cert)
  const { subject } = readFields(raw) as CertificateFields
  // The contents follow two octets: no name here is longer than 127 octets.
  const issuer = raw.subarray(subject.start - 2, subject.end)
  return crlOf({ ...parts, issuer, signer: createPrivateKey(key) })
}

/** A date of a list. */
export function dateOf(timeMs: number): Buffer {
  return utcTime(new Date(timeMs).toISOString().replaceAll(/^..|[-:T]|\.\d+/g, ''))
}
