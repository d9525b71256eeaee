// @peculiar/x509 can't be loaded without it.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { X509CertificateGenerator } from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** The DER of a certificate with any SubjectPublicKeyInfo, valid or not. */
export async function certificateFor(spki: Buffer): Promise<Buffer> {
  const { privateKey } = await webcrypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
  const { rawData } = await X509CertificateGenerator.create({
    subject: 'CN=client',
    issuer: 'CN=somebody',
    publicKey: new Uint8Array(spki),
    signingKey: privateKey,
    signingAlgorithm: ALGORITHM,
  })
  return Buffer.from(rawData)
}
