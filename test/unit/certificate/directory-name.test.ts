import { expect } from 'chai'
import { readElement } from '../../../src/certificate/der.js'
import { readDirectoryName } from '../../../src/certificate/directory-name.js'
import { type Attribute, der, directoryName, oid } from '../../support/der-certificates.js'

const UTF8 = 0x0c
const CN = '2.5.4.3'

function read(name: Buffer): string | undefined {
  const element = readElement(name, 0, name.length)
  return element && readDirectoryName(name, element)
}

function readAttributes(...relativeNames: Attribute[][]): string | undefined {
  const tagged = directoryName(...relativeNames)
  return read(tagged.subarray((readElement(tagged, 0, tagged.length) as { start: number }).start))
}

describe('a directory name in DER', () => {
  it('is written with the last relative name first, and with + inside a relative name', () => {
    const name = readAttributes(
      [['2.5.4.6', 0x13, 'DE']],
      [],
      [
        [CN, UTF8, 'a'],
        ['1.2.840.113549.1.9.1', 0x16, 'a@b'],
      ],
    )
    expect(name).to.equal('emailAddress=a@b+CN=a,C=DE')
  })

  it('is an empty string when it has no attributes', () => {
    expect(readAttributes()).to.equal('')
    expect(readAttributes([])).to.equal('')
  })

  const values: [value: string, shown: string][] = [
    ['', ''],
    ['a=b', 'a=b'],
    ['a,b+c"d\\e<f>g;h', 'a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h'],
    [' a b ', '\\ a b\\ '],
    [' ', '\\ '],
    ['#a#', '\\#a#'],
    ['#', '#'],
    ["it's", "it's"],
    ['a\0\n\x7f', 'a\0\n\x7f'],
    ['\u00e9\u4e2d\u{1f600}\ufeff', '\u00e9\u4e2d\u{1f600}\ufeff'],
  ]
  for (const [value, shown] of values) {
    it(`escapes the characters of RFC 2253 2.4: ${JSON.stringify(value)}`, () => {
      expect(readAttributes([[CN, UTF8, value]])).to.equal(`CN=${shown}`)
    })
  }

  const strings: [what: string, tag: number, hex: string, shown: string | undefined][] = [
    ['a PrintableString', 0x13, '61', 'CN=a'],
    ['a NumericString', 0x12, '31', 'CN=1'],
    ['a TeletexString, as Latin-1', 0x14, 'e9', 'CN=\u00e9'],
    ['an IA5String', 0x16, '61', 'CN=a'],
    ['a BMPString', 0x1e, '00e94e2d', 'CN=\u00e9\u4e2d'],
    ['a UniversalString', 0x1c, '0001f600', 'CN=\u{1f600}'],
    ['a SEQUENCE, by its bytes', 0x30, '0500', 'CN=#30020500'],
    ['a BIT STRING, by its bytes', 0x03, '00ff', 'CN=#030200FF'],
    ['a BMPString of an odd length', 0x1e, '00e94e', undefined],
    ['half of a surrogate pair', 0x1e, 'd83d', undefined],
    ['the other half of a surrogate pair', 0x1c, '0000dfff', undefined],
    ['a UniversalString of an odd length', 0x1c, '0001f6', undefined],
    ['a character that does not exist', 0x1c, '00110000', undefined],
    ["a UTF8String that isn't UTF-8", UTF8, 'c328', undefined],
    ['an OCTET STRING', 0x04, '61', undefined],
    ['an INTEGER', 0x02, '01', undefined],
  ]
  for (const [what, tag, hex, shown] of strings) {
    it(`${shown === undefined ? "can't be read with" : 'shows'} ${what}`, () => {
      expect(readAttributes([[CN, tag, Buffer.from(hex, 'hex')]])).to.equal(shown)
    })
  }

  it('shows the bytes of any value whose type has no name', () => {
    expect(readAttributes([['1.2.3.4', UTF8, 'abc']])).to.equal('1.2.3.4=#0C03616263')
    expect(readAttributes([['1.2.3.4', 0x04, 'abc']])).to.equal(undefined)
  })

  const attribute = der(0x30, oid(CN), der(UTF8, 'a'))
  const damaged: [what: string, name: Buffer][] = [
    ["something that isn't a set", der(0x30, attribute)],
    ["something that isn't DER", der(0x30, [0x31, 0x05])],
    ["a set of something that isn't DER", der(0x30, der(0x31, [0x30, 0x05]))],
    ["a set of something that isn't a sequence", der(0x30, der(0x31, der(0x31, oid(CN))))],
    ['an attribute without a value', der(0x30, der(0x31, der(0x30, oid(CN))))],
    [
      'an attribute without a type',
      der(0x30, der(0x31, der(0x30, der(UTF8, 'a'), der(UTF8, 'a')))),
    ],
    ['an attribute with a damaged type', der(0x30, der(0x31, der(0x30, der(6), der(UTF8, 'a'))))],
    [
      'an attribute with two values',
      der(0x30, der(0x31, der(0x30, oid(CN), der(UTF8, 'a'), der(UTF8, 'b')))),
    ],
  ]
  for (const [what, name] of damaged) {
    it(`can't be read with ${what}`, () => {
      expect(read(name)).to.equal(undefined)
    })
  }
})
