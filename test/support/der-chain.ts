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

/** A certificate and the key of its holder. */
export interface Holder {
  readonly subject: string
  readonly der: Buffer
  readonly pem: string
  readonly privateKey: KeyObject
  /** The key in PKCS#8. */
  readonly key: string
}

export interface Request extends Partial<Parts> {
  readonly subject: string
  /** The issuer; without it, the certificate is self-issued. */
  readonly by?: Pick<Holder, 'subject' | 'privateKey'>
  readonly privateKey?: KeyObject
  readonly ca?: boolean
  /** Whether to add the key identifiers of the subject and the issuer, as most CAs do. */
  readonly keyIds?: boolean
}

export function generate(curve = 'P-256'): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: curve }).privateKey
}

/** Generates a key of a type that only some versions of Node have. */
export function generateIfKnown(type: string): KeyObject | undefined {
  try {
    return generateKeyPairSync(type as 'ed25519').privateKey
  } catch {
    return undefined
  }
}

/** A certificate with a genuine signature, even if other parts are wrong. */
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

/** The common names of a chain, leaf first, as long as there is an issuer. */
export function namesOf(leaf: unknown): string[] {
  const names: string[] = []
  let current = leaf as { subject: { CN?: string }; issuerCertificate?: unknown } | undefined
  while (current !== undefined) {
    if (names.push(current.subject.CN ?? '') > 400) throw new Error("The chain doesn't end")
    current = current.issuerCertificate as typeof current
  }
  return names
}
