import type { X509Certificate } from 'node:crypto'

/** The curves for which OpenSSL has a NIST name, of those that certificates use. */
export const NAMED_CURVES: ReadonlySet<string | undefined> = new Set([
  'prime192v1',
  'secp224r1',
  'prime256v1',
  'secp384r1',
  'secp521r1',
])

/** The first major version of Node that is affected; no later one is known to be free of it. */
const AFFECTED_SINCE = 23

const NODE_MAJOR = Number.parseInt(process.versions.node)

/**
 * Whether Node can show a certificate with this key. `toLegacyObject()` reads the NIST name of an
 * elliptic curve without looking whether there is one: for a key on secp256k1 or a Brainpool curve,
 * or one that OpenSSL cannot read, the process ends with a segmentation fault, and anybody can make
 * such a certificate. To ask the version is the only way: to try is to crash.
 *
 * @param major - the major version of Node
 */
export function hasShowableKey(certificate: X509Certificate, major: number = NODE_MAJOR): boolean {
  if (major < AFFECTED_SINCE) return true
  try {
    const { publicKey: key } = certificate
    // The details of an RSA key take longer to read than all the rest.
    return key.asymmetricKeyType !== 'ec' || NAMED_CURVES.has(key.asymmetricKeyDetails?.namedCurve)
  } catch {
    return false
  }
}
