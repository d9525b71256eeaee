import { expect } from 'chai'
import { decodeBase64 } from '../../../src/parsers/base64.js'

describe('base64', () => {
  it('is read with any bytes of any length', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
    for (let length = 1; length <= bytes.length; length += 1) {
      const part = bytes.subarray(bytes.length - length)
      expect(decodeBase64(part.toString('base64'))).to.deep.equal(part)
    }
  })

  const rejected: [what: string, text: string][] = [
    ['an empty string', ''],
    ['missing padding', 'QUI'],
    ['half of the padding', 'QQ='],
    ['padding alone', '===='],
    ['more padding than needed', 'QUJD===='],
    ['padding in the middle', 'QQ==QUJD'],
    ['an impossible length', 'QUJDQ'],
    ['unused bits set, with two characters', 'QR=='],
    ['unused bits set, with three characters', 'QUJ='],
    ['the alphabet of base64url', '-_-_'],
    ['a space at the beginning', ' QUJD'],
    ['a space at the end', 'QUJD '],
    ['a space inside', 'QU JD'],
    ['a line end inside', 'QU\nJD'],
    ['a line end at the end', 'QUJD\n'],
    ['a character outside the alphabet', 'QU*D'],
    ['text after the padding', 'QQ==x'],
    ['a character that only looks like a digit', 'QUJ\u0414'],
    ['a percent-encoded digit', 'QUJ%2B'],
  ]

  for (const [what, text] of rejected) {
    it(`is rejected with ${what}`, () => {
      expect(decodeBase64(text)).to.equal(undefined)
    })
  }

  it('keeps the digits "+" and "/"', () => {
    expect(decodeBase64('+/+/')).to.deep.equal(Buffer.from([0xfb, 0xff, 0xbf]))
  })
})
