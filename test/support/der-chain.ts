import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import {
  authorityKeyId,
  basicConstraints,
  certificateOf,
  keyIdOf,
  type Parts,
  spkiOf,
  subjectKeyId,
  toPem,
} from './der-writer.js'

/** A certificate and what its holder signs with. */
export interface Holder {
  readonly subject: string
  readonly der: Buffer
  readonly pem: string
  readonly privateKey: KeyObject
  /** PKCS#8. */
  readonly key: string
}

export interface Request extends Partial<Parts> {
  readonly subject: string
  /** Self-issued without one. */
  readonly by?: Pick<Holder, 'subject' | 'privateKey'>
  readonly privateKey?: KeyObject
  readonly ca?: boolean
  /** Whether it names its own key and the issuer's, which is what most CAs do. */
  readonly keyIds?: boolean
}

export function generate(curve = 'P-256'): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: curve }).privateKey
}

/** Of an algorithm that only some versions of Node have. */
export function generateIfKnown(type: string): KeyObject | undefined {
  try {
    return generateKeyPairSync(type as 'ed25519').privateKey
  } catch {
    return undefined
  }
}

/** A certificate with a genuine signature, whatever else is odd about it. */
export function issue({ subject, by, ca = false, keyIds = true, ...rest }: Request): Holder {
  const privateKey = rest.privateKey ?? generate()
  const issuer = by ?? { subject, privateKey }
  const spki = rest.spki ?? spkiOf(privateKey)
  const ids = [subjectKeyId(keyIdOf(spki)), authorityKeyId(keyIdOf(spkiOf(issuer.privateKey)))]
  const der = certificateOf({
    subject,
    issuer: issuer.subject,
    spki,
    signer: issuer.privateKey,
    extensions: [basicConstraints(ca), ...(keyIds ? ids : [])],
    ...rest,
  })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return { subject, der, pem: toPem(der), privateKey, key }
}

/** The names of a chain, the leaf's first, its first issuer behind it, as long as there is one. */
export function namesOf(leaf: unknown): string[] {
  const names: string[] = []
  let current = leaf as { subject: { CN?: string }; issuerCertificate?: unknown } | undefined
  while (current !== undefined) {
    if (names.push(current.subject.CN ?? '') > 400) throw new Error('The chain does not end')
    current = current.issuerCertificate as typeof current
  }
  return names
}
