import {
  type Authority,
  createAuthority,
  createSelfSigned,
  type Issued,
} from '../../examples/support/pki.js'

export { type Authority, createAuthority, createSelfSigned, type Issued }

/** Certificates of every kind, made once for the whole run because RSA keys take long. */
export interface TestPki {
  root: Authority
  intermediate: Authority
  /** The certificate of the TLS server, for `localhost` and 127.0.0.1. */
  server: Issued
  rsa: Issued
  ec: Issued
  /** Issued by the intermediate. */
  chained: Issued
  expired: Issued
  selfSigned: Issued
  /** A CA that no server here trusts, with the root's name, and a client of it. */
  stranger: Authority
  unknown: Issued
}

let shared: Promise<TestPki> | undefined

export function testPki(): Promise<TestPki> {
  return (shared ??= createTestPki())
}

async function createTestPki(): Promise<TestPki> {
  const root = await createAuthority({ subject: 'CN=Test root, O=Test' })
  const intermediate = await root.createIntermediate({ subject: 'CN=Test intermediate, O=Test' })
  const stranger = await createAuthority({ subject: 'CN=Test root, O=Test' })
  const day = 24 * 60 * 60 * 1000
  return {
    root,
    intermediate,
    server: await root.issue({
      subject: 'CN=localhost',
      subjectAltName: [
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ],
    }),
    rsa: await root.issue({ subject: 'CN=rsa-client, O=Example', keyType: 'rsa' }),
    ec: await root.issue({ subject: 'CN=ec-client, O=Example' }),
    chained: await intermediate.issue({ subject: 'CN=chained-client, O=Example' }),
    expired: await root.issue({
      subject: 'CN=expired-client',
      notBefore: new Date(Date.now() - 3 * day),
      notAfter: new Date(Date.now() - 2 * day),
    }),
    selfSigned: await createSelfSigned({ subject: 'CN=self-signed' }),
    stranger,
    unknown: await stranger.issue({ subject: 'CN=rsa-client, O=Example' }),
  }
}
