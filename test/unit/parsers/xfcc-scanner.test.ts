import { expect } from 'chai'
import { scanXfccPair } from '../../../src/parsers/xfcc-scanner.js'

/** Every pair of a text, or where it stops making sense. */
function scanAll(text: string): string[] {
  const pairs: string[] = []
  for (let at = 0; at < text.length;) {
    const pair = scanXfccPair(text, at)
    if (pair === undefined) return [...pairs, `refused at ${at}`]
    const { key, value, quoted, endsElement } = pair
    pairs.push(`${key}=${quoted ? 'quoted ' : ''}<${value}>${endsElement ? ' ends' : ''}`)
    at = pair.next
  }
  return pairs
}

describe('the pairs of X-Forwarded-Client-Cert', () => {
  const read: [what: string, text: string, pairs: string[]][] = [
    ['one pair', 'Hash=ab', ['hash=<ab>']],
    ['several pairs', 'By=a;Hash=b', ['by=<a>', 'hash=<b>']],
    ['keys in any case', 'hASH=b;CERT="c"', ['hash=<b>', 'cert=quoted <c>']],
    ['the first and the last letter of the alphabet', 'AZaz=1', ['azaz=<1>']],
    ['a semicolon behind the last pair', 'By=a;', ['by=<a>']],
    ['an empty value', 'URI=;DNS=', ['uri=<>', 'dns=<>']],
    ['an empty quoted value', 'Subject="";URI=', ['subject=quoted <>', 'uri=<>']],
    ['an equals sign in a value', 'URI=a=b', ['uri=<a=b>']],
    ['separators in quotes', 'Subject="a;b,c=d";By=e', ['subject=quoted <a;b,c=d>', 'by=<e>']],
    ['an escaped quote in quotes', 'Subject="a\\";b"', ['subject=quoted <a\\";b>']],
    [
      'an escaped backslash at the end of quotes',
      'Subject="a\\\\";By=b',
      ['subject=quoted <a\\\\>', 'by=<b>'],
    ],
    ['a backslash outside quotes', 'URI=a\\;By=b', ['uri=<a\\>', 'by=<b>']],
    ['elements', 'By=a,By=b', ['by=<a> ends', 'by=<b>']],
    ['elements behind quotes', 'Subject="a",By=b', ['subject=quoted <a> ends', 'by=<b>']],
    ['a comma behind the last pair', 'By=a,', ['by=<a> ends']],
  ]

  for (const [what, text, pairs] of read) {
    it(`are read with ${what}`, () => {
      expect(scanAll(text)).to.deep.equal(pairs)
    })
  }

  const refused: [what: string, text: string, at: number][] = [
    ['a key alone', 'Hash', 0],
    ['no key', '="a"', 0],
    ['a space in front of a key', 'By=a; Hash=b', 5],
    ['a space behind a key', 'Hash =b', 0],
    ['a digit in a key', 'H4sh=b', 0],
    ['an underscore in a key', 'H_sh=b', 0],
    ['the character in front of the letters', '@=b', 0],
    ['the character behind the letters', '[=b', 0],
    ['the character in front of the lower-case letters', '`=b', 0],
    ['the character behind the lower-case letters', '{=b', 0],
    ['two semicolons', 'By=a;;Hash=b', 5],
    ['a semicolon in front', ';By=a', 0],
    ['an open quote', 'By=a;Subject="b', 5],
    ['a quote that opens at the end', 'Subject="', 0],
    ['an escaped quote as the last one', 'Subject="a\\"', 0],
    ['a backslash as the last character of quotes', 'Subject="a\\', 0],
    ['text behind a closing quote', 'Subject="a"b;By=c', 0],
    ['a space behind a closing quote', 'Subject="a" ;By=c', 0],
    ['a second quoted text behind the first', 'Subject="a""b"', 0],
    ['a quote inside an unquoted value', 'URI=a"b"', 0],
    ['a quote at the end of an unquoted value', 'URI=a"', 0],
  ]

  for (const [what, text, at] of refused) {
    it(`are refused with ${what}`, () => {
      expect(scanAll(text).at(-1)).to.equal(`refused at ${at}`)
    })
  }
})
