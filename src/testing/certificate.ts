import {
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  sign,
} from 'node:crypto'
import { invalidValue } from '../util/errors.js'
import {
  bitString,
  explicit,
  integer,
  nothing,
  objectIdentifier,
  sequence,
  setOf,
  time,
  utf8String,
} from './der-writer.js'
import type { CompiledCa, TestKeyType } from './options.js'

/** A name with its private key: the subject of a certificate, or the CA that signs it. */
export interface Identity {
  readonly name: Buffer
  readonly key: KeyObject
  /** The SubjectPublicKeyInfo. OpenSSL takes long to find it for a private key. */
  readonly publicKeyInfo: Buffer
}

const RSA_BITS = 2048
const DAY_MS = 24 * 60 * 60 * 1000
const VERSION_3 = explicit(0, integer('02'))
/** ecdsa-with-SHA256 (RFC 5758 3.2), and sha256WithRSAEncryption, whose parameters are NULL (RFC 4055 5). */
const ALGORITHMS: Readonly<Record<TestKeyType, Buffer>> = {
  ec: sequence(objectIdentifier('1.2.840.10045.4.3.2')),
  rsa: sequence(objectIdentifier('1.2.840.113549.1.1.11'), nothing()),
}

export function createIdentity(name: Buffer, keyType: TestKeyType): Identity {
  const { publicKey, privateKey } = generateKeys(keyType)
  return { name, key: privateKey, publicKeyInfo: publicKey.export({ type: 'spki', format: 'der' }) }
}

function generateKeys(type: TestKeyType): KeyPairKeyObjectResult {
  return type === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: RSA_BITS })
}

/** A Name whose attributes stand in the order that most CAs use: from the organization to the common name. */
export function writeName(commonName: string, options: CompiledCa): Buffer {
  const { organization, organizationalUnit } = options
  return sequence(
    ...organization.map((value) => attribute('2.5.4.10', value)),
    ...organizationalUnit.map((value) => attribute('2.5.4.11', value)),
    attribute('2.5.4.3', commonName),
  )
}

function attribute(type: string, value: string): Buffer {
  return setOf(sequence(objectIdentifier(type), utf8String(value)))
}

/** Writes and signs a certificate (RFC 5280 4.1). */
export function signCertificate(
  subject: Identity,
  issuer: Identity,
  extensions: readonly Buffer[],
  options: CompiledCa,
): Buffer {
  const algorithm = ALGORITHMS[issuer.key.asymmetricKeyType as TestKeyType]
  const signed = sequence(
    VERSION_3,
    integer(options.serialNumber ?? randomSerialNumber()),
    algorithm,
    issuer.name,
    writeValidity(options),
    subject.name,
    subject.publicKeyInfo,
    explicit(3, sequence(...extensions)),
  )
  return sequence(signed, algorithm, bitString(sign('sha256', signed, issuer.key)))
}

/** Never zero and never negative, and always of the same length. */
function randomSerialNumber(): string {
  return `4${randomBytes(16).toString('hex').slice(1)}`
}

/** The last second that a certificate can name (RFC 5280 4.1.2.5). */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59)

/** If only one date is given, the other is chosen so that the validity is never empty. */
function writeValidity({ notBefore, notAfter }: CompiledCa): Buffer {
  const now = Date.now()
  const start = notBefore?.getTime() ?? Math.min(now, notAfter?.getTime() ?? now) - DAY_MS
  const end = notAfter?.getTime() ?? Math.min(Math.max(now, start) + DAY_MS, LAST_MS)
  if (start > end) {
    throw invalidValue('option "notAfter"', 'must not be before "notBefore"', notAfter)
  }
  return sequence(time(new Date(start)), time(new Date(end)))
}
