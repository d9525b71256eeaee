import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { parseCertificate } from '../../../src/certificate/peer-certificate.js'
import { certificateOf, name, oid, seq, set, spkiOf, tlv } from '../../support/der-writer.js'

/** The outcome on a version of Node, which need not be the version that runs the test. */
function outcome(der: Buffer, major: number): string {
  const found = parseCertificate(der, major)
  return typeof found === 'string' ? found : 'a certificate'
}

const keyOn = (namedCurve: string) => spkiOf(generateKeyPairSync('ec', { namedCurve }).publicKey)
const P256 = keyOn('P-256')
const offCurve = Buffer.from(P256)
offCurve.fill(1, offCurve.length - 8)
const withBitString = seq(set(seq(oid('2.5.4.45'), tlv(3, Buffer.from([0, 1])))))

describe('a certificate that some versions of Node must not be shown', () => {
  const cases: [what: string, der: Buffer, fault: string][] = [
    ['a key on secp256k1', certificateOf({ spki: keyOn('secp256k1') }), 'unsupported_key'],
    ['a key on Brainpool', certificateOf({ spki: keyOn('brainpoolP256r1') }), 'unsupported_key'],
    ['a key off its curve', certificateOf({ spki: offCurve }), 'unsupported_key'],
    [
      'a subject with a value that is not a string',
      certificateOf({ spki: P256, subject: withBitString }),
      'not_a_certificate',
    ],
    [
      'an issuer with a value that is not a string',
      certificateOf({ spki: P256, issuer: withBitString }),
      'not_a_certificate',
    ],
  ]
  for (const [what, der, fault] of cases) {
    it(`is rejected on Node 23 and later, but read on earlier versions: ${what}`, () => {
      expect([23, 24, 26].map((major) => outcome(der, major))).to.deep.equal(Array(3).fill(fault))
      // On an affected version, pretending to be 20 or 22 would crash the process.
      if (Number.parseInt(process.versions.node) < 23) {
        expect([20, 22].map((major) => outcome(der, major))).to.deep.equal(
          Array(2).fill('a certificate'),
        )
      }
    })
  }

  it('does not include certificates with an ordinary key and name', () => {
    const der = certificateOf({ spki: P256, subject: name('alice'), issuer: name('CA') })
    expect([20, 22, 24, 26].map((major) => outcome(der, major))).to.deep.equal(
      Array(4).fill('a certificate'),
    )
  })
})
