import type { PublicKey, RsaKey } from './public-key.js'

/**
 * The cost of verifying one signature, in parses of an ordinary certificate, rounded up. It was
 * measured on Node 26, where parsing is fast and P-384 and P-521 are slow, and then doubled. We never
 * verify with a key on another curve, because the client may have chosen the key for its cost.
 */
const EC_COSTS: ReadonlyMap<string, number> = new Map([
  ['prime192v1', 8],
  ['secp224r1', 8],
  ['prime256v1', 2],
  ['secp384r1', 22],
  ['secp521r1', 37],
])

const OTHER_COSTS: ReadonlyMap<string, number> = new Map([
  // Ed25519 and Ed448 (RFC 8410 3).
  ['2b6570', 3],
  ['2b6571', 8],
  // ML-DSA-44, 65 and 87 (RFC 9881 2).
  ['608648016503040311', 3],
  ['608648016503040312', 5],
  ['608648016503040313', 8],
])

/** On this curve, reading a compressed point costs thirty parses, because p - 1 is a multiple of 2^96. */
const SLOW_TO_DECOMPRESS = 'secp224r1'

const DECOMPRESSION_COST = 30

/** Returns the cost of reading the key, without the rest of the certificate, in the same unit. */
export function readingCost(key: PublicKey): number {
  return isSlowToRead(key) ? DECOMPRESSION_COST : 0
}

function isSlowToRead(key: PublicKey): boolean {
  return key.kind === 'ec' && key.isCompressed && key.curve.name === SLOW_TO_DECOMPRESS
}

/** @returns `Infinity` for a key that we never verify signatures with */
export function signatureCost(key: PublicKey): number {
  switch (key.kind) {
    case 'rsa':
      return rsaCost(key)
    case 'ec':
      return isSlowToRead(key) ? Infinity : (EC_COSTS.get(key.curve.name) ?? Infinity)
    case 'other':
      return OTHER_COSTS.get(key.oid) ?? Infinity
    case 'unusable':
      return Infinity
  }
}

/** Nearly every key has the exponent 65537: 17 bits, of which two are set. */
const USUAL_EXPONENT_BITS = 17

/**
 * A multiplication is quadratic in the modulus, and each bit of the exponent takes up to two
 * multiplications. Half of the cost of an ordinary key isn't arithmetic.
 */
function rsaCost({ modulusBits, exponentBits }: RsaKey): number {
  const multiplications =
    exponentBits <= USUAL_EXPONENT_BITS ? USUAL_EXPONENT_BITS : 2 * exponentBits
  return 0.5 + (0.5 * (modulusBits / 2048) ** 2 * multiplications) / USUAL_EXPONENT_BITS
}
