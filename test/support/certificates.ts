import { X509Certificate } from 'node:crypto'
import {
  type ChainedPeerCertificate,
  toPeerCertificate,
} from '../../src/certificate/peer-certificate.js'
import { createSelfSigned } from './pki.js'

type CertificateOptions = Parameters<typeof createSelfSigned>[0]

/** A real certificate with these contents, the way verify is given it. */
export async function certificateWith(
  options: CertificateOptions,
): Promise<ChainedPeerCertificate> {
  const { raw } = await createSelfSigned(options)
  return toPeerCertificate(new X509Certificate(raw))
}

/** What no certificate authority issues and only an extractor of the application's own could give. */
export function certificateLike(fields: object): ChainedPeerCertificate {
  return fields as ChainedPeerCertificate
}
