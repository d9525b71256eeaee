import type { ChainedPeerCertificate } from '../../src/certificate/peer-certificate.js'

/** The DER of a certificate and of the issuers it leads to, leaf first. */
export function chainOf(certificate: ChainedPeerCertificate | null): Buffer[] {
  const chain: Buffer[] = []
  for (
    let current: ChainedPeerCertificate | null | undefined = certificate;
    current;
    current = current.issuerCertificate
  ) {
    if (chain.push(current.raw) > 20) throw new Error('The chain does not end')
  }
  return chain
}
