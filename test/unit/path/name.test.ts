import { expect } from 'chai'
import { listValues, readCanonicalName } from '../../../src/path/name.js'
import { name, oid, seq, set, tlv, utf8 } from '../../support/der-writer.js'
import { attribute, elementOf, hexOf, nameOf } from '../../support/path-writer.js'

const COMMON_NAME = '2.5.4.3'
const canonical = (der: Buffer): string | undefined => readCanonicalName(der, elementOf(der))
/** A name with one common name of this type of string. */
const common = (tag: number, value: string | Uint8Array): Buffer =>
  seq(attribute(COMMON_NAME, tlv(tag, Buffer.from(value as string))))
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()
const utf32 = (text: string): Buffer =>
  Buffer.concat(
    Array.from(text, (character) => {
      const unit = Buffer.alloc(4)
      unit.writeUInt32BE(character.codePointAt(0) ?? 0)
      return unit
    }),
  )

describe('readCanonicalName (RFC 5280 7.1)', () => {
  for (const [difference, one, other] of [
    ['case', name('Client CA'), name('CLIENT ca')],
    ['white space inside of a value', name('Client CA'), name('Client \t  CA')],
    ['white space around a value', name('Client CA'), name('  Client CA ')],
    ['case outside of ASCII', name('\u00c4rzte'), name('\u00e4RZTE')],
    ['a sharp s', name('Stra\u00dfe'), name('STRASSE')],
    ['a final sigma', name('\u03a3\u0391\u03a3'), name('\u03c3\u03b1\u03c2')],
    ['a combining mark', name('\u00e9'), name('e\u0301')],
    ['characters that only control the layout', name('Ev\u00ad\u200b\u200dil\u0001'), name('evil')],
    ['control characters of ASCII', name('Ev\u0001il\u007f'), name('evil')],
    ['a variation selector', name('a\ufe0f'), name('a')],
    ['the next line, which is white space', name('a\u0085\u3000b'), name('a b')],
    ['tabs and line breaks', name('a\t\r\n\u000bb'), name('a b')],
    ['256 units that are not ASCII', name('\u00e9'.repeat(256)), name('\u00c9'.repeat(256))],
    ['a long text in ASCII', name(`a  ${'b'.repeat(300)}`), name(`A ${'b'.repeat(300)}`)],
    ['a compatible form', name('\uff21\uff22'), name('ab')],
    ['PrintableString', name('ca'), common(0x13, 'CA')],
    ['NumericString', name('12'), common(0x12, '12')],
    ['TeletexString', name('\u00e9'), common(0x14, Uint8Array.of(0xe9))],
    ['IA5String', name('ca'), common(0x16, 'ca')],
    ['UniversalString', name('ca'), common(0x1c, utf32('ca'))],
    ['BMPString', name('ca'), common(0x1e, utf16('ca'))],
    [
      'the order inside of a relative name',
      seq(set(seq(oid('2.5.4.10'), utf8('o')), seq(oid(COMMON_NAME), utf8('c')))),
      seq(set(seq(oid(COMMON_NAME), utf8('c')), seq(oid('2.5.4.10'), utf8('o')))),
    ],
  ] as const) {
    it(`makes no difference for ${difference}`, () => {
      expect(canonical(one)).to.be.a('string').and.to.equal(canonical(other))
    })
  }

  for (const [difference, one, other] of [
    ['values', name('a'), name('b')],
    ['words', name('ab'), name('a b')],
    ['types', seq(attribute('2.5.4.3', utf8('a'))), seq(attribute('2.5.4.10', utf8('a')))],
    ['orders of relative names', name('a', 'b'), name('b', 'a')],
    ['numbers of relative names', name('a'), name('a', 'a')],
    [
      'relative names of one and of two attributes',
      name('a', 'b'),
      seq(set(seq(oid(COMMON_NAME), utf8('a')), seq(oid(COMMON_NAME), utf8('b')))),
    ],
    ['values that look like two relative names', name('a', 'b'), name(`a,3=1:b`)],
    [
      'types with the last number of a type of X.520',
      seq(attribute('2.5.4.3', utf8('a'))),
      seq(attribute('2.5.5.3', utf8('a'))),
    ],
    [
      'types that begin like a type of X.520',
      seq(attribute('2.5.4.3', utf8('a'))),
      seq(attribute('2.5.4.3.1', utf8('a'))),
    ],
    [
      'types outside of X.520',
      seq(attribute('1.2.3', utf8('a'))),
      seq(attribute('1.2.4', utf8('a'))),
    ],
    ['a dotless i and an i', name('W\u0131dget'), name('Widget')],
    ['a dotless i of mathematics and an i', name('W\u{1d6a4}dget'), name('Widget')],
    ['words and one word', name('a b'), name('ab')],
    ['a text and its bytes', common(0x0c, 'a'), common(0x04, 'a')],
    ['bytes that differ in case', common(0x04, 'a'), common(0x04, 'A')],
    ["types of values that aren't text", common(0x03, 'a'), common(0x04, 'a')],
    ['an empty value and none', common(0x0c, ''), seq()],
  ] as const) {
    it(`distinguishes ${difference}`, () => {
      expect(canonical(one)).to.be.a('string').and.not.to.equal(canonical(other))
      expect(canonical(other)).to.be.a('string')
    })
  }

  it('is empty for an empty name (RFC 5280 4.1.2.6)', () => {
    expect(canonical(seq())).to.equal('')
  })

  it('begins with the form of every name that it is within (RFC 5280 4.2.1.10)', () => {
    const whole = canonical(nameOf('Org', 'alice')) ?? ''
    expect(whole.startsWith(canonical(nameOf('ORG')) ?? '?')).to.equal(true)
    expect(whole.startsWith(canonical(nameOf('Or')) ?? '?')).to.equal(false)
  })

  for (const [fault, der] of [
    ['a SEQUENCE where a SET has to be', seq(seq(seq(oid(COMMON_NAME), utf8('a'))))],
    ['an empty relative name', seq(set())],
    ["an attribute that isn't a SEQUENCE", seq(set(set(oid(COMMON_NAME), utf8('a'))))],
    ['an attribute without a value', seq(set(seq(oid(COMMON_NAME))))],
    ['an attribute with two values', seq(set(seq(oid(COMMON_NAME), utf8('a'), utf8('b'))))],
    ["a type that isn't an object identifier", seq(set(seq(utf8('a'), utf8('a'))))],
    // Normalizing takes quadratic time for marks that have to be sorted.
    ['more than 256 units that are not ASCII', name(`a${'\u0344'.repeat(256)}`)],
    ['malformed UTF-8', common(0x0c, Uint8Array.of(0xc3))],
    ['half of a BMPString', common(0x1e, 'abc')],
    ["bytes that aren't an element", seq(Buffer.from([0x31, 0x05]))],
    ["bytes that aren't an element in a relative name", seq(set(Buffer.from([0x30, 0x05])))],
    ["bytes that aren't an element in an attribute", seq(set(seq(Buffer.from([0x06, 0x05]))))],
    [
      'one unreadable attribute beside another',
      seq(set(seq(oid(COMMON_NAME), utf8('a')), seq(oid(COMMON_NAME)))),
    ],
  ] as const) {
    it(`rejects ${fault}`, () => {
      expect(canonical(der)).to.equal(undefined)
    })
  }
})

