import { expect } from 'chai'
import { parseCertificate } from '../../../src/certificate/peer-certificate.js'
import { DECODERS } from '../../../src/parsers/decoders.js'
import { ENCODINGS, type HeaderEncoding } from '../../../src/parsers/encodings.js'
import { dersOf } from '../../support/ders-of.js'
import {
  toApachePem,
  toBase64Der,
  toBase64Pem,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../../support/header-values.js'
import { testPki } from '../../support/pki.js'

const WRITERS: Readonly<Record<HeaderEncoding, typeof toXfcc>> = {
  'url-pem': toUrlPem,
  'url-pem-aws': toUrlPemAws,
  xfcc: toXfcc,
  'base64-der': toBase64Der,
  rfc9440: toRfc9440,
  'apache-pem': toApachePem,
  'base64-pem': toBase64Pem,
}

describe('the encodings', () => {
  it('are the documented encodings', () => {
    expect(ENCODINGS.join(' ')).to.equal(
      'url-pem url-pem-aws xfcc base64-der rfc9440 apache-pem base64-pem',
    )
    expect(DECODERS).to.have.all.keys(ENCODINGS)
  })

  for (const encoding of ENCODINGS) {
    it(`${encoding}: read the leaf as the proxy writes it`, async () => {
      const { rsa } = await testPki()
      expect(DECODERS[encoding].leaf(WRITERS[encoding](rsa))).to.deep.equal([rsa.raw])
    })

    it(`${encoding}: read the rest of the chain from a second header, if there is one`, async () => {
      const { intermediate, root } = await testPki()
      const text = WRITERS[encoding](intermediate, root)
      const expected = encoding === 'xfcc' ? undefined : [intermediate.raw, root.raw]
      expect(DECODERS[encoding].chain?.(text)).to.deep.equal(expected)
    })
  }

  it('are not mistaken for each other', async () => {
    const { rsa } = await testPki()
    const isSame = (a: string, b: string) => a === b || (a.startsWith('url') && b.startsWith('url'))
    for (const written of ENCODINGS) {
      for (const read of ENCODINGS.filter((name) => !isSame(name, written))) {
        const [leaf] = dersOf(DECODERS[read].leaf(WRITERS[written](rsa))) ?? []
        // Base64 of PEM is valid base64, but not base64 of DER.
        if (leaf !== undefined) {
          const certificate = parseCertificate(leaf)
          expect(certificate, `${written} read as ${read}`).to.equal('not_a_certificate')
        }
      }
    }
  })
})
