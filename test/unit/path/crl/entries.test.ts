import { expect } from 'chai'
import type { CrlParts } from '../../../support/crl-writer.js'
import { entryOf, reasonCode } from '../../../support/crl-writer.js'
import {
  bool,
  extension,
  generalizedTime,
  int,
  octets,
  oid,
  rawInt,
  seq,
  tlv,
  utcTime,
} from '../../../support/der-writer.js'
import { readParts, usableList } from '../../../support/read-list.js'

const DATE = utcTime('291231120000Z')
const serial = (hex: string): Buffer => Buffer.from(hex, 'hex')

function outcomeOf(entries: Buffer[], parts: Partial<CrlParts> = {}): string {
  const list = readParts({ entries, ...parts })
  if (typeof list === 'string') return list
  const answer = list.serials.has(serial('07')) ? 'revoked' : 'not listed'
  return list.hasUnknownCritical ? `${answer}, unknown critical` : answer
}

const extended = (...extensions: Buffer[]): string => outcomeOf([entryOf(7, ...extensions)])

describe('the entries of a list (RFC 5280 5.1.2.6)', () => {
  it('have serial numbers of any length and sign', () => {
    const numbers = [0, 1, -1, 127, 128, -129, 2n ** 158n]
    const { serials } = usableList({ entries: numbers.map((number) => entryOf(number)) })
    for (const number of numbers)
      expect(serials.has(int(number).subarray(2)), String(number)).to.equal(true)
    for (const hex of ['02', '0080aa', 'fe', '']) expect(serials.has(serial(hex))).to.equal(false)
  })

  it('may be missing', () => {
    expect(usableList({}).serials.has(serial('07'))).to.equal(false)
    expect(outcomeOf([Buffer.alloc(0)])).to.equal('not listed')
  })

  it('have dates in either form', () => {
    expect(outcomeOf([seq(int(7), DATE)])).to.equal('revoked')
    expect(outcomeOf([seq(int(7), generalizedTime('20291231120000Z'))])).to.equal('revoked')
  })

  const malformed: Record<string, Buffer> = {
    'something that is no SEQUENCE': int(7),
    'an empty SEQUENCE': seq(),
    'a length that is not DER': Buffer.from('30811202010717', 'hex'),
    'a serial number of another type': seq(octets(Buffer.from([7])), DATE),
    'an empty serial number': seq(rawInt(''), DATE),
    'a padded serial number': seq(rawInt('0007'), DATE),
    'a padded negative serial number': seq(rawInt('ff87'), DATE),
    'a serial number of 128 bytes': seq(rawInt('01'.repeat(128)), DATE),
    'no date': seq(int(7)),
    'a date of another type': seq(int(7), tlv(0x16, Buffer.from('291231120000Z'))),
    'a date without seconds': seq(int(7), utcTime('2912311200Z')),
    'a date with a letter': seq(int(7), utcTime('29123112000aZ')),
    'a date with a sign': seq(int(7), utcTime('2912311200/0Z')),
    'a date without a zone': seq(int(7), utcTime('2912311200000')),
    'a date with a fraction': seq(int(7), generalizedTime('20291231120000.5Z')),
    'a long date of the short type': seq(int(7), utcTime('20291231120000Z')),
    'a date that ends after the entry': Buffer.concat([
      seq(int(7), DATE.subarray(0, -1)),
      Buffer.from('Z'),
    ]),
    'no extension in their SEQUENCE': seq(int(7), DATE, seq()),
    'something else than extensions': seq(int(7), DATE, octets(reasonCode(1))),
    'extensions and more': seq(int(7), DATE, seq(reasonCode(1)), seq(reasonCode(1))),
    'extensions of which one is cut off': seq(int(7), DATE, seq(reasonCode(1).subarray(0, -1))),
    'an extension that is none': entryOf(7, int(1)),
    'an extension twice': entryOf(7, reasonCode(1), reasonCode(1)),
    'a critical flag that is FALSE': entryOf(7, reasonCode(1, false)),
    'a reason of another type': entryOf(7, extension('2.5.29.21', int(1))),
    'a reason of two bytes': entryOf(7, extension('2.5.29.21', tlv(0x0a, Buffer.from([0, 1])))),
    'two reasons': entryOf(7, extension('2.5.29.21', Buffer.from('0a01010a0101', 'hex'))),
    'no reason': entryOf(7, extension('2.5.29.21', Buffer.alloc(0))),
  }
  for (const [what, entry] of Object.entries(malformed)) {
    it(`are malformed with ${what}`, () => {
      expect(outcomeOf([entry])).to.equal('malformed')
      expect(outcomeOf([entryOf(1), entry, entryOf(2)])).to.equal('malformed')
    })
  }

  it('have no extensions in version 1', () => {
    expect(outcomeOf([entryOf(7)], { version: null })).to.equal('revoked')
    expect(outcomeOf([entryOf(7, reasonCode(1))], { version: null })).to.equal('malformed')
  })
})

describe('the extensions of an entry (RFC 5280 5.3)', () => {
  const invalidityDate = extension('2.5.29.24', generalizedTime('20291231120000Z'))
  const issuer = (critical?: boolean): Buffer =>
    extension('2.5.29.29', seq(tlv(0xa4, seq())), critical)

  it('say for which reason the certificate is revoked', () => {
    for (const code of [0, 1, 6, 7, 9, 10, 255])
      expect(extended(reasonCode(code)), String(code)).to.equal('revoked')
  })

  it('take a certificate off the list with removeFromCRL', () => {
    expect(extended(reasonCode(8))).to.equal('not listed')
    expect(extended(invalidityDate, reasonCode(8))).to.equal('not listed')
    expect(extended(reasonCode(8), invalidityDate)).to.equal('not listed')
    expect(outcomeOf([entryOf(7, reasonCode(8)), entryOf(7)])).to.equal('revoked')
  })

  it('may be unknown if they are not critical', () => {
    expect(extended(extension('1.2.3', octets()))).to.equal('revoked')
    expect(extended(invalidityDate)).to.equal('revoked')
  })

  it('make the whole list one with an unknown extension if one of them is critical', () => {
    const unknown = extension('1.2.3', octets(), true)
    expect(extended(unknown)).to.equal('revoked, unknown critical')
    expect(extended(reasonCode(8), unknown)).to.equal('revoked, unknown critical')
    expect(extended(reasonCode(1, true))).to.equal('revoked, unknown critical')
    expect(outcomeOf([entryOf(1, unknown), entryOf(7)])).to.equal('revoked, unknown critical')
  })

  it('make the list indirect with a certificateIssuer, critical or not', () => {
    expect(extended(issuer(true))).to.equal('indirect')
    expect(extended(issuer())).to.equal('indirect')
    expect(extended(reasonCode(8), issuer(true))).to.equal('indirect')
    expect(extended(issuer(true), int(1))).to.equal('malformed')
  })

  it("are compared as a whole, so that another extension of the same length isn't taken for a reasonCode", () => {
    const other = seq(oid('2.5.29.99'), octets(tlv(0x0a, Buffer.from([8]))))
    expect(extended(other)).to.equal('revoked')
    const isCritical = seq(oid('2.5.29.99'), bool(true), octets())
    expect(extended(isCritical)).to.equal('revoked, unknown critical')
  })
})
