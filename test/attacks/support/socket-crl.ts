// @peculiar/x509 can't be loaded without it.
import 'reflect-metadata'
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto'
import {
  PemConverter,
  X509Certificate as Parsed,
  X509CrlGenerator,
  X509CrlReason,
} from '@peculiar/x509'
import type { Authority, Issued } from '../../support/pki.js'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 24 * 60 * 60 * 1000

/** A revocation list in PEM, from a CA with a key of type `ec`. */
export async function revoke(authority: Authority, ...revoked: Issued[]): Promise<string> {
  const pkcs8 = createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' })
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign'])
  const crl = await X509CrlGenerator.create({
    issuer: new Parsed(authority.cert).subjectName.toJSON(),
    thisUpdate: new Date(Date.now() - DAY_MS),
    nextUpdate: new Date(Date.now() + DAY_MS),
    entries: revoked.map(({ cert }) => ({
      serialNumber: new X509Certificate(cert).serialNumber,
      revocationDate: new Date(Date.now() - DAY_MS),
      reason: X509CrlReason.keyCompromise,
    })),
    signingAlgorithm: ALGORITHM,
    signingKey,
  })
  return `${PemConverter.encode(crl.rawData, 'X509 CRL')}\n`
}
