import type { X509Certificate } from 'node:crypto'
import type { PublicKey } from './public-key.js'

/** Of the curves that certificates use, OpenSSL has a NIST name for these. */
export const NIST_CURVES: ReadonlySet<string> = new Set([
  'prime192v1',
  'secp224r1',
  'prime256v1',
  'secp384r1',
  'secp521r1',
])

/** The first major version of Node that is affected. No later version is known to be fixed. */
const AFFECTED_SINCE = 23

export const NODE_MAJOR: number = Number.parseInt(process.versions.node)

/** Whether this version of Node ends the process when it shows a certificate with certain keys. */
export function isAffected(major: number = NODE_MAJOR): boolean {
  return major >= AFFECTED_SINCE
}

/**
 * Whether Node can show a certificate with a key on this curve. `toLegacyObject()` and
 * `getPeerCertificate()` read the NIST name of an elliptic curve without checking that it has a NIST
 * name. For a key on secp256k1 or a Brainpool curve, the process ends with a segmentation fault, and
 * every client can make such a certificate. We compare versions, because trying it out would crash.
 *
 * @param major - the major version of Node
 */
export function hasShowableCurve(key: PublicKey, major: number): boolean {
  return !isAffected(major) || key.kind !== 'ec' || NIST_CURVES.has(key.curve.name)
}

/**
 * Whether OpenSSL can read the key. It can't if the point isn't on the curve or the algorithm is
 * unknown, and then Node would crash as well. We never ask for the details of the key, because Node
 * ends the process for some of them.
 */
export function hasReadableKey(certificate: X509Certificate, major: number): boolean {
  if (!isAffected(major)) return true
  try {
    return certificate.publicKey.type === 'public'
  } catch {
    return false
  }
}
