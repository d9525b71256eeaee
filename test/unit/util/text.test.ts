import { expect } from 'chai'
import { indexOfUnescaped, isAsciiLetter } from '../../../src/util/text.js'

describe('the first unescaped character of several', () => {
  const found: [text: string, ends: string, from: number, index: number][] = [
    ['ab,c', ',', 0, 2],
    ['a+b,c', ',+', 0, 1],
    [',b,c', ',', 1, 2],
    ['a\\,b,c', ',', 0, 4],
    ['a\\\\,b', ',', 0, 3],
    ['a\\\\\\,b,', ',', 0, 6],
    ['\\"a"', '"', 0, 3],
    ['"a"', '"', 1, 2],
  ]
  for (const [text, ends, from, index] of found) {
    it(`is at ${index} in ${text}, looking for ${ends} from ${from}`, () => {
      expect(indexOfUnescaped(text, ends, from)).to.equal(index)
    })
  }

  it('is at the end where there is none, even if the text ends with a backslash', () => {
    for (const text of ['', 'a', 'a\\,', 'a\\', '\\\\', 'a\\\\\\']) {
      expect(indexOfUnescaped(text, ',', 0), text).to.equal(text.length)
    }
    expect(indexOfUnescaped('a,', ',', 2)).to.equal(2)
  })
})

describe('an ASCII letter', () => {
  it('is one of A to Z and a to z, and nothing else', () => {
    const letters = Array.from({ length: 0x10000 }, (_, code) => code).filter(isAsciiLetter)
    expect(String.fromCharCode(...letters)).to.equal(
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
    )
    expect(isAsciiLetter(''.charCodeAt(0))).to.equal(false)
  })
})
