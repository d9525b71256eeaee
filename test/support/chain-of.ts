import type { ChainedPeerCertificate } from '../../src/certificate/peer-certificate.js'

/** The DER of a certificate and its issuers, leaf first. */
export function chainOf(certificate: ChainedPeerCertificate | null): Buffer[] {
  const chain: Buffer[] = []
  for (
    let current: ChainedPeerCertificate | null | undefined = certificate;
    current;
    current = current.issuerCertificate
  ) {
    if (chain.push(current.raw) > 20) throw new Error("The chain doesn't end")
  }
  return chain
}
