import {
  createECDH,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'

/**
 * Writes DER, valid or not, one value at a time, because no library for certificates writes the
 * certificates that this package has to reject.
 */

/** One value, with its length in as few bytes as possible (X.690 10.1). */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body])
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length]
  const octets = hexBytes(BigInt(length))
  return [0x80 + octets.length, ...octets]
}

/** An unsigned number in as few bytes as possible. */
function hexBytes(value: bigint): Buffer {
  const digits = value.toString(16)
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
}

export const seq = (...contents: readonly Uint8Array[]): Buffer => tlv(0x30, ...contents)
export const set = (...contents: readonly Uint8Array[]): Buffer => tlv(0x31, ...contents)
export const octets = (...contents: readonly Uint8Array[]): Buffer => tlv(0x04, ...contents)
export const bool = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 0xff : 0]))
export const nothing = (): Buffer => tlv(0x05)
export const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text))

/** As many SEQUENCEs inside of each other, the innermost of which is empty. */
export function nested(depth: number): Buffer {
  const lengths: number[] = []
  for (let at = 0, length = 0; at < depth; at += 1) {
    lengths.push(length)
    length += 2 + (length < 0x80 ? 0 : Math.ceil(Math.log2(length + 1) / 8))
  }
  const heads = lengths.map((length) => tlv(0x30, Buffer.alloc(length)).subarray(0, -length || 2))
  return Buffer.concat(heads.reverse())
}

/** A BIT STRING. All bits are used unless `unused` says otherwise. */
export function bits(contents: Uint8Array, unused = 0): Buffer {
  return tlv(0x03, Buffer.from([unused]), contents)
}

/** An INTEGER in two's complement, as short as possible (X.690 8.3). */
export function int(value: bigint | number): Buffer {
  const big = BigInt(value)
  let length = 1
  while (BigInt.asIntN(length * 8, big) !== big) length += 1
  const digits = BigInt.asUintN(length * 8, big).toString(16)
  return tlv(0x02, Buffer.from(digits.padStart(length * 2, '0'), 'hex'))
}

/** An INTEGER with exactly these contents. */
export const rawInt = (hex: string): Buffer => tlv(0x02, Buffer.from(hex, 'hex'))

/** An OBJECT IDENTIFIER from its dotted form (X.690 8.19). */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number)
  return tlv(0x06, Buffer.from([first * 40 + second, ...others].flatMap(base128)))
}

function base128(arc: number): number[] {
  const digits = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift((rest % 128) + 128)
  }
  return digits
}

/** A Name with these common names, or an empty Name. */
export function name(...commonNames: readonly string[]): Buffer {
  return seq(...commonNames.map((text) => set(seq(oid('2.5.4.3'), utf8(text)))))
}

export const utcTime = (text: string): Buffer => tlv(0x17, Buffer.from(text, 'latin1'))
export const generalizedTime = (text: string): Buffer => tlv(0x18, Buffer.from(text, 'latin1'))

/** An Extension. Its critical flag is left out unless given. */
export function extension(id: string, value: Uint8Array, critical?: boolean): Buffer {
  const flag = critical === undefined ? [] : [bool(critical)]
  return seq(oid(id), ...flag, octets(value))
}

export const basicConstraints = (ca: boolean): Buffer =>
  extension('2.5.29.19', ca ? seq(bool(true)) : seq(), true)

/** The extensions of a CA that may sign certificates. */
export const CA_EXTENSIONS: readonly Buffer[] = [basicConstraints(true)]

/** The subject and authority key identifiers, from any bytes. */
export const subjectKeyId = (id: Uint8Array): Buffer => extension('2.5.29.14', octets(id))
export const authorityKeyId = (id: Uint8Array): Buffer => extension('2.5.29.35', seq(tlv(0x80, id)))

export function spkiOf(key: KeyObject): Buffer {
  return (key.type === 'private' ? createPublicKey(key) : key).export({
    type: 'spki',
    format: 'der',
  })
}

/**
 * The AlgorithmIdentifier (RFC 5280 4.1.1.2) of the signatures that keys of this type make here.
 */
export function algorithmFor(key: KeyObject | string): Buffer {
  const type = typeof key === 'string' ? key : String(key.asymmetricKeyType)
  const found = SIGNATURE_ALGORITHMS[type]
  if (found === undefined) throw new Error(`No signature algorithm for ${type}`)
  return found
}

const SHA256 = seq(oid('2.16.840.1.101.3.4.2.1'), nothing())
const SIGNATURE_ALGORITHMS: Readonly<Record<string, Buffer>> = {
  ec: seq(oid('1.2.840.10045.4.3.2')),
  dsa: seq(oid('2.16.840.1.101.3.4.3.2')),
  rsa: seq(oid('1.2.840.113549.1.1.11'), nothing()),
  'rsa-pss': seq(
    oid('1.2.840.113549.1.1.10'),
    seq(tlv(0xa0, SHA256), tlv(0xa1, seq(oid('1.2.840.113549.1.1.8'), SHA256)), tlv(0xa2, int(32))),
  ),
  ed25519: seq(oid('1.3.101.112')),
  ed448: seq(oid('1.3.101.113')),
  'ml-dsa-44': seq(oid('2.16.840.1.101.3.4.3.17')),
  'ml-dsa-65': seq(oid('2.16.840.1.101.3.4.3.18')),
  'ml-dsa-87': seq(oid('2.16.840.1.101.3.4.3.19')),
}

