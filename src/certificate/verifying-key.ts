import type { KeyObject } from 'node:crypto'
import { NAMED_CURVES } from './showable-key.js'

const MAX_MODULUS_BITS = 8192
/** Nearly every key has 65537; some old ones have 3 or 17. */
const MAX_EXPONENT = 0xffff_ffffn

/**
 * Whether a signature is verified in a moment with this key, which may be of the client's own making:
 * on a binary curve, or with a public exponent as long as the modulus, one takes many milliseconds.
 */
export function isQuicklyVerified(key: KeyObject): boolean {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
    case 'ed448':
      return true
    case 'ec':
      return NAMED_CURVES.has(key.asymmetricKeyDetails?.namedCurve)
    case 'rsa':
    case 'rsa-pss':
      return isUsualRsa(key.asymmetricKeyDetails)
    default:
      return false
  }
}

function isUsualRsa(details: KeyObject['asymmetricKeyDetails']): boolean {
  // Node tells both of every RSA key.
  const { modulusLength, publicExponent } = details as {
    modulusLength: number
    publicExponent: bigint
  }
  return modulusLength <= MAX_MODULUS_BITS && publicExponent <= MAX_EXPONENT
}
