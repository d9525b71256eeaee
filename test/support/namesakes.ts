// @peculiar/x509 can't be loaded without it.
import 'reflect-metadata'
import { webcrypto, X509Certificate } from 'node:crypto'
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/**
 * CAs that all have the same name. The next CA has issued each of them, and the last one is
 * self-issued.
 */
export async function namesakes(count: number): Promise<X509Certificate[]> {
  const keys = await Promise.all(
    Array.from({ length: count }, () =>
      webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']),
    ),
  )
  return Promise.all(
    keys.map(async ({ publicKey }, index) => {
      const issuer = keys[Math.min(index + 1, count - 1)] as webcrypto.CryptoKeyPair
      const { rawData } = await X509CertificateGenerator.create({
        subject: 'CN=everybody',
        issuer: 'CN=everybody',
        publicKey,
        signingKey: issuer.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [new BasicConstraintsExtension(true, undefined, true)],
      })
      return new X509Certificate(Buffer.from(rawData))
    }),
  )
}
