import 'reflect-metadata'
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { type Authority, createAuthority, type Issued } from '../../test/support/pki.js'

export const KEY_TYPES = ['RSA-2048', 'RSA-4096', 'P-256'] as const
export type KeyType = (typeof KEY_TYPES)[number]

/** The key type for cases that measure only one. */
export const USUAL: KeyType = 'RSA-2048'

/** A client with a certificate from an intermediate CA. */
export interface Client extends Issued {
  readonly issuer: Issued
  /** SHA-256, in the form that Node shows. */
  readonly fingerprint256: string
}

export interface Pki {
  readonly server: Issued
  /** The CAs whose clients the server accepts, in PEM. */
  readonly roots: readonly string[]
  readonly clients: Readonly<Record<KeyType, Client>>
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const DAY_MS = 24 * 60 * 60 * 1000
const SUBJECT = 'CN=client, O=Example'

export async function createPki(): Promise<Pki> {
  const [rsa, ec] = await Promise.all([
    createAuthority({ subject: 'CN=RSA root, O=Example', keyType: 'rsa' }),
    createAuthority({ subject: 'CN=EC root, O=Example' }),
  ])
  const [rsaIssuer, ecIssuer] = await Promise.all([
    rsa.createIntermediate({ subject: 'CN=RSA intermediate, O=Example', keyType: 'rsa' }),
    ec.createIntermediate({ subject: 'CN=EC intermediate, O=Example' }),
  ])
  const [server, rsa2048, rsa4096, p256] = await Promise.all([
    ec.issue({ subject: 'CN=localhost', subjectAltName: [{ type: 'ip', value: '127.0.0.1' }] }),
    rsaIssuer.issue({ subject: SUBJECT, keyType: 'rsa' }),
    issueRsa4096(rsaIssuer),
    ecIssuer.issue({ subject: SUBJECT }),
  ])
  return {
    server,
    roots: [rsa.cert, ec.cert],
    clients: {
      'RSA-2048': toClient(rsa2048, rsaIssuer),
      'RSA-4096': toClient(rsa4096, rsaIssuer),
      'P-256': toClient(p256, ecIssuer),
    },
  }
}

function toClient(issued: Issued, { cert, key, raw }: Authority): Client {
  const { fingerprint256 } = new X509Certificate(issued.raw)
  return { ...issued, issuer: { cert, key, raw }, fingerprint256 }
}

/** The throwaway CA can't make keys of this length itself. */
async function issueRsa4096(authority: Authority): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(
    { ...RSA, modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ['sign', 'verify'],
  )
  const pkcs8 = createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' })
  const { clientAuth } = x509.ExtendedKeyUsage
  const certificate = await x509.X509CertificateGenerator.create({
    subject: SUBJECT,
    issuer: new x509.X509Certificate(authority.cert).subjectName.toJSON(),
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, RSA, false, ['sign']),
    signingAlgorithm: RSA,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([clientAuth]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    raw: Buffer.from(certificate.rawData),
  }
}
