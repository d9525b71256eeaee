import { expect } from 'chai'
import {
  bitString,
  bmpString,
  boolean,
  encode,
  explicit,
  implicit,
  integer,
  nothing,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from '../../../src/testing/der-writer.js'

const bytes = (...values: number[]) => Buffer.from(values)

describe('the DER writer for tests', () => {
  const lengths: [length: number, head: string][] = [
    [0, '0400'],
    [1, '0401'],
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_536, '0483010000'],
  ]
  for (const [length, head] of lengths) {
    it(`writes a length in as few bytes as possible: ${length}`, () => {
      const written = octetString(Buffer.alloc(length))
      expect(written.toString('hex', 0, written.length - length)).to.equal(head)
    })
  }

  const integers: [hex: string, der: string][] = [
    ['0', '020100'],
    ['00', '020100'],
    ['7f', '02017f'],
    ['80', '02020080'],
    ['0080', '02020080'],
    ['100', '02020100'],
    ['00ff', '020200ff'],
  ]
  for (const [hex, der] of integers) {
    it(`writes a positive integer as short as possible: ${hex}`, () => {
      expect(integer(hex).toString('hex')).to.equal(der)
    })
  }

  const times: [date: string, tag: number, text: string][] = [
    ['1950-01-01T00:00:00.000Z', 0x17, '500101000000Z'],
    ['2049-12-31T23:59:59.999Z', 0x17, '491231235959Z'],
    ['1949-12-31T23:59:59.000Z', 0x18, '19491231235959Z'],
    ['2050-01-01T00:00:00.000Z', 0x18, '20500101000000Z'],
    ['0001-02-03T04:05:06.000Z', 0x18, '00010203040506Z'],
  ]
  for (const [date, tag, text] of times) {
    it(`writes the time ${date} as certificates require`, () => {
      expect(time(new Date(date))).to.deep.equal(encode(tag, Buffer.from(text)))
    })
  }

  it('sorts the values of a SET', () => {
    const values = [bytes(3, 1), bytes(1, 2), bytes(2, 9), bytes(1, 1)]
    expect(setOf(...values).toString('hex')).to.equal('31080101010202090301')
    expect(values[0]).to.deep.equal(bytes(3, 1))
  })

  const others: [title: string, written: Buffer, der: string][] = [
    ['a SEQUENCE', sequence(bytes(5, 0), nothing()), '300405000500'],
    ['a BIT STRING', bitString(bytes(6), 1), '03020106'],
    ['a BIT STRING that uses all bits', bitString(bytes(6)), '03020006'],
    ['TRUE', boolean(), '0101ff'],
    ['a UTF8String', utf8String('\u00fc'), '0c02c3bc'],
    ['a BMPString', bmpString('a\u00fc'), '1e04006100fc'],
    ['an object identifier', objectIdentifier('1.2.840.113549'), '06062a864886f70d'],
    ['an explicit tag', explicit(3, nothing()), 'a3020500'],
    ['an implicit tag', implicit(2, bytes(0x61)), '820161'],
  ]
  for (const [title, written, der] of others) {
    it(`writes ${title}`, () => {
      expect(written.toString('hex')).to.equal(der)
    })
  }
})
