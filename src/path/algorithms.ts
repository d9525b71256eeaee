import { type Element, readChildren, readExactly, readOid, TAG } from '../certificate/der.js'
import type { PublicKey } from '../certificate/public-key.js'

/**
 * The algorithms that are strong enough for a path. Node verifies MD5 and SHA-1 as well, so the choice
 * is made here. An algorithm that isn't listed is rejected.
 */

/** Signature algorithms with their digest, as hexadecimal digits of their object identifiers. */
const STRONG_SIGNATURES: ReadonlySet<string | undefined> = new Set([
  // RSA with SHA-256, SHA-384, SHA-512 and SHA-224 (RFC 8017 appendix C).
  ...['0b', '0c', '0d', '0e'].map((last) => `2a864886f70d0101${last}`),
  // ECDSA with SHA-224, SHA-256, SHA-384 and SHA-512 (RFC 5758 3.2).
  ...['01', '02', '03', '04'].map((last) => `2a8648ce3d0403${last}`),
  // ECDSA and RSA with SHA-3 (RFC 9688 and NIST's register).
  ...['09', '0a', '0b', '0c', '0d', '0e', '0f', '10'].map((last) => `6086480165030403${last}`),
  // Ed25519 and Ed448 (RFC 8410 3), ML-DSA (RFC 9881 2).
  ...['2b6570', '2b6571'],
  ...['11', '12', '13'].map((last) => `6086480165030403${last}`),
])

const RSASSA_PSS = '2a864886f70d01010a'
const MGF1 = '2a864886f70d010108'
/** SHA-256, SHA-384, SHA-512 and SHA-224. */
const STRONG_DIGESTS: ReadonlySet<string | undefined> = new Set(
  ['01', '02', '03', '04'].map((last) => `6086480165030402${last}`),
)

/** @param algorithm - the AlgorithmIdentifier */
export function isStrongSignature(bytes: Uint8Array, algorithm: Element): boolean {
  const [identifier, parameters] = readParts(bytes, algorithm)
  const oid = readOid(bytes, identifier)
  return oid === RSASSA_PSS ? isStrongPss(bytes, parameters) : STRONG_SIGNATURES.has(oid)
}

/**
 * RFC 8017 A.2.3. Without parameters the digest would be SHA-1. The digest of the mask generation must
 * be given too.
 */
function isStrongPss(bytes: Uint8Array, parameters: Element | undefined): boolean {
  const [digest, mask] = (parameters && readChildren(bytes, parameters, 4)) ?? []
  if (digest?.tag !== 0xa0 || mask?.tag !== 0xa1) return false
  const [generator, maskDigest] = readInside(bytes, mask)
  const isMgf1 = readOid(bytes, generator) === MGF1 && maskDigest?.tag === TAG.sequence
  const [maskIdentifier] = isMgf1 ? readParts(bytes, maskDigest) : []
  const digests = [readInside(bytes, digest)[0], maskIdentifier]
  return digests.every((identifier) => STRONG_DIGESTS.has(readOid(bytes, identifier)))
}

/** The elements of the SEQUENCE inside an explicit tag. */
function readInside(bytes: Uint8Array, explicit: Element): Element[] {
  const [sequence] = readExactly(bytes, explicit, [TAG.sequence])
  return sequence === undefined ? [] : readParts(bytes, sequence)
}

function readParts(bytes: Uint8Array, algorithm: Element): Element[] {
  return readChildren(bytes, algorithm, 2) ?? []
}

/** NIST SP 800-57 part 1: 112 bits of security. */
const MIN_MODULUS_BITS = 2048
const MIN_FIELD_BYTES = 28
/** Ed25519, Ed448, ML-DSA-44, ML-DSA-65 and ML-DSA-87. */
const STRONG_KEYS: ReadonlySet<string> = new Set([
  '2b6570',
  '2b6571',
  ...['11', '12', '13'].map((last) => `6086480165030403${last}`),
])

export function isStrongKey(key: PublicKey): boolean {
  switch (key.kind) {
    case 'rsa':
      return key.modulusBits >= MIN_MODULUS_BITS
    case 'ec':
      return key.curve.fieldBytes >= MIN_FIELD_BYTES
    case 'other':
      return STRONG_KEYS.has(key.oid)
    case 'unusable':
      return false
  }
}
