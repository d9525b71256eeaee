import { expect } from 'chai'
import { decodeBase64 } from '../../../src/parsers/base64.js'

describe('base64', () => {
  it('reads what any encoder writes, whatever the length and the bytes', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
    for (let length = 1; length <= bytes.length; length += 1) {
      const part = bytes.subarray(bytes.length - length)
      expect(decodeBase64(part.toString('base64'))).to.deep.equal(part)
    }
  })

  const refused: [what: string, text: string][] = [
    ['an empty text', ''],
    ['padding that is missing', 'QUI'],
    ['half of the padding', 'QQ='],
    ['padding alone', '===='],
    ['more padding than needed', 'QUJD===='],
    ['padding in the middle', 'QQ==QUJD'],
    ['a length that no bytes have', 'QUJDQ'],
    ['bits set that stand for nothing, with two characters', 'QR=='],
    ['bits set that stand for nothing, with three characters', 'QUJ='],
    ['the alphabet of base64url', '-_-_'],
    ['a space in front', ' QUJD'],
    ['a space behind', 'QUJD '],
    ['a space inside', 'QU JD'],
    ['a line end inside', 'QU\nJD'],
    ['a line end behind', 'QUJD\n'],
    ['a character outside the alphabet', 'QU*D'],
    ['text behind the padding', 'QQ==x'],
    ['a character that only looks like one of the alphabet', 'QUJ\u0414'],
    ['the escape of a percent-encoded digit', 'QUJ%2B'],
  ]

  for (const [what, text] of refused) {
    it(`is refused with ${what}`, () => {
      expect(decodeBase64(text)).to.equal(undefined)
    })
  }

  it('keeps "+" and "/" as the digits they are', () => {
    expect(decodeBase64('+/+/')).to.deep.equal(Buffer.from([0xfb, 0xff, 0xbf]))
  })
})
