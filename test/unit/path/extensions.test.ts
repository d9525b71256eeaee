import { expect } from 'chai'
import {
  authorityKeyId,
  basicConstraints,
  bool,
  extension,
  int,
  octets,
  oid,
  seq,
  set,
  subjectKeyId,
  tlv,
  utf8,
} from '../../support/der-writer.js'
import {
  ANY,
  certificatePolicies,
  dns,
  extendedKeyUsage,
  extensionsIn,
  extensionsOf,
  inhibitAnyPolicy,
  keyUsage,
  nameConstraints,
  policyConstraints,
  policyMappings,
  subjectAltNames,
} from '../../support/path-writer.js'

const isUnknown = (...all: readonly Buffer[]): boolean | undefined =>
  extensionsOf(...all)?.hasUnknownCritical
const policiesWith = (qualifier: string): Buffer =>
  extension('2.5.29.32', seq(seq(oid(ANY), seq(seq(oid(qualifier), utf8('x'))))), true)

describe('readExtensions (RFC 5280 4.2)', () => {
  it('reads a certificate without extensions', () => {
    for (const version of [null, tlv(0xa0, int(1)), tlv(0xa0, int(2))]) {
      const read = extensionsIn({ version })
      expect(read?.hasUnknownCritical).to.equal(false)
      expect(read?.basicConstraints).to.equal(undefined)
    }
  })

  it('reads several extensions, whatever their order', () => {
    for (const all of [
      [keyUsage(0x04, 2), basicConstraints(true)],
      [basicConstraints(true), keyUsage(0x04, 2)],
    ]) {
      const read = extensionsOf(...all)
      expect(read?.keyUsage).to.equal(0x0400)
      expect(read?.basicConstraints?.ca).to.equal(true)
    }
  })

  it('passes over an unknown extension', () => {
    expect(isUnknown(extension('1.2.3', Buffer.from('anything')))).to.equal(false)
  })

  it('passes over an unknown extension with the last number of a known one', () => {
    const read = extensionsOf(extension('2.5.30.19', seq(bool(true))))
    expect(read?.basicConstraints).to.equal(undefined)
    expect(extensionsOf(extension('2.5.29.19.1', seq(bool(true))))).to.be.an('object')
  })

  for (const [name, known] of [
    ['keyUsage', keyUsage(0x80, 7)],
    ['basicConstraints', basicConstraints(false)],
    ['nameConstraints', nameConstraints({ permitted: [dns('a')] })],
    ['policyConstraints', policyConstraints(0)],
    ['inhibitAnyPolicy', inhibitAnyPolicy(0)],
    ['subjectAltName', extension('2.5.29.17', seq(dns('a')), true)],
    ['extendedKeyUsage', extension('2.5.29.37', seq(oid('1.2.3')), true)],
    ['certificatePolicies', extension('2.5.29.32', seq(seq(oid(ANY))), true)],
    ['policyMappings', extension('2.5.29.33', seq(seq(oid('1.2.3'), oid('1.2.4'))), true)],
    ['certificatePolicies with a CPS', policiesWith('1.3.6.1.5.5.7.2.1')],
    ['certificatePolicies with a notice', policiesWith('1.3.6.1.5.5.7.2.2')],
  ] as const) {
    it(`understands a critical ${name}`, () => {
      expect(isUnknown(known)).to.equal(false)
    })
  }

  for (const [name, unknown] of [
    ['extension of another type', extension('1.2.3', utf8('x'), true)],
    ['extension of X.509 that is not known', extension('2.5.29.31', seq(), true)],
    ['subjectKeyIdentifier', extension('2.5.29.14', octets(Buffer.from('x')), true)],
    ['authorityKeyIdentifier', extension('2.5.29.35', seq(tlv(0x80, Buffer.from('x'))), true)],
    ['policy qualifier that is not known', policiesWith('1.2.3')],
  ] as const) {
    it(`doesn't understand a critical ${name}`, () => {
      expect(isUnknown(unknown)).to.equal(true)
    })

    it(`still doesn't understand a critical ${name} between others`, () => {
      expect(isUnknown(basicConstraints(true), unknown, keyUsage(0x80, 7))).to.equal(true)
    })
  }

  it('accepts an unknown policy qualifier where the extension is not critical', () => {
    const policies = extension('2.5.29.32', seq(seq(oid(ANY), seq(seq(oid('1.2.3'), utf8('x'))))))
    expect(isUnknown(policies)).to.equal(false)
  })

  it('accepts key identifiers that are not critical', () => {
    expect(isUnknown(subjectKeyId(Buffer.from('x')), authorityKeyId(Buffer.from('x')))).to.equal(
      false,
    )
  })

  for (const [fault, all] of [
    ['an extension that occurs twice', [basicConstraints(true), basicConstraints(true)]],
    [
      'an extension that occurs twice with others between',
      [keyUsage(0x80, 7), basicConstraints(true), keyUsage(0x80, 7)],
    ],
    [
      'an unknown extension that occurs twice',
      [extension('1.2.3', utf8('a')), extension('1.2.3', utf8('b'))],
    ],
    ['FALSE as the critical flag, which is the default', [extension('1.2.3', utf8('a'), false)]],
    ['TRUE in BER', [seq(oid('1.2.3'), tlv(0x01, Buffer.from([1])), octets(utf8('a')))]],
    ['an extension without a value', [seq(oid('1.2.3'), bool(true))]],
    ["an extension that isn't a SEQUENCE", [set(oid('1.2.3'), octets(utf8('a')))]],
    ['trailing bytes in a value', [extension('2.5.29.19', Buffer.concat([seq(), utf8('')]))]],
    ['a length that is not minimal', [extension('2.5.29.19', Buffer.from('3081030101ff', 'hex'))]],
    [
      'a length that is not minimal deep inside',
      [extension('2.5.29.35', seq(Buffer.from('a181028000', 'hex')))],
    ],
    ['an indefinite length', [extension('2.5.29.19', Buffer.from('30800101ff0000', 'hex'))]],
    ['a value beyond its end', [extension('2.5.29.19', Buffer.from('30040101ff', 'hex'))]],
    [
      'an unreadable value deep inside',
      [extension('2.5.29.35', seq(tlv(0xa1, Buffer.from([0x30, 0x05]))))],
    ],
    [
      'one malformed extension after another',
      [extendedKeyUsage('1.2.3'), subjectAltNames(), certificatePolicies('1.2.3')],
    ],
  ] as const) {
    it(`rejects ${fault}`, () => {
      expect(extensionsOf(...all)).to.equal(undefined)
    })
  }

  it('rejects an empty list of extensions', () => {
    expect(extensionsIn({ uniqueIds: [tlv(0xa3, seq())] })).to.equal(undefined)
  })

  for (const [version, der] of [
    ['no version', null],
    ['version 2', tlv(0xa0, int(1))],
    ['version 4', tlv(0xa0, int(3))],
  ] as const) {
    it(`rejects extensions with ${version} (RFC 5280 4.1.2.9)`, () => {
      expect(extensionsIn({ version: der, extensions: [basicConstraints(true)] })).to.equal(
        undefined,
      )
    })
  }

  it('reads policies and mappings', () => {
    const read = extensionsOf(certificatePolicies('1.2.3'), policyMappings(['1.2.3', '1.2.4']))
    expect(read?.policies?.ids.size).to.equal(1)
    expect(read?.policyMappings).to.have.length(1)
  })
})
