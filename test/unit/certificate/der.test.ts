import { expect } from 'chai'
import { hasCertificateShape } from '../../../src/certificate/der.js'
import { testPki } from '../../support/pki.js'

const SEQUENCE = 0x30
const BIT_STRING = 0x03

/** DER of a value (X.690 8.1.3), with the shortest length there is. */
function tlv(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const digits: number[] = []
  for (let rest = content.length; rest > 0; rest >>= 8) digits.unshift(rest & 0xff)
  const length = content.length < 0x80 ? [content.length] : [0x80 + digits.length, ...digits]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

const TO_BE_SIGNED = tlv(SEQUENCE, Buffer.alloc(300))
const ALGORITHM = tlv(SEQUENCE, Buffer.alloc(10))
const SIGNATURE = tlv(BIT_STRING, Buffer.alloc(65))

describe('the shape of a certificate', () => {
  it('is that of every certificate, whatever its key and size', async () => {
    const { rsa, ec, root } = await testPki()
    for (const { raw } of [rsa, ec, root]) expect(hasCertificateShape(raw)).to.equal(true)
  })

  it('is three values that fill the one around them', () => {
    expect(hasCertificateShape(tlv(SEQUENCE, TO_BE_SIGNED, ALGORITHM, SIGNATURE))).to.equal(true)
    // Lengths of one, of two and of three bytes.
    for (const bytes of [0, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000]) {
      const long = tlv(SEQUENCE, Buffer.alloc(bytes))
      expect(hasCertificateShape(tlv(SEQUENCE, long, ALGORITHM, SIGNATURE))).to.equal(true)
    }
  })

  const refused: [what: string, bytes: Uint8Array][] = [
    ['a fourth value', tlv(SEQUENCE, TO_BE_SIGNED, ALGORITHM, SIGNATURE, SIGNATURE)],
    ['a byte behind the third', tlv(SEQUENCE, TO_BE_SIGNED, ALGORITHM, SIGNATURE, Buffer.alloc(1))],
    ['two values only', tlv(SEQUENCE, TO_BE_SIGNED, ALGORITHM)],
    ['nothing in it', tlv(SEQUENCE)],
    ['another order', tlv(SEQUENCE, SIGNATURE, ALGORITHM, TO_BE_SIGNED)],
    ['another tag around it', tlv(0x31, TO_BE_SIGNED, ALGORITHM, SIGNATURE)],
    [
      'a value that ends behind the one around it',
      tlv(SEQUENCE, TO_BE_SIGNED, ALGORITHM, SIGNATURE.subarray(0, -1)),
    ],
    ['a value without a length', tlv(SEQUENCE, TO_BE_SIGNED, ALGORITHM, Buffer.from([BIT_STRING]))],
    [
      'a value whose length is not counted',
      tlv(SEQUENCE, TO_BE_SIGNED, ALGORITHM, Buffer.from([BIT_STRING, 0x80])),
    ],
    [
      'a length of five bytes',
      tlv(SEQUENCE, TO_BE_SIGNED, ALGORITHM, Buffer.from([BIT_STRING, 0x85, 0, 0, 0, 0, 0])),
    ],
    ['no bytes', Buffer.alloc(0)],
  ]

  for (const [what, bytes] of refused) {
    it(`is not that of ${what}`, () => {
      expect(hasCertificateShape(bytes)).to.equal(false)
    })
  }
})
