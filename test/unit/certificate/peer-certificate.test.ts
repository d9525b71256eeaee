// @peculiar/x509 needs this import.
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import {
  AuthorityInfoAccessExtension,
  type Extension,
  GeneralName,
  type JsonGeneralNames,
} from '@peculiar/x509'
import { expect } from 'chai'
import { parseCertificate, toPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { type Issued, testPki } from '../../support/pki.js'
import { seenBySocket } from '../../support/seen-by-socket.js'
import { closeServers } from '../../support/servers.js'

const url = (location: string) => new GeneralName('url', location)

const access = new AuthorityInfoAccessExtension({
  ocsp: [url('http://ocsp.example.org/'), url('http://other.example.org/?a="1",b=\\2')],
  caIssuers: [url('http://ca.example.org/ca.crt'), new GeneralName('dn', 'O=Example, CN="a, b"')],
})

const subjectAltName: JsonGeneralNames = [
  { type: 'dns', value: 'client.example.org' },
  { type: 'url', value: 'https://example.org/a,b?c="d"' },
  { type: 'email', value: 'client@example.org' },
  { type: 'ip', value: '192.0.2.7' },
]

/** OpenSSL clears the unused bit, so the bytes that it read differ from its input (X.690 11.2.1). */
function withUncountedBit(raw: Buffer): Buffer {
  const changed = Buffer.from(raw)
  // The number of unused bits comes before the ECDSA-Sig-Value, which ends the certificate.
  const at = raw.findIndex(
    (byte, index) =>
      byte === 0 && raw[index + 1] === 0x30 && index + 3 + Number(raw[index + 2]) === raw.length,
  )
  changed[at] = 1
  changed[changed.length - 1] = (changed.at(-1) as number) | 1
  return changed
}

describe('the object for a certificate', () => {
  afterEach(closeServers)

  const certificates: [what: string, make: () => Promise<Issued>][] = [
    ['with an elliptic curve key', async () => (await testPki()).ec],
    ['with an RSA key', async () => (await testPki()).rsa],
    ['that is self-signed', async () => (await testPki()).selfSigned],
    ['that has expired', async () => (await testPki()).expired],
    [
      'with attributes that have several values',
      () => issue({ subject: 'CN=a, CN=b, OU=x, OU=y' }),
    ],
    ['without a subject', () => issue({ subject: '' })],
    ['with letters from other scripts', () => issue({ subject: 'CN=\u0416\u65e5 \u00eb' })],
    ['with alternative names that need quotes', () => issue({ subjectAltName })],
    ['with addresses of its OCSP responder and its CA', () => issue({ extensions: [access] })],
  ]

  for (const [what, make] of certificates) {
    it(`is the same as from a TLS socket for a certificate ${what}`, async () => {
      const client = await make()
      const view = toPeerCertificate(new X509Certificate(client.raw))
      assert.deepStrictEqual(view, await seenBySocket(client))
    })
  }

  it('lists every OCSP and CA address, whatever characters it contains', async () => {
    const { raw } = await issue({ extensions: [access] })
    expect(toPeerCertificate(new X509Certificate(raw)).infoAccess).to.deep.equal({
      'OCSP - URI': ['http://ocsp.example.org/', 'http://other.example.org/?a="1",b=\\2'],
      'CA Issuers - URI': ['http://ca.example.org/ca.crt'],
      'CA Issuers - DirName': ['CN=a\\, b,O=Example'],
    })
  })

  it('is new every time, so that requests cannot change it for each other', async () => {
    const certificate = new X509Certificate((await testPki()).ec.raw)
    const view = toPeerCertificate(certificate)
    view.subject.CN = 'admin'
    expect(toPeerCertificate(certificate).subject.CN).to.equal('ec-client')
  })
})

async function issue(options: {
  subject?: string
  subjectAltName?: JsonGeneralNames
  extensions?: Extension[]
}): Promise<Issued> {
  return (await testPki()).root.issue(options)
}

describe('the DER of a certificate', () => {
  it('is read as exactly one certificate', async () => {
    const { rsa, ec } = await testPki()
    expect(parseCertificate(rsa.raw)).to.have.property('raw').to.deep.equal(rsa.raw)
    expect(parseCertificate(new Uint8Array(ec.raw)))
      .to.have.property('raw')
      .to.deep.equal(ec.raw)
  })

  const rejected: [what: string, change: (client: Issued) => Uint8Array][] = [
    ['a byte after its end', ({ raw }) => Buffer.concat([raw, Buffer.alloc(1)])],
    ['a second certificate after it', ({ raw }) => Buffer.concat([raw, raw])],
    ['a byte in front', ({ raw }) => Buffer.concat([Buffer.alloc(1), raw])],
    ['its last byte missing', ({ raw }) => raw.subarray(0, -1)],
    ['nothing after its first two bytes', ({ raw }) => raw.subarray(0, 2)],
    ['a length with more bytes than it needs', ({ raw }) => withHead([0x30, 0x83, 0], raw)],
    ['a length with more than four bytes', ({ raw }) => withHead([0x30, 0x85, 0, 0, 0], raw)],
    [
      'an indefinite length',
      ({ raw }) => Buffer.concat([Buffer.from([0x30, 0x80]), raw.subarray(4), Buffer.alloc(2)]),
    ],
    ['PEM instead', ({ cert }) => Buffer.from(cert)],
    ['a private key instead', ({ key }) => Buffer.from(key)],
    ['no bytes at all', () => Buffer.alloc(0)],
    ['zeros', () => Buffer.alloc(100)],
    ['an unused bit set in its signature', ({ raw }) => withUncountedBit(raw)],
  ]

  for (const [what, change] of rejected) {
    it(`is rejected with ${what}`, async () => {
      const { rsa } = await testPki()
      expect(parseCertificate(change(rsa))).to.equal('not_a_certificate')
    })
  }
})

/** Replaces the bytes before the last two bytes of its length. */
function withHead(head: number[], raw: Buffer): Buffer {
  return Buffer.concat([Buffer.from(head), raw.subarray(2)])
}
