import { type Curve, CURVES } from './curves.js'
import { type Element, readChildren, readExactly, readOid, TAG } from './der.js'

/**
 * The subject public key of a certificate, read before OpenSSL sees the certificate. OpenSSL and Node
 * take a long time for some keys and end the process for others, so our own reader decides whether
 * they see the certificate at all.
 */
export type PublicKey = EcKey | RsaKey | OtherKey | UnusableKey

export interface EcKey {
  readonly kind: 'ec'
  readonly curve: Curve
  readonly isCompressed: boolean
}

export interface RsaKey {
  readonly kind: 'rsa'
  readonly modulusBits: number
  readonly exponentBits: number
}

export interface OtherKey {
  readonly kind: 'other'
  /** The algorithm's object identifier: its contents in hexadecimal digits. */
  readonly oid: string
}

/** A key that OpenSSL must not see. */
export interface UnusableKey {
  readonly kind: 'unusable'
  /** The reason, for the trace. */
  readonly problem: string
}

function unusable(problem: string): UnusableKey {
  return { kind: 'unusable', problem }
}

const ID_EC_PUBLIC_KEY = '2a8648ce3d0201'
/** rsaEncryption and id-RSASSA-PSS (RFC 8017 appendix C). Both encode keys in the same way. */
const RSA_ALGORITHMS: ReadonlySet<string> = new Set(['2a864886f70d010101', '2a864886f70d01010a'])
/** X25519, X448, Ed25519 and Ed448, and the lengths of their keys in bytes (RFC 8410 4). */
const FIXED_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['2b656e', 32],
  ['2b656f', 56],
  ['2b6570', 32],
  ['2b6571', 57],
])

/**
 * The upper limit is OpenSSL's own, OPENSSL_RSA_MAX_MODULUS_BITS. A modulus below the lower limit can be
 * factored in minutes.
 */
const MIN_MODULUS_BITS = 512
const MAX_MODULUS_BITS = 16_384
/** OPENSSL_RSA_MAX_PUBEXP_BITS, which OpenSSL enforces only for long moduli. */
const MAX_EXPONENT_BITS = 64

/**
 * Reads a SubjectPublicKeyInfo (RFC 5280 4.1.2.7).
 *
 * @returns `undefined` when it isn't one
 */
export function readPublicKey(bytes: Uint8Array, spki: Element): PublicKey | undefined {
  const [algorithm, key] = readExactly(bytes, spki, [TAG.sequence, TAG.bitString])
  if (algorithm === undefined || key === undefined) return undefined
  const [identifier, parameters] = readChildren(bytes, algorithm, 2) ?? []
  const oid = readOid(bytes, identifier)
  // The first octet is the number of unused bits in the last octet, which is 0 for every key.
  const isWhole = key.start < key.end && bytes[key.start] === 0
  return oid === undefined || !isWhole
    ? undefined
    : readKey(bytes, oid, parameters, { ...key, start: key.start + 1 })
}

function readKey(
  bytes: Uint8Array,
  oid: string,
  parameters: Element | undefined,
  key: Element,
): PublicKey {
  if (oid === ID_EC_PUBLIC_KEY) return readEcKey(bytes, parameters, key)
  if (RSA_ALGORITHMS.has(oid)) return readRsaKey(bytes, key)
  const length = FIXED_LENGTHS.get(oid) ?? key.end - key.start
  return key.end - key.start === length
    ? { kind: 'other', oid }
    : unusable("its length doesn't match its algorithm")
}

/**
 * RFC 5480 2.1.1: the curve must be named. With explicit curve parameters, the client could choose how
 * expensive reading the key is. 2.2: the form of the point (its first octet) and the curve determine
 * its length. That excludes the point at infinity, which is a single octet.
 */
function readEcKey(
  bytes: Uint8Array,
  parameters: Element | undefined,
  point: Element,
): EcKey | UnusableKey {
  const oid = readOid(bytes, parameters)
  if (oid === undefined) return unusable("it doesn't name its elliptic curve")
  const curve = CURVES.get(oid)
  if (curve === undefined) return unusable('its elliptic curve is unknown')
  const isCompressed = bytes[point.start] === 2 || bytes[point.start] === 3
  const isUncompressed = bytes[point.start] === 4
  const length = 1 + curve.fieldBytes * (isCompressed ? 1 : 2)
  return (isCompressed || isUncompressed) && point.end - point.start === length
    ? { kind: 'ec', curve, isCompressed }
    : unusable(`it isn't a point on ${curve.name}`)
}

/** RFC 8017 A.1.1. The limits bound the cost of verifying a signature. */
function readRsaKey(bytes: Uint8Array, key: Element): RsaKey | UnusableKey {
  const [sequence] = readExactly(bytes, key, [TAG.sequence])
  const numbers = readExactly(bytes, sequence, [TAG.integer, TAG.integer])
  const [modulusBits = 0, exponentBits = 0] = numbers.map((number) => countBits(bytes, number))
  const isInLimits = modulusBits >= MIN_MODULUS_BITS && modulusBits <= MAX_MODULUS_BITS
  if (!isInLimits) return unusable("its modulus isn't 512 to 16,384 bits long")
  return exponentBits >= 2 && exponentBits <= MAX_EXPONENT_BITS
    ? { kind: 'rsa', modulusBits, exponentBits }
    : unusable("its exponent isn't 2 to 64 bits long")
}

/** The bits of an INTEGER; 0 unless it is positive and as short as possible (X.690 8.3.2). */
function countBits(bytes: Uint8Array, { start, end }: Element): number {
  const isPadded = bytes[start] === 0 && end - start > 1
  const first = isPadded ? start + 1 : start
  const top = bytes[first] as number
  if (isPadded ? top < 0x80 : top >= 0x80) return 0
  return (end - first) * 8 - (Math.clz32(top) - 24)
}
