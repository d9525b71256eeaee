import { X509Certificate } from 'node:crypto'
import { createForgery } from '../../support/forgery.js'
import { type Issued, testPki, type TestPki } from '../../support/pki.js'

/** All certificates of the corpus. */
export interface Identities extends Omit<TestPki, 'intermediate' | 'root' | 'stranger'> {
  readonly root: Issued
  readonly intermediate: Issued
  readonly stranger: Issued
  /** A CA that differs from the root only in its signature. */
  readonly forgedRoot: Pick<Issued, 'cert' | 'raw'>
  readonly notYetValid: Issued
  /** The proxy's own client certificate. */
  readonly proxy: Issued
  /** A certificate with a subject alternative name, which a client could extend in XFCC. */
  readonly named: Issued
}

export type IdentityName = keyof Identities

export const PROXY_NAME = 'proxy.internal'
export const NAMED_URI = 'spiffe://example.org/client'

let shared: Promise<Identities> | undefined

export function identities(): Promise<Identities> {
  return (shared ??= createIdentities())
}

async function createIdentities(): Promise<Identities> {
  const pki = await testPki()
  const { sameName } = await createForgery()
  const day = 24 * 60 * 60 * 1000
  return {
    ...pki,
    forgedRoot: { cert: sameName.toString(), raw: sameName.raw },
    notYetValid: await pki.root.issue({
      subject: 'CN=early-client',
      notBefore: new Date(Date.now() + day),
      notAfter: new Date(Date.now() + 2 * day),
    }),
    proxy: await pki.root.issue({
      subject: 'CN=proxy',
      subjectAltName: [{ type: 'dns', value: PROXY_NAME }],
    }),
    named: await pki.root.issue({
      subject: 'CN=named-client',
      subjectAltName: [{ type: 'url', value: NAMED_URI }],
    }),
  }
}

export function fingerprintOf({ raw }: Pick<Issued, 'raw'>): string {
  return new X509Certificate(raw).fingerprint256
}
