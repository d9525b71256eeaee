// @peculiar/x509 can't be loaded without it.
import 'reflect-metadata'
import { webcrypto, X509Certificate } from 'node:crypto'
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509'
import { testPki } from './pki.js'

/** CA certificates that only an attacker would make. */
export interface Forgery {
  /** Self-signed, with the name of the test root, another key and no key identifier. */
  sameName: X509Certificate
  /** The test root with a key on a curve that doesn't exist. */
  unreadableKey: X509Certificate
  /** Two CAs that have issued each other. */
  first: X509Certificate
  second: X509Certificate
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export async function createForgery(): Promise<Forgery> {
  const { root } = await testPki()
  const [mine, first, second] = await Promise.all([generateKeys(), generateKeys(), generateKeys()])
  return {
    sameName: await sign('CN=Test root, O=Test', mine, 'CN=Test root, O=Test', mine),
    unreadableKey: new X509Certificate(withUnknownCurve(root.raw)),
    first: await sign('CN=first', first, 'CN=second', second),
    second: await sign('CN=second', second, 'CN=first', first),
  }
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

async function sign(
  subject: string,
  { publicKey }: webcrypto.CryptoKeyPair,
  issuer: string,
  { privateKey }: webcrypto.CryptoKeyPair,
): Promise<X509Certificate> {
  const { rawData } = await X509CertificateGenerator.create({
    subject,
    issuer,
    publicKey,
    signingKey: privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  })
  return new X509Certificate(Buffer.from(rawData))
}

/** Replaces the last arc of the curve's identifier, 1.2.840.10045.3.1.7. */
function withUnknownCurve(der: Buffer): Buffer {
  const curve = Buffer.from('06082a8648ce3d030107', 'hex')
  const changed = Buffer.from(der)
  changed[changed.indexOf(curve) + curve.length - 1] = 0x7f
  return changed
}
