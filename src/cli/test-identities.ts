import { createSelfSignedCertificate, createTestCa } from '../testing/ca.js'
import type { TestCertificate } from '../testing/test-certificate.js'

/** A client to try. */
export interface TestVisitor {
  /** The name of its files. Without a certificate, it has none. */
  readonly name: string
  readonly description: string
  readonly certificate?: TestCertificate
  /** Node's code for the reason why it doesn't authenticate the client; missing if Node does. */
  readonly code?: string
}

export interface TestIdentities {
  readonly ca: TestCertificate
  readonly server: TestCertificate
  readonly clients: readonly TestVisitor[]
}

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

/**
 * Makes a client for each answer that a server can give.
 *
 * @param days - how long everything is valid, except the certificate that has expired
 * @param names - the subject alternative names of the server
 */
export function makeTestIdentities(days: number, names: readonly string[]): TestIdentities {
  const now = Date.now()
  const notAfter = new Date(now + days * DAY_MS)
  const past = { notBefore: new Date(now - DAY_MS), notAfter: new Date(now - HOUR_MS) }
  const ca = createTestCa({ notAfter })
  const { issue } = ca
  const alice = { commonName: 'alice', notAfter }
  const otherCa = createTestCa({ commonName: 'Other test CA', notAfter })
  return {
    ca,
    server: issue({ commonName: 'localhost', usage: 'server', san: names, notAfter }),
    clients: [
      describe('alice', issue(alice)),
      describe('bob', issue({ commonName: 'bob', notAfter })),
      describe('expired', issue({ ...alice, ...past })),
      describe('self-signed', createSelfSignedCertificate(alice)),
      describe('other-ca', otherCa.issue(alice)),
      describe('server-only', issue({ ...alice, usage: 'server' })),
      describe('anonymous'),
    ],
  }
}

type Name = keyof typeof CLIENTS

/** The certificate of each client in words, and Node's code if it rejects the client. */
const CLIENTS = {
  alice: ['a client'],
  bob: ['another client'],
  expired: ['a certificate that has expired', 'CERT_HAS_EXPIRED'],
  'self-signed': ['a certificate that no CA issued', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  'other-ca': ['a certificate that another CA issued', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  'server-only': ['a certificate for servers only', 'INVALID_PURPOSE'],
  // Node has no other code for a client that doesn't present a certificate.
  anonymous: ['no certificate', 'UNABLE_TO_GET_ISSUER_CERT'],
} as const satisfies Record<string, readonly [description: string, code?: string]>

function describe(name: Name, certificate?: TestCertificate): TestVisitor {
  const [description, code] = CLIENTS[name]
  return { name, description, ...(certificate && { certificate }), ...(code && { code }) }
}
