import type { PeerCertificate } from 'node:tls'

type Linked = PeerCertificate & { issuerCertificate?: Linked }

/** A certificate and its issuers, until one is missing or comes again, as Node's own root does. */
export function issuersOf(leaf: unknown): Linked[] {
  const path = new Set<Linked>()
  let current = leaf as Linked | null | undefined
  while (current && Object.keys(current).length > 0 && !path.has(current)) {
    path.add(current)
    current = current.issuerCertificate
  }
  return [...path]
}