describe('listValues', () => {
  const list = (der: Buffer, type = COMMON_NAME): string[] =>
    listValues(der, elementOf(der), hexOf(type))

  it('lists the values of one type in order, as they are written', () => {
    expect(
      list(seq(...['B ', 'a'].map((text) => attribute(COMMON_NAME, utf8(text))))),
    ).to.deep.equal(['B ', 'a'])
    expect(list(nameOf('Org', 'alice'))).to.deep.equal(['alice'])
    expect(list(nameOf('Org', 'alice'), '2.5.4.10')).to.deep.equal(['Org'])
  })

  it('finds every attribute of a relative name', () => {
    const both = seq(set(seq(oid('2.5.4.10'), utf8('o')), seq(oid(COMMON_NAME), utf8('c'))))
    expect(list(both)).to.deep.equal(['c'])
  })

  it("gives an empty value for one that isn't text, so that a constraint still sees it", () => {
    expect(list(common(0x04, 'alice'))).to.deep.equal([''])
  })

  it("lists nothing where there aren't attributes", () => {
    expect(list(seq())).to.deep.equal([])
    expect(list(seq(set()))).to.deep.equal([])
    expect(list(seq(Buffer.from([0x31, 0x05])))).to.deep.equal([])
    expect(list(seq(set(seq(utf8('a'), utf8('a')))))).to.deep.equal([])
  })
})
