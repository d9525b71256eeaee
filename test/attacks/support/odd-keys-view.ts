import type { PeerCertificate } from 'node:tls'

type Linked = PeerCertificate & { issuerCertificate?: Linked }

/**
 * A certificate and its issuers. It ends where an issuer is missing, or is the certificate itself,
 * as with Node's root.
 */
export function issuersOf(leaf: unknown): Linked[] {
  const path = new Set<Linked>()
  let current = leaf as Linked | null | undefined
  while (current && Object.keys(current).length > 0 && !path.has(current)) {
    path.add(current)
    current = current.issuerCertificate
  }
  return [...path]
}
