import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import {
  type HeaderParser,
  MAX_CHAIN_CERTS,
  parseBase64Der,
  parseRfc9440,
  parseUrlPem,
  parseUrlPemAws,
  parseXfcc,
} from '../../../src/parsers/index.js'
import {
  toBase64Der,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../../support/header-values.js'
import { chainOf } from '../../support/chain-of.js'
import * as der from '../../support/der-writer.js'
import { testPki } from '../../support/pki.js'

interface Certificate {
  readonly cert: string
  readonly raw: Buffer
}

/** PEM of these bytes, which may be anything. */
function certificateOf(raw: Buffer): Certificate {
  const lines = ['-----BEGIN CERTIFICATE-----', raw.toString('base64'), '-----END CERTIFICATE-----']
  return { raw, cert: `${lines.join('\n')}\n` }
}

/** The certificate without its last bytes. */
const damage = ({ raw }: Certificate) => certificateOf(raw.subarray(0, -3))

const parsers: [name: string, parse: HeaderParser, write: typeof toUrlPem][] = [
  ['parseUrlPem', parseUrlPem, toUrlPem],
  ['parseUrlPemAws', parseUrlPemAws, toUrlPemAws],
  ['parseXfcc', parseXfcc, toXfcc],
  ['parseBase64Der', parseBase64Der, toBase64Der],
  ['parseRfc9440', parseRfc9440, toRfc9440],
]

for (const [name, parse, write] of parsers) {
  describe(name, () => {
    it('gives the certificate in the shape of a TLS socket', async () => {
      const { rsa } = await testPki()
      const certificate = parse(write(rsa))
      const { subject, fingerprint256, raw } = new X509Certificate(rsa.raw).toLegacyObject()
      expect(certificate).to.deep.include({ subject, fingerprint256, raw })
      expect(certificate).not.to.have.property('issuerCertificate')
    })

    it('gives null for a certificate with bytes behind its end', async () => {
      const { rsa } = await testPki()
      const longer = certificateOf(Buffer.concat([rsa.raw, Buffer.alloc(1)]))
      expect(new X509Certificate(longer.raw).raw).to.deep.equal(rsa.raw)
      expect(parse(write(longer))).to.equal(null)
    })

    it('gives null for PEM instead of DER, although Node would accept it', async () => {
      const { rsa } = await testPki()
      const twice = certificateOf(Buffer.from(rsa.cert))
      expect(new X509Certificate(twice.raw).raw).to.deep.equal(rsa.raw)
      expect(parse(write(twice))).to.equal(null)
    })

    it('gives null for a damaged certificate and for other bytes', async () => {
      const { rsa } = await testPki()
      expect(parse(write(damage(rsa)))).to.equal(null)
      expect(parse(write(certificateOf(Buffer.from('no certificate'))))).to.equal(null)
    })

    it('gives null for every placeholder that proxies send without a certificate', () => {
      for (const none of ['', '(null)', '{tls_client_certificate_der_base64}', '-', '""']) {
        expect(parse(none), none).to.equal(null)
      }
    })

    it('gives null for anything but a string', () => {
      const parseAny = parse as (value: unknown) => unknown
      for (const value of [undefined, null, 0, {}, [], ['text'], Buffer.from('text')]) {
        expect(parseAny(value)).to.equal(null)
      }
    })
  })
}

for (const [name, parse, write] of parsers.filter(([, parse]) => parse !== parseRfc9440)) {
  describe(`${name}, given a chain`, () => {
    it('links every issuer', async () => {
      const { chained, intermediate, root } = await testPki()
      const certificate = parse(write(chained, intermediate, root))
      expect(chainOf(certificate)).to.deep.equal([chained.raw, intermediate.raw, root.raw])
    })

    it('never makes a later certificate the identity when the leaf is damaged', async () => {
      const { chained, intermediate, root } = await testPki()
      expect(parse(write(damage(chained), intermediate, root))).to.equal(null)
    })

    it('gives null when any later certificate is damaged', async () => {
      const { chained, intermediate, root } = await testPki()
      expect(parse(write(chained, damage(intermediate), root))).to.equal(null)
      expect(parse(write(chained, intermediate, damage(root)))).to.equal(null)
    })

    it("ends the chain before an issuer whose public key can't be used", async () => {
      const { chained, intermediate, root } = await testPki()
      const unusable = certificateOf(
        der.certificateOf({ spki: der.ecSpki(der.oid('1.2.3'), Buffer.alloc(65, 4)) }),
      )
      const certificate = parse(write(chained, unusable, intermediate, root))
      expect(chainOf(certificate)).to.deep.equal([chained.raw, intermediate.raw, root.raw])
      expect(chainOf(parse(write(chained, unusable)))).to.deep.equal([chained.raw])
      expect(parse(write(unusable, chained))).to.equal(null)
    })

    it(`accepts ${MAX_CHAIN_CERTS} certificates and gives null for one more`, async () => {
      const { chained, intermediate } = await testPki()
      const chainOfLength = (length: number) =>
        write(chained, ...Array<Certificate>(length - 1).fill(intermediate))
      expect(chainOf(parse(chainOfLength(10)))).to.deep.equal([chained.raw, intermediate.raw])
      expect(parse(chainOfLength(11))).to.equal(null)
    })
  })
}

describe('parseRfc9440, given a list', () => {
  it('gives null, because Client-Cert contains one certificate and the others have their own header', async () => {
    const { chained, intermediate } = await testPki()
    expect(parseRfc9440(toRfc9440(chained, intermediate))).to.equal(null)
  })
})
