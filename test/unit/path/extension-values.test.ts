import { expect } from 'chai'
import { KEY_USAGE } from '../../../src/path/extension-values.js'
import { NAME_TAG } from '../../../src/path/general-name.js'
import {
  basicConstraints,
  bits,
  bool,
  extension,
  int,
  name,
  nothing,
  octets,
  oid,
  rawInt,
  seq,
  set,
  tlv,
} from '../../support/der-writer.js'
import {
  directory,
  dns,
  extendedKeyUsage,
  extensionsOf,
  hexOf,
  inhibitAnyPolicy,
  ip,
  keyUsage,
  pathLength,
  subjectAltNames,
} from '../../support/path-writer.js'

const raw = (...bytes: readonly number[]): Buffer => Buffer.from(bytes)

/** Expects each value of an extension to be malformed. */
function rejectsAll(id: string, cases: readonly (readonly [string, Buffer])[]): void {
  for (const [fault, value] of cases) {
    it(`rejects ${fault}`, () => {
      expect(extensionsOf(extension(id, value, true))).to.equal(undefined)
    })
  }
}

describe('basicConstraints (RFC 5280 4.2.1.9)', () => {
  const read = (der: Buffer) => extensionsOf(der)?.basicConstraints

  it('reads a CA without a limit', () => {
    expect(read(basicConstraints(true))).to.deep.equal({ ca: true, pathLength: Infinity })
  })

  it("reads a certificate that isn't a CA", () => {
    expect(read(basicConstraints(false))).to.deep.equal({ ca: false, pathLength: Infinity })
  })

  for (const count of [0, 1, 300]) {
    it(`reads the limit ${count}`, () => {
      expect(read(pathLength(count))).to.deep.equal({ ca: true, pathLength: count })
    })
  }

  rejectsAll('2.5.29.19', [
    ['FALSE, which is the default', seq(bool(false))],
    ['TRUE in BER', seq(tlv(0x01, raw(1)))],
    ['a limit without cA', seq(int(0))],
    ['a limit beside FALSE', seq(bool(false), int(0))],
    ['a negative limit', seq(bool(true), int(-1))],
    ['a padded limit', seq(bool(true), rawInt('0000'))],
    ['a limit of another type', seq(bool(true), tlv(0x0a, raw(0)))],
    ['a third field', seq(bool(true), int(0), int(0))],
    ['another type', set(bool(true))],
    ['two values', Buffer.concat([seq(bool(true)), seq()])],
    ['no value', Buffer.alloc(0)],
  ])
})

describe('keyUsage (RFC 5280 4.2.1.3)', () => {
  const read = (der: Buffer) => extensionsOf(der)?.keyUsage

  for (const [usage, value, expected] of [
    ['digitalSignature', keyUsage(0x80, 7), KEY_USAGE.digitalSignature],
    ['keyAgreement', keyUsage(0x08, 3), KEY_USAGE.keyAgreement],
    ['keyCertSign', keyUsage(0x04, 2), KEY_USAGE.keyCertSign],
    ['keyCertSign and cRLSign', keyUsage(0x06, 1), 0x0600],
    ['encipherOnly', keyUsage(0x01, 0), 0x0100],
    ['decipherOnly', extension('2.5.29.15', bits(raw(0, 0x80), 7)), 0x0080],
    ['keyAgreement and decipherOnly', extension('2.5.29.15', bits(raw(0x08, 0x80), 7)), 0x0880],
  ] as const) {
    it(`reads ${usage}`, () => {
      expect(read(value)).to.equal(expected)
    })
  }

  it('has the bits in the order of the RFC, from the highest', () => {
    expect(KEY_USAGE).to.deep.equal({
      digitalSignature: 1 << 15,
      keyAgreement: 1 << 11,
      keyCertSign: 1 << 10,
      cRLSign: 1 << 9,
    })
  })

  rejectsAll('2.5.29.15', [
    ['no bits', bits(raw())],
    ['only zero bits', bits(raw(0), 7)],
    ['zero bits and no unused ones', bits(raw(0), 0)],
    ['a trailing zero bit', bits(raw(0x80), 6)],
    ['a trailing zero byte', bits(raw(0x80, 0), 7)],
    ['an unused bit that is set', bits(raw(0x81), 7)],
    ['eight unused bits', bits(raw(0), 8)],
    ['forty unused bits, which a shift would take for eight', bits(raw(0x01), 32)],
    ['three bytes', bits(raw(0x80, 0x80, 0x80), 7)],
    ['a BIT STRING without its first byte', tlv(0x03)],
    ['another type', octets(raw(7, 0x80))],
    ['two values', Buffer.concat([bits(raw(0x80), 7), bits(raw(0x80), 7)])],
  ])
})

