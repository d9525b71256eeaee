import type { X509Certificate } from 'node:crypto'
import { type ChainedPeerCertificate, toPeerCertificate } from './peer-certificate.js'
import { isQuicklyVerified } from './verifying-key.js'

/**
 * How many signatures are verified for a chain: as many as the longest takes that a request may carry,
 * in whatever order it came. Certificates that all have one name would take the square of it.
 */
const MAX_VERIFICATIONS = 10

/**
 * Links a leaf to those of the given certificates that really issued it, in whatever order they
 * came: a client chooses what it sends, so a neighbour in a list proves nothing.
 *
 * The links say who signed whom. Whether anybody trusts the end of the chain is not decided here.
 */
export function linkChain(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
): ChainedPeerCertificate {
  const path = [leaf]
  const unused = [...others]
  let verifications = 0
  const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean => {
    if (!mayBeIssuedBy(certificate, issuer) || verifications === MAX_VERIFICATIONS) return false
    verifications += 1
    return certificate.verify(issuer.publicKey)
  }
  for (let last = leaf; !isIssuedBy(last, last);) {
    const at = unused.findIndex((candidate) => isIssuedBy(last, candidate))
    const [issuer] = at === -1 ? [] : unused.splice(at, 1)
    if (issuer === undefined) break
    path.push(issuer)
    last = issuer
  }
  const views = path.map(toPeerCertificate)
  views.forEach((view, index) => {
    const issuer = views[index + 1]
    if (issuer !== undefined) view.issuerCertificate = issuer
  })
  return views[0] as ChainedPeerCertificate
}

/**
 * `checkIssued()` compares names and key identifiers only, so a forged authority of the same name
 * passes it: the signature has to be verified as well. It is false where OpenSSL cannot read the
 * issuer's key, so that `publicKey` does not throw.
 */
function mayBeIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && isQuicklyVerified(issuer.publicKey)
}

/** A copy of a chain from Node's TLS layer that ends instead of circling at a self-signed root. */
export function endChain(certificate: ChainedPeerCertificate): ChainedPeerCertificate {
  const seen = new Set<ChainedPeerCertificate>()
  for (
    let current: ChainedPeerCertificate | undefined = certificate;
    current !== undefined && !seen.has(current);
    current = current.issuerCertificate
  ) {
    seen.add(current)
  }
  return [...seen].reverse().reduce<ChainedPeerCertificate | undefined>((issuer, current) => {
    const { issuerCertificate: _, ...copy } = current
    return issuer === undefined ? copy : { ...copy, issuerCertificate: issuer }
  }, undefined) as ChainedPeerCertificate
}
