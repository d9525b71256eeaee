import { createHash, createHmac, type KeyObject, randomBytes } from 'node:crypto'
import {
  bmpString,
  explicit,
  integer,
  nothing,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  toUtf16,
} from './der-writer.js'

/** The contents of a PKCS #12 file. */
export interface Pkcs12Contents {
  readonly key: KeyObject
  /** In DER: the certificate of the key, and its issuers. */
  readonly certificates: readonly Buffer[]
  /** As a browser lists the certificate. */
  readonly friendlyName: string
  /** Printable ASCII, because programs disagree about the bytes of other characters. */
  readonly password: string
}

const DATA = '1.2.840.113549.1.7.1'
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2'
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3'
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1'
const FRIENDLY_NAME = '1.2.840.113549.1.9.20'
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21'
const SHA256 = sequence(objectIdentifier('2.16.840.1.101.3.4.2.1'), nothing())

const SALT_BYTES = 16
/** OpenSSL's default. Test keys need no protection, but programs may demand a minimum. */
const ITERATIONS = 2048
/** The block size of SHA-256 in bytes, `v` in RFC 7292 appendix B.2. */
const BLOCK_BYTES = 64
/** The purpose of the derived key: integrity (RFC 7292 appendix B.3). */
const FOR_MAC = 3

/**
 * Writes a PKCS #12 file (RFC 7292 4). The private key is encrypted by Node, with PBES2 and AES-256. The
 * certificates are public, so they aren't encrypted.
 */
export function toPkcs12(contents: Pkcs12Contents): Buffer {
  const { key, certificates, friendlyName, password } = contents
  const [own, ...issuers] = certificates as [Buffer, ...Buffer[]]
  // Programs find the key of a certificate by equal identifiers.
  const id = createHash('sha256').update(own).digest()
  const attributes = [
    attribute(FRIENDLY_NAME, bmpString(friendlyName)),
    attribute(LOCAL_KEY_ID, octetString(id)),
  ]
  const certificateBags = [
    bag(CERTIFICATE_BAG, certificateValue(own), attributes),
    ...issuers.map((issuer) => bag(CERTIFICATE_BAG, certificateValue(issuer), [])),
  ]
  const keyBag = bag(SHROUDED_KEY_BAG, encryptKey(key, password), attributes)
  const safe = sequence(data(sequence(...certificateBags)), data(sequence(keyBag)))
  return sequence(integer('03'), data(safe), authenticate(safe, password))
}

/** A ContentInfo with plain data (RFC 5652 4). */
function data(contents: Buffer): Buffer {
  return sequence(objectIdentifier(DATA), explicit(0, octetString(contents)))
}

/** A SafeBag (RFC 7292 4.2). */
function bag(type: string, value: Buffer, attributes: readonly Buffer[]): Buffer {
  const ends = attributes.length === 0 ? [] : [setOf(...attributes)]
  return sequence(objectIdentifier(type), explicit(0, value), ...ends)
}

function attribute(type: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(type), setOf(value))
}

function certificateValue(der: Buffer): Buffer {
  return sequence(objectIdentifier(X509_CERTIFICATE), explicit(0, octetString(der)))
}

function encryptKey(key: KeyObject, passphrase: string): Buffer {
  return key.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase })
}

/** MacData (RFC 7292 4). */
function authenticate(safe: Buffer, password: string): Buffer {
  const salt = randomBytes(SALT_BYTES)
  const mac = createHmac('sha256', deriveMacKey(password, salt)).update(safe).digest()
  return sequence(
    sequence(SHA256, octetString(mac)),
    octetString(salt),
    integer(ITERATIONS.toString(16)),
  )
}

/** RFC 7292 appendix B.2, for a key with as many bytes as the hash has, so that one round is enough. */
function deriveMacKey(password: string, salt: Buffer): Buffer {
  const diversifier = Buffer.alloc(BLOCK_BYTES, FOR_MAC)
  // Appendix B.1: with the high byte first, and with two zero bytes at the end.
  const secret = Buffer.concat([toUtf16(password), Buffer.alloc(2)])
  let digest = Buffer.concat([diversifier, fillBlocks(salt), fillBlocks(secret)])
  for (let round = 0; round < ITERATIONS; round += 1) {
    digest = createHash('sha256').update(digest).digest()
  }
  return digest
}

/** Repeats the bytes until they fill whole blocks, and cuts off the rest. */
function fillBlocks(bytes: Buffer): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES, bytes)
}