describe('extendedKeyUsage (RFC 5280 4.2.1.12)', () => {
  it('reads the purposes', () => {
    const purposes = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0']
    expect(extensionsOf(extendedKeyUsage(...purposes))?.purposes).to.deep.equal(purposes.map(hexOf))
  })

  rejectsAll('2.5.29.37', [
    ['no purpose', seq()],
    ['a purpose of another type', seq(oid('1.2.3'), int(1))],
    ['another type', set(oid('1.2.3'))],
    ['two values', Buffer.concat([seq(oid('1.2.3')), seq(oid('1.2.4'))])],
  ])
})

describe('subjectAltName (RFC 5280 4.2.1.6)', () => {
  const read = (der: Buffer) => extensionsOf(der)?.subjectAltNames

  it('reads the names in order', () => {
    expect(read(subjectAltNames(dns('b'), ip(10, 0, 0, 1), dns('a')))).to.deep.equal([
      { tag: NAME_TAG.dNSName, value: 'b' },
      { tag: NAME_TAG.iPAddress, value: raw(10, 0, 0, 1) },
      { tag: NAME_TAG.dNSName, value: 'a' },
    ])
  })

  it('reads an IPv6 address', () => {
    const address = Array.from({ length: 16 }, (_, at) => at)
    expect(read(subjectAltNames(ip(...address)))).to.have.length(1)
  })

  it("doesn't hold other names to the length of an address", () => {
    expect(read(subjectAltNames(dns('abc'), directory(name('x'))))).to.have.length(2)
  })

  rejectsAll('2.5.29.17', [
    ['no name', seq()],
    ['an address of no bytes', seq(ip())],
    ['an address of 3 bytes', seq(ip(10, 0, 0))],
    ['an address with a mask', seq(ip(10, 0, 0, 0, 255, 0, 0, 0))],
    ['an address of 17 bytes', seq(ip(...Array.from({ length: 17 }, () => 0)))],
    ['a name that is none', seq(dns('a'), int(1))],
    ['another type', set(dns('a'))],
    ['two values', Buffer.concat([seq(dns('a')), seq(dns('b'))])],
  ])
})

describe('inhibitAnyPolicy (RFC 5280 4.2.1.14)', () => {
  for (const count of [0, 1, 5]) {
    it(`reads ${count}`, () => {
      expect(extensionsOf(inhibitAnyPolicy(count))?.inhibitAnyPolicy).to.equal(count)
    })
  }

  rejectsAll('2.5.29.54', [
    ['a negative number', int(-1)],
    ['a padded number', rawInt('0001')],
    ['another type', nothing()],
    ['two values', Buffer.concat([int(1), int(1)])],
  ])
})

describe('subjectKeyIdentifier (RFC 5280 4.2.1.2)', () => {
  it('reads the identifier', () => {
    const read = extensionsOf(extension('2.5.29.14', octets(raw(1, 2, 3))))
    expect(read?.subjectKeyId).to.deep.equal(raw(1, 2, 3))
  })

  it('reads an empty identifier', () => {
    expect(extensionsOf(extension('2.5.29.14', octets()))?.subjectKeyId).to.deep.equal(raw())
  })

  rejectsAll('2.5.29.14', [
    ['another type', bits(raw(1))],
    ['two values', Buffer.concat([octets(raw(1)), octets(raw(1))])],
  ])
})

describe('authorityKeyIdentifier (RFC 5280 4.2.1.1)', () => {
  const id = tlv(0x80, raw(1, 2, 3))
  const issuer = tlv(0xa1, directory(name('CA')))
  const serial = tlv(0x82, raw(5))
  const of = (...parts: readonly Buffer[]): Buffer => extension('2.5.29.35', seq(...parts))

  for (const [what, der] of [
    ['the identifier alone', of(id)],
    ['the identifier beside issuer and serial number', of(id, issuer, serial)],
    ['the identifier beside the serial number', of(id, serial)],
  ] as const) {
    it(`reads ${what}`, () => {
      expect(extensionsOf(der)?.authorityKeyId).to.deep.equal(raw(1, 2, 3))
    })
  }

  for (const [what, der] of [
    ['nothing', of()],
    ['issuer and serial number', of(issuer, serial)],
  ] as const) {
    it(`accepts ${what} without an identifier`, () => {
      const read = extensionsOf(der)
      expect(read).to.be.an('object')
      expect(read?.authorityKeyId).to.equal(undefined)
    })
  }

  rejectsAll('2.5.29.35', [
    ['an identifier that occurs twice', seq(id, id)],
    ['parts in the wrong order', seq(issuer, id)],
    ['an unknown part', seq(id, tlv(0x83, raw(1)))],
    ['an unknown part alone', seq(tlv(0x83, raw(1)))],
    ['four parts', seq(id, issuer, serial, serial)],
    ['another type', set(id)],
    ['two values', Buffer.concat([seq(id), seq(id)])],
  ])
})
