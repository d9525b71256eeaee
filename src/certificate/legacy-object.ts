import type { X509Certificate } from 'node:crypto'
import type { PublicKey } from './public-key.js'

/** The curves for which OpenSSL has a NIST name, of those that certificates use. */
export const NIST_CURVES: ReadonlySet<string> = new Set([
  'prime192v1',
  'secp224r1',
  'prime256v1',
  'secp384r1',
  'secp521r1',
])

/** The first major version of Node that is affected; no later one is known to be free of it. */
const AFFECTED_SINCE = 23

export const NODE_MAJOR: number = Number.parseInt(process.versions.node)

/** Whether this version of Node ends the process for some keys when it shows a certificate. */
export function isAffected(major: number = NODE_MAJOR): boolean {
  return major >= AFFECTED_SINCE
}

/**
 * Whether Node can show a certificate with a key on this curve. `toLegacyObject()` and
 * `getPeerCertificate()` read the NIST name of an elliptic curve without looking whether there is
 * one: for a key on secp256k1 or a Brainpool curve, the process ends with a segmentation fault, and
 * anybody can make such a certificate. Asking the version is the only way, because trying is crashing.
 *
 * @param major - the major version of Node
 */
export function hasShowableCurve(key: PublicKey, major: number): boolean {
  return !isAffected(major) || key.kind !== 'ec' || NIST_CURVES.has(key.curve.name)
}

/**
 * Whether OpenSSL can read the key, which matters for the same reason: its point may not be on its
 * curve, and its algorithm may be unknown. The details of the key are never asked for, because Node
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
