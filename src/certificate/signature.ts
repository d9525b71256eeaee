import type { X509Certificate } from 'node:crypto'

interface Signature {
  readonly issuer: X509Certificate
  readonly isSigned: boolean
}

const verified = new WeakMap<X509Certificate, Signature[]>()
/** A CA of the configuration lives long, so it must not keep every issuer that clients made up for it. */
const MAX_KEPT = 4

/**
 * Whether the key of `issuer` made the signature of `certificate`. The last results for each object are
 * kept, because a signature costs more than everything else that is done with a certificate.
 *
 * @param issuer - with a key whose {@link signatureCost} is finite
 */
export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  const known = verified.get(certificate) ?? []
  for (const signature of known) if (signature.issuer === issuer) return signature.isSigned
  const isSigned = verify(certificate, issuer)
  if (known.length === 0) verified.set(certificate, known)
  if (known.length === MAX_KEPT) known.shift()
  known.push({ issuer, isSigned })
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
