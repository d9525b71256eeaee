import type { X509Certificate } from 'node:crypto'

const verified = new WeakMap<X509Certificate, WeakMap<X509Certificate, boolean>>()

/**
 * Whether the key of `issuer` made the signature of `certificate`. Each pair of objects is verified
 * once, because a signature costs more than everything else that is done with a certificate.
 *
 * @param issuer - with a key whose {@link signatureCost} is finite
 */
export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  let issuers = verified.get(certificate)
  if (issuers === undefined) verified.set(certificate, (issuers = new WeakMap()))
  const known = issuers.get(issuer)
  if (known !== undefined) return known
  const isSigned = verify(certificate, issuer)
  issuers.set(issuer, isSigned)
  return isSigned
}

/** Node throws when it can't read the key. Some runtimes also throw where Node returns `false`. */
function verify(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey)
  } catch {
    return false
  }
}
