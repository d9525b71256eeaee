import { X509Certificate } from 'node:crypto'
import {
  type ChainedPeerCertificate,
  toPeerCertificate,
} from '../../src/certificate/peer-certificate.js'
import { createSelfSigned } from './pki.js'

type CertificateOptions = Parameters<typeof createSelfSigned>[0]

/** A real certificate with these contents, in the form that verify gets. */
export async function certificateWith(
  options: CertificateOptions,
): Promise<ChainedPeerCertificate> {
  const { raw } = await createSelfSigned(options)
  return toPeerCertificate(new X509Certificate(raw))
}

/** A certificate that no CA would issue, so that only a custom extractor could return it. */
export function certificateLike(fields: object): ChainedPeerCertificate {
  return fields as ChainedPeerCertificate
}
