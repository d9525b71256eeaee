import { expect } from 'chai'
import { type Element, readElement } from '../../../src/certificate/der.js'
import { hasStringsOnly } from '../../../src/certificate/name-values.js'
import { name, oid, seq, set, tlv, utf8 } from '../../support/der-writer.js'

const check = (der: Buffer) => hasStringsOnly(der, readElement(der, 0, der.length) as Element)
const attribute = (value: Buffer) => seq(oid('2.5.4.3'), value)

describe('the values of a distinguished name', () => {
  const accepted: [what: string, der: Buffer][] = [
    ['an empty name', seq()],
    ['a common name', name('alice')],
    ['a string, which OpenSSL does not accept as a name', utf8('a')],
    ['a string in a name, which OpenSSL does not accept either', seq(utf8('a'))],
    ['several attributes of one set', seq(set(attribute(utf8('a')), attribute(utf8('b'))))],
    ...[12, 18, 19, 20, 22, 28, 30].map((tag): [string, Buffer] => [
      `a value of type ${tag}`,
      seq(set(attribute(tlv(tag)))),
    ]),
  ]
  for (const [what, der] of accepted) {
    it(`are strings: ${what}`, () => {
      expect(check(der)).to.equal(true)
    })
  }

  const rejected: [what: string, der: Buffer][] = [
    ['a BIT STRING', seq(set(attribute(tlv(3))))],
    ['a SEQUENCE', seq(set(attribute(seq())))],
    [
      'another type in the set after a string',
      seq(set(attribute(utf8('a'))), set(attribute(tlv(13)))),
    ],
    ['another type in the same set as a string', seq(set(attribute(utf8('a')), attribute(tlv(7))))],
    ['an empty attribute', seq(set(seq()))],
    ['an attribute without a value', seq(set(seq(oid('2.5.4.3'))))],
    ['a string instead of an attribute', seq(set(utf8('a')))],
  ]
  for (const [what, der] of rejected) {
    it(`are not only strings: ${what}`, () => {
      expect(check(der)).to.equal(false)
    })
  }
})
