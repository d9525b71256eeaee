import { X509Certificate } from 'node:crypto'
import { Name } from '@peculiar/x509'
import { expect } from 'chai'
import { decodeHexValue } from '../../../src/certificate/attribute-value.js'
import { createSelfSigned } from '../../support/pki.js'

/** `#` and the hex of one value with this tag and the length in its shortest form. */
function toHex(tag: number, content: Buffer): string {
  const { length } = content
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  const header = Buffer.from([tag, ...(length < 0x80 ? [length] : long)])
  return `#${Buffer.concat([header, content]).toString('hex')}`
}

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const utf16 = (text: string) => Buffer.from(text, 'utf16le').swap16()

describe('the value of an attribute in hex (RFC 4514 2.4)', () => {
  const strings: [type: string, tag: number, content: Buffer, value: string][] = [
    ['UTF8String', 0x0c, Buffer.from('\u00cb\u20ac\u{1f600}'), '\u00cb\u20ac\u{1f600}'],
    ['NumericString', 0x12, latin1('12 34'), '12 34'],
    ['PrintableString', 0x13, latin1('PSDDE-BAFIN-123456'), 'PSDDE-BAFIN-123456'],
    ['TeletexString', 0x14, latin1('M\u00fcller'), 'M\u00fcller'],
    ['IA5String', 0x16, latin1('a@example.com'), 'a@example.com'],
    ['VisibleString', 0x1a, latin1('visible'), 'visible'],
    ['BMPString', 0x1e, utf16('M\u00fcller \u20ac'), 'M\u00fcller \u20ac'],
    [
      'UniversalString',
      0x1c,
      Buffer.from('0000004100020ac50010ffff', 'hex'),
      'A\u{20ac5}\u{10ffff}',
    ],
  ]
  for (const [type, tag, content, value] of strings) {
    it(`is read as ${type}`, () => {
      expect(decodeHexValue(toHex(tag, content))).to.equal(value)
      expect(decodeHexValue(toHex(tag, content).toUpperCase())).to.equal(value)
      expect(decodeHexValue(toHex(tag, Buffer.alloc(0)))).to.equal('')
    })
  }

  it('may have any length, if the length has its shortest form', () => {
    for (const length of [1, 0x7f, 0x80, 0xff, 0x100, 0xffff]) {
      const text = 'a'.repeat(length)
      expect(decodeHexValue(toHex(0x0c, Buffer.from(text)))).to.equal(text)
    }
  })

  it('is read as Node reads the same attribute in a certificate', async () => {
    for (const [, tag, content, value] of strings) {
      // @peculiar/x509 can't write the other types, and writes only 16 bits of a UniversalString.
      if (![0x0c, 0x13, 0x14, 0x16, 0x1e].includes(tag)) continue
      const subject = new Name([{ '1.2.3.4.5': [toHex(tag, content)] }]).toString()
      const { raw } = await createSelfSigned({ subject })
      const shown: unknown = new X509Certificate(raw).toLegacyObject().subject
      expect(shown).to.deep.equal(Object.assign(Object.create(null), { '1.2.3.4.5': value }))
    }
  })

  const rejected: [what: string, text: string][] = [
    ['no digits', '#'],
    ['half a byte', '#0'],
    ['a tag alone', '#0C'],
    ['an odd number of digits', '#0C0141F'],
    ["a character that isn't a digit", '#0C0141G'],
    ["a character in the middle that isn't a digit", '#0C0G41'],
    ['white space', '#0C01 41'],
    ['an escape', '#0C01\\41'],
    ['fewer bytes than its length claims', '#0C0241'],
    ['more bytes than its length claims', '#0C014142'],
    ['an indefinite length', '#0C80410000'],
    ['an indefinite length of a long value', `#0C80${'41'.repeat(200)}`],
    ['a length in more bytes than needed', `#0C810141`],
    ['a length of 127 in the long form', `#0C817F${'41'.repeat(127)}`],
    ['a length that begins with a zero byte', `#0C820080${'41'.repeat(128)}`],
    ['a length that is cut off', '#0C82'],
    ['a length with more bytes than follow', '#0C84010000'],
    ['a length of five bytes', `#0C850000000080${'41'.repeat(128)}`],
    ['the length that X.690 reserves', `#0CFF${'41'.repeat(300)}`],
    ['a constructed string', '#2C030C0141'],
    ['a BIT STRING', '#0302000F'],
    ['an INTEGER', '#020141'],
    ['a NULL', '#0500'],
    ['a SEQUENCE', '#30030C0141'],
    ['two strings', '#0C01410C0142'],
    ['UTF-8 that is not well-formed', '#0C01FF'],
    ['half of a surrogate pair in UTF-8', '#0C03EDA080'],
    ['half of a character in a BMPString', '#1E0100'],
    ['half of a surrogate pair in a BMPString', '#1E02D83D'],
    ['a surrogate pair in a BMPString', '#1E04D83DDE00'],
    ['half of a character in a UniversalString', '#1C020041'],
    ['half of a surrogate pair in a UniversalString', '#1C040000DFFF'],
    ['a character that Unicode does not have', '#1C0400110000'],
    ['the largest number in a UniversalString', '#1C04FFFFFFFF'],
  ]
  for (const [what, text] of rejected) {
    it(`is rejected with ${what}`, () => {
      expect(decodeHexValue(text)).to.equal(undefined)
    })
  }
})
