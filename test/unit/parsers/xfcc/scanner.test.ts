import { expect } from 'chai'
import { scanXfccPair } from '../../../../src/parsers/xfcc/scanner.js'

/** Every pair of a text, or where it stops making sense. */
function scanAll(text: string): string[] {
  const pairs: string[] = []
  let onlyByPrecedes = true
  for (let at = 0; at < text.length;) {
    const pair = scanXfccPair(text, at, onlyByPrecedes)
    if (pair === undefined) return [...pairs, `rejected at ${at}`]
    const { key, value, quoted, endsElement, isFollowed } = pair
    const end = isFollowed ? ';' : endsElement ? ' ends' : ''
    pairs.push(`${key}=${quoted ? 'quoted ' : ''}<${value}>${end}`)
    onlyByPrecedes = endsElement || (onlyByPrecedes && key === 'by')
    at = pair.next
  }
  return pairs
}

describe('the pairs of X-Forwarded-Client-Cert', () => {
  const read: [what: string, text: string, pairs: string[]][] = [
    ['one pair', 'Hash=ab', ['hash=<ab>']],
    ['several pairs', 'By=a;Hash=b', ['by=<a>;', 'hash=<b>']],
    ['keys in any case', 'hASH=b;CERT="c"', ['hash=<b>;', 'cert=quoted <c>']],
    ['the first and the last letter of the alphabet', 'AZaz=1', ['azaz=<1>']],
    ['a semicolon behind the last pair', 'By=a;', ['by=<a>;']],
    ['an empty value', 'URI=;DNS=', ['uri=<>;', 'dns=<>']],
    ['an empty quoted value', 'Subject="";URI=', ['subject=quoted <>;', 'uri=<>']],
    ['an equals sign in a value', 'URI=a=b', ['uri=<a=b>']],
    ['separators in quotes', 'Subject="a;b,c=d";By=e', ['subject=quoted <a;b,c=d>;', 'by=<e>']],
    ['an escaped quote in quotes', 'Subject="a\\";b"', ['subject=quoted <a\\";b>']],
    [
      'an escaped backslash at the end of quotes',
      'Subject="a\\\\";By=b',
      ['subject=quoted <a\\\\>;', 'by=<b>'],
    ],
    ['a backslash outside quotes', 'URI=a\\;By=b', ['uri=<a\\>;', 'by=<b>']],
    ['elements', 'By=a,By=b', ['by=<a> ends', 'by=<b>']],
    ['elements behind quotes', 'Subject="a",By=b', ['subject=quoted <a> ends', 'by=<b>']],
    ['a comma behind the last pair', 'By=a,', ['by=<a> ends']],
    ['semicolons in By, up to Hash', 'By=a;b;c=d;Hash=e', ['by=<a;b;c=d>;', 'hash=<e>']],
    ['the same in any case', 'bY=a;b;hASH=e', ['by=<a;b>;', 'hash=<e>']],
    ['semicolons in By, up to another By', 'By=a;b;By=c', ['by=<a;b>;', 'by=<c>']],
    ['semicolons in several By', 'By=a;b;By=c;d;Hash=e', ['by=<a;b>;', 'by=<c;d>;', 'hash=<e>']],
    ['semicolons at the end of By', 'By=a;;;Hash=e', ['by=<a;;>;', 'hash=<e>']],
    ['a By that is nothing but a semicolon', 'By=;;Hash=e', ['by=<;>;', 'hash=<e>']],
    [
      'semicolons in By of each element',
      'By=a;b;Hash=c,By=d;e;Hash=f',
      ['by=<a;b>;', 'hash=<c> ends', 'by=<d;e>;', 'hash=<f>'],
    ],
    [
      'By up to another pair, if no Hash is next',
      'By=a;URI=b;Hash=c',
      ['by=<a>;', 'uri=<b>;', 'hash=<c>'],
    ],
    [
      'By up to a quoted pair',
      'By=a;Future="b";Hash=c',
      ['by=<a>;', 'future=quoted <b>;', 'hash=<c>'],
    ],
    [
      'By up to a comma, whatever follows',
      'By=a,By=b;Hash=c',
      ['by=<a> ends', 'by=<b>;', 'hash=<c>'],
    ],
    ['a By in quotes', 'By="a;b";Hash=c', ['by=quoted <a;b>;', 'hash=<c>']],
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
    ['semicolons in By, and no Hash', 'By=a;b;Cert="c"', 5],
    ['semicolons in By, and nothing behind', 'By=a;b', 5],
    ['semicolons in By, and Hash in the next element', 'By=a;b,Hash=c', 5],
    ['semicolons in By behind another pair', 'Hash=a;By=b;c;Hash=d', 12],
    ['a space behind a key', 'Hash =b', 0],
    ['a digit in a key', 'H4sh=b', 0],
    ['an underscore in a key', 'H_sh=b', 0],
    ['the character in front of the letters', '@=b', 0],
    ['the character behind the letters', '[=b', 0],
    ['the character in front of the lower-case letters', '`=b', 0],
    ['the character behind the lower-case letters', '{=b', 0],
    ['two semicolons', 'URI=a;;Hash=b', 6],
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
    it(`are rejected with ${what}`, () => {
      expect(scanAll(text).at(-1)).to.equal(`rejected at ${at}`)
    })
  }
})
