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

/** A revocation list in PEM that is valid today, from a CA with a key of type `ec`. */
export function revoke(authority: Authority, ...revoked: Issued[]): Promise<string> {
  return revokeFrom(authority, [-1, 1], ...revoked)
}

/** @param days - from when to when the list is valid, from now */
export async function revokeFrom(
  authority: Authority,
  days: readonly [from: number, to: number],
  ...revoked: Issued[]
): Promise<string> {
  const [thisUpdate, nextUpdate] = days.map((one) => new Date(Date.now() + one * DAY_MS)) as [
    Date,
    Date,
  ]
  const pkcs8 = createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' })
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign'])
  const crl = await X509CrlGenerator.create({
    issuer: new Parsed(authority.cert).subjectName.toJSON(),
    thisUpdate,
    nextUpdate,
    entries: revoked.map(({ cert }) => ({
      serialNumber: new X509Certificate(cert).serialNumber,
      revocationDate: thisUpdate,
      reason: X509CrlReason.keyCompromise,
    })),
    signingAlgorithm: ALGORITHM,
    signingKey,
  })
  return `${PemConverter.encode(crl.rawData, 'X509 CRL')}\n`
}
