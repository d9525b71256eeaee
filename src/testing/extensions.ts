import { createHash } from 'node:crypto'
import type { Identity } from './certificate.js'
import {
  bitString,
  boolean,
  implicit,
  objectIdentifier,
  octetString,
  sequence,
} from './der-writer.js'
import type { CompiledLeaf, TestCertificateUsage } from './options.js'
import { addressBytes, type SubjectName } from './subject-name.js'

/** Bits of keyUsage (RFC 5280 4.2.1.3), and the number of unused bits after the last one. */
const DIGITAL_SIGNATURE = bitString(Buffer.from([0x80]), 7)
const SIGNATURE_AND_KEY_ENCIPHERMENT = bitString(Buffer.from([0xa0]), 5)
const CERTIFICATES_AND_LISTS = bitString(Buffer.from([0x06]), 1)

const [CLIENT, SERVER] = ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1'] as const
const PURPOSES: Readonly<Record<TestCertificateUsage, readonly string[]>> = {
  client: [CLIENT],
  server: [SERVER],
  both: [CLIENT, SERVER],
  none: [],
}

/** The extensions of a CA (RFC 5280 4.2.1.3 and 4.2.1.9). */
export function caExtensions(subject: Identity, issuer: Identity): Buffer[] {
  return [
    critical('2.5.29.19', sequence(boolean())),
    critical('2.5.29.15', CERTIFICATES_AND_LISTS),
    ...keyIdentifiers(subject, issuer),
  ]
}

/** The extensions of a certificate for a client or a server. */
export function leafExtensions(
  subject: Identity,
  issuer: Identity,
  { keyType, san, usage }: CompiledLeaf,
): Buffer[] {
  const purposes = PURPOSES[usage].map(objectIdentifier)
  return [
    critical('2.5.29.19', sequence()),
    // Only RSA keys can encrypt the key of a TLS 1.2 session.
    critical('2.5.29.15', keyType === 'rsa' ? SIGNATURE_AND_KEY_ENCIPHERMENT : DIGITAL_SIGNATURE),
    ...keyIdentifiers(subject, issuer),
    ...(purposes.length === 0 ? [] : [extension('2.5.29.37', sequence(...purposes))]),
    ...(san.length === 0 ? [] : [extension('2.5.29.17', sequence(...san.map(generalName)))]),
  ]
}

/** subjectKeyIdentifier and authorityKeyIdentifier (RFC 5280 4.2.1.1 and 4.2.1.2). */
function keyIdentifiers(subject: Identity, issuer: Identity): Buffer[] {
  return [
    extension('2.5.29.14', octetString(keyIdentifier(subject))),
    extension('2.5.29.35', sequence(implicit(0, keyIdentifier(issuer)))),
  ]
}

const KEY_IDENTIFIER_BYTES = 20

/** The beginning of a SHA-256 hash (RFC 7093 2), because RFC 5280 describes only identifiers with SHA-1. */
function keyIdentifier({ publicKeyInfo }: Identity): Buffer {
  const hash = createHash('sha256').update(publicKeyInfo).digest()
  return hash.subarray(0, KEY_IDENTIFIER_BYTES)
}

/** Tags of GeneralName (RFC 5280 4.2.1.6). */
const GENERAL_NAMES: Readonly<Record<SubjectName['type'], (value: string) => Buffer>> = {
  email: (value) => implicit(1, Buffer.from(value)),
  DNS: (value) => implicit(2, Buffer.from(value)),
  URI: (value) => implicit(6, Buffer.from(value)),
  IP: (value) => implicit(7, addressBytes(value)),
}

const generalName = ({ type, value }: SubjectName): Buffer => GENERAL_NAMES[type](value)

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), octetString(value))
}

/** A verifier that doesn't know a critical extension rejects the certificate (RFC 5280 4.2). */
function critical(id: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), boolean(), octetString(value))
}