/** Algorithms that choose their own digest. */
const WITHOUT_DIGEST = /^(ed|ml-)/

/** The parts of a certificate. Each is DER, and may be wrong. */
export interface Parts {
  /** Version 3 by default. `null` leaves it out, which means version 1. */
  readonly version?: Buffer | null
  readonly serialNumber?: Buffer
  /** A common name, or a whole Name. */
  readonly issuer?: string | Buffer
  readonly notBefore?: Buffer
  readonly notAfter?: Buffer
  readonly subject?: string | Buffer
  readonly spki: Buffer
  /** The fields between the key and the extensions. */
  readonly uniqueIds?: readonly Buffer[]
  readonly extensions?: readonly Buffer[]
  /** The key to sign with. Without it, the certificate has bytes that aren't a signature. */
  readonly signer?: KeyObject
  /** Replaces the algorithm of the signer, or ECDSA. */
  readonly algorithm?: Buffer
  /** Replaces the signature of the signer. */
  readonly signature?: Uint8Array
}

const NO_SIGNATURE = seq(int(1), int(1))

export function certificateOf(parts: Parts): Buffer {
  const algorithm = parts.algorithm ?? algorithmFor(parts.signer ?? 'ec')
  const signed = toBeSigned(parts, algorithm)
  return seq(signed, algorithm, bits(parts.signature ?? signWith(parts.signer, signed)))
}

/** Signs with SHA-256, or as the key itself decides. */
export function signWith(key: KeyObject | undefined, signed: Buffer): Buffer {
  return key === undefined ? NO_SIGNATURE : sign(digestFor(key), signed, withPadding(key))
}

function digestFor({ asymmetricKeyType }: KeyObject): string | null {
  return WITHOUT_DIGEST.test(String(asymmetricKeyType)) ? null : 'sha256'
}

/** Sets the length of the salt that the algorithm declares. */
function withPadding(key: KeyObject): KeyObject | { key: KeyObject; saltLength: number } {
  return key.asymmetricKeyType === 'rsa-pss' ? { key, saltLength: 32 } : key
}

function toBeSigned(parts: Parts, algorithm: Buffer): Buffer {
  const { version = tlv(0xa0, int(2)), serialNumber = int(0x1234), extensions = [] } = parts
  const { notBefore = utcTime('240101000000Z'), notAfter = utcTime('491231235959Z') } = parts
  return seq(
    version ?? Buffer.alloc(0),
    serialNumber,
    algorithm,
    toName(parts.issuer ?? 'issuer'),
    seq(notBefore, notAfter),
    toName(parts.subject ?? 'client'),
    parts.spki,
    ...(parts.uniqueIds ?? []),
    ...(extensions.length === 0 ? [] : [tlv(0xa3, seq(...extensions))]),
  )
}

export function toName(value: string | Buffer): Buffer {
  return typeof value === 'string' ? name(value) : value
}

/**
 * A key identifier as in RFC 5280 4.2.1.2, except that it is the digest of the whole
 * SubjectPublicKeyInfo.
 */
export const keyIdOf = (spki: Buffer): Buffer => createHash('sha1').update(spki).digest()

export function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

/** The SubjectPublicKeyInfo of an elliptic curve, with its point as given (RFC 5480 2). */
export function ecSpki(parameters: Buffer, point: Uint8Array): Buffer {
  return seq(seq(oid('1.2.840.10045.2.1'), parameters), bits(point))
}

/** The SubjectPublicKeyInfo of RSA or RSA-PSS, from its two numbers. */
export function rsaSpki(
  modulus: Buffer,
  exponent: Buffer,
  algorithm: Buffer = seq(oid('1.2.840.113549.1.1.1'), nothing()),
): Buffer {
  return seq(algorithm, bits(seq(modulus, exponent)))
}

const EC_PUBLIC_KEY = oid('1.2.840.10045.2.1')

/** A new key on a curve that OpenSSL supports, with its point in the given form. */
export function pointSpki(
  namedCurve: string,
  form: 'compressed' | 'hybrid' | 'uncompressed',
): Buffer {
  const spki = spkiOf(generateKeyPairSync('ec', { namedCurve }).publicKey)
  const named = spki.subarray(spki.indexOf(EC_PUBLIC_KEY) + EC_PUBLIC_KEY.length)
  const parameters = named.subarray(0, 2 + (named[1] ?? 0))
  const ecdh = createECDH(namedCurve)
  ecdh.generateKeys()
  return ecSpki(parameters, Buffer.from(ecdh.getPublicKey('hex', form), 'hex'))
}
