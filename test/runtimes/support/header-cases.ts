import { expect } from 'chai'
import { X509Certificate } from 'node:crypto'
import { toPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import type { Authority, Issued } from '../../support/pki.js'
import { getHttp } from '../../support/servers.js'
import { describeCertificate } from '../programs/certificates.ts'

/** The clients whose certificates a proxy forwards. */
export interface Clients {
  readonly alice: Issued
  readonly expired: Issued
}

/** One client has names of all types, and one of the names looks like several. */
export async function createClients(ca: Authority): Promise<Clients> {
  const day = 24 * 60 * 60 * 1000
  return {
    alice: await ca.issue({
      subject: 'CN=alice, O=Example',
      subjectAltName: [
        { type: 'dns', value: 'alice.example.org' },
        { type: 'email', value: 'alice@example.org' },
        { type: 'url', value: 'http://x/, email:admin@corp.example, DNS:admin.corp.example' },
        { type: 'ip', value: '192.0.2.7' },
        { type: 'ip', value: '2001:db8::1' },
        { type: 'upn', value: 'alice@corp.example' },
        { type: 'dn', value: 'CN=Directory, O="a, DNS:admin.corp.example"' },
        { type: 'id', value: '1.2.3.4' },
      ],
    }),
    expired: await ca.issue({
      subject: 'CN=alice',
      notBefore: new Date(Date.now() - 3 * day),
      notAfter: new Date(Date.now() - 2 * day),
    }),
  }
}

/** Alice's certificate as an application sees it on Node. */
export function seenOnNode({ alice }: Clients): object {
  const seen = describeCertificate(toPeerCertificate(new X509Certificate(alice.raw)))
  expect(seen).to.deep.include({
    names:
      'DNS:alice.example.org, email:alice@example.org, ' +
      'URI:"http://x/\\u002c email:admin@corp.example\\u002c DNS:admin.corp.example", ' +
      'IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1, othername:UPN:alice@corp.example, ' +
      'DirName:"O=a\\\\\\u002c DNS:admin.corp.example\\u002cCN=Directory", Registered ID:1.2.3.4',
    allowed: [
      'DNS:alice.example.org',
      'email:alice@example.org',
      'URI:http://x/, email:admin@corp.example, DNS:admin.corp.example',
      'IP:192.0.2.7',
      'IP:2001:db8::1',
      'othername:UPN:alice@corp.example',
      'DirName:O=a\\, DNS:admin.corp.example,CN=Directory',
      'Registered ID:1.2.3.4',
    ],
    emails: ['alice@example.org'],
  })
  return seen
}

const CERT = 'X-SSL-Client-Cert'
const VERIFY = 'X-SSL-Client-Verify'
const VERIFIED = [VERIFY, 'SUCCESS']

/** The same bytes, but with the outer length in one byte more than needed. */
function lengthen(raw: Buffer): Buffer {
  expect(raw[1]).to.equal(0x82)
  return Buffer.concat([Buffer.from([0x30, 0x83, 0]), raw.subarray(2)])
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

/** A request of the proxy. Each header name is followed by its value. */
export interface HeaderCase {
  readonly title: string
  readonly path: '/near' | '/far' | '/asked'
  readonly lines: readonly string[]
  /** The reason for the rejection, or `null`. */
  readonly reason: string | null
}

const MALFORMED = 'header_missing_or_malformed'
const MISMATCH = 'verification_header_mismatch'

export function listHeaderCases({ alice, expired }: Clients): HeaderCase[] {
  const cert = [CERT, encodeURIComponent(alice.cert)]
  const near = (title: string, lines: readonly string[], reason: string | null): HeaderCase => ({
    title,
    path: '/near',
    lines,
    reason,
  })
  const encoded = (der: Buffer): string[] => [CERT, encodeURIComponent(toPem(der)), ...VERIFIED]
  return [
    near('accepts a verified certificate', [...cert, ...VERIFIED], null),
    near('rejects a request without headers', [], MISMATCH),
    near('rejects a certificate without the verify header', cert, MISMATCH),
    near("rejects a certificate that wasn't verified", [...cert, VERIFY, 'FAILED:x'], MISMATCH),
    near(
      'rejects a verify header that was sent twice',
      [...cert, ...VERIFIED, ...VERIFIED],
      MISMATCH,
    ),
    near('rejects a verify header without a certificate', VERIFIED, MALFORMED),
    near(
      'rejects headers that were sent twice, empty at first',
      [CERT, '', VERIFY, '', ...cert, ...VERIFIED],
      MISMATCH,
    ),
    near("rejects a value that isn't a certificate", [CERT, 'x', ...VERIFIED], MALFORMED),
    near('rejects a certificate that was sent twice', [...cert, ...cert, ...VERIFIED], MALFORMED),
    near(
      'rejects a lookalike of the header',
      [...cert, ...VERIFIED, 'X_SSL_Client_Cert', 'x'],
      MALFORMED,
    ),
    near('rejects an expired certificate', encoded(expired.raw), 'certificate_expired'),
    near('rejects a DER length in more bytes than needed', encoded(lengthen(alice.raw)), MALFORMED),
    near(
      'rejects bytes after the DER',
      encoded(Buffer.concat([alice.raw, Buffer.alloc(1)])),
      MALFORMED,
    ),
    {
      ...near("rejects a proxy that isn't trusted", [...cert, ...VERIFIED], 'untrusted_proxy'),
      path: '/far',
    },
    {
      ...near('accepts a proxy that a function trusts', [...cert, ...VERIFIED], null),
      path: '/asked',
    },
  ]
}

/** Sends the request, and compares the response with Node's. */
export async function checkHeaderCase(
  port: number,
  { path, lines, reason }: HeaderCase,
  expected: object,
): Promise<void> {
  // A list of names and values, because an object couldn't have a name twice.
  const headers = ['Host', `127.0.0.1:${port}`, ...lines] as never
  const { status, body } = await getHttp(port, { path, headers })
  const answer = { status, body: JSON.parse(body) as unknown }
  const wanted =
    reason === null ? { status: 200, body: expected } : { status: 401, body: { reason } }
  expect(answer).to.deep.equal(wanted)
}
