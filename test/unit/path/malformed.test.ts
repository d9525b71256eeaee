import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { createTrustStore } from '../../../src/trust.js'
import { generate, type Holder, issue } from '../../support/der-chain.js'
import {
  algorithmFor,
  bits,
  bool,
  certificateOf,
  extension,
  generalizedTime,
  int,
  name,
  nothing,
  octets,
  oid,
  type Parts,
  rawInt,
  rsaSpki,
  seq,
  set,
  spkiOf,
  tlv,
  utcTime,
  utf8,
} from '../../support/der-writer.js'
import { altNames, constraints, issuePath, NOW, outcome, purposes } from '../../support/paths.js'

const [root] = issuePath({ subject: 'root' }, { subject: 'leaf' }) as [Holder]
const store = createTrustStore({ ca: root.pem })
const spki = spkiOf(generate())

function check(parts: Partial<Parts>): string {
  const der = certificateOf({ spki, issuer: 'root', signer: root.privateKey, ...parts })
  return outcome(store.validate(der, { now: NOW }))
}
const withExtension = (...extensions: Buffer[]) => check({ extensions })
const value = (number: number, ...contents: Buffer[]) =>
  extension(`2.5.29.${number}`, ...(contents as [Buffer]))

describe('a certificate that differs from RFC 5280 or DER', () => {
  const accepted: [title: string, parts: Partial<Parts>][] = [
    ['version 1 without extensions', { version: null }],
    ['version 2', { version: tlv(0xa0, int(1)) }],
    ['a date with four digits for the year', { notAfter: generalizedTime('20500101000000Z') }],
    ['key identifiers of every form', { extensions: [value(35, seq()), value(14, octets())] }],
    [
      'every type of alternative name',
      {
        extensions: [
          altNames(
            tlv(0xa0, oid('1.2.3'), tlv(0xa0, utf8('x'))),
            tlv(0xa3, seq()),
            tlv(0xa4, name('x')),
            tlv(0xa5, tlv(0xa1, utf8('x'))),
            tlv(0x87, Buffer.alloc(16)),
            tlv(0x88, Buffer.from([42])),
          ),
        ],
      },
    ],
    ['a keyUsage of nine bits', { extensions: [value(15, bits(Buffer.from([0x80, 0x80]), 7))] }],
    [
      'a name of every string type',
      {
        subject: seq(
          ...[0x0c, 0x12, 0x13, 0x14, 0x16].map((tag) =>
            set(seq(oid('1.2.3'), tlv(tag, Buffer.from('1')))),
          ),
        ),
      },
    ],
    [
      'two attributes at the same level',
      { subject: seq(set(seq(oid('2.5.4.3'), utf8('\u00e9')), seq(oid('2.5.4.10'), utf8('b')))) },
    ],
  ]
  for (const [title, parts] of accepted) {
    it(`is accepted with ${title}`, () => {
      expect(check(parts)).to.equal('ok')
    })
  }

  const sha384 = seq(oid('1.2.840.10045.4.3.3'))
  const rejected: [title: string, parts: Partial<Parts>][] = [
    ['version 1 and extensions', { version: null, extensions: [purposes('1.3.6.1.5.5.7.3.2')] }],
    [
      'version 2 and extensions',
      { version: tlv(0xa0, int(1)), extensions: [purposes('1.3.6.1.5.5.7.3.2')] },
    ],
    ['version 1 written out', { version: tlv(0xa0, int(0)) }],
    ['no extension in the list', { uniqueIds: [tlv(0xa3, seq())] }],
    ['an issuer without a name', { issuer: seq() }],
    ['a date without seconds', { notAfter: utcTime('4912312359Z') }],
    ['a date with an offset', { notAfter: utcTime('491231235959+0000') }],
    ["a name that isn't a set", { subject: seq(seq()) }],
    ['an empty relative name', { subject: seq(set()) }],
    ['an attribute without a value', { subject: seq(set(seq(oid('2.5.4.3')))) }],
    ["an attribute that isn't a sequence", { subject: seq(set(utf8('x'))) }],
    ['an attribute without a type', { subject: seq(set(seq(utf8('x'), utf8('y')))) }],
    [
      'a name that is not UTF-8',
      { subject: seq(set(seq(oid('2.5.4.3'), tlv(0x0c, Buffer.from([0xff]))))) },
    ],
  ]
  for (const [title, parts] of rejected) {
    it(`is malformed with ${title}`, () => {
      expect(check(parts)).to.equal('malformed')
    })
  }

  it('is malformed if its two algorithms differ', () => {
    const der = certificateOf({ spki, issuer: 'root', signer: root.privateKey })
    const own = algorithmFor('ec')
    const at = der.lastIndexOf(own)
    const other = Buffer.concat([der.subarray(0, at), sha384, der.subarray(at + own.length)])
    expect(outcome(store.validate(other, { now: NOW }))).to.equal('malformed')
  })

  const extensions: [title: string, wrong: Buffer][] = [
    ['critical written out as FALSE', extension('1.2.3', nothing(), false)],
    ['an odd TRUE', seq(oid('1.2.3'), tlv(1, Buffer.from([1])), octets())],
    ['a long TRUE', seq(oid('1.2.3'), tlv(1, Buffer.from([255, 255])), octets())],
    ["an extension that isn't a sequence", set(oid('1.2.3'), octets())],
    ['an extension without an identifier', seq(utf8('x'), octets())],
    ['an extension without a value', seq(oid('1.2.3'))],
    ["a critical flag that isn't a boolean", seq(oid('1.2.3'), int(1), octets())],
    ['bytes after a value', value(19, Buffer.concat([seq(), nothing()]))],
    ['BER inside of a value', value(37, Buffer.from([0x30, 0x81, 0x00]))],
    ["basicConstraints that aren't a sequence", value(19, set())],
    ['cA written out as FALSE', value(19, seq(bool(false)))],
    ['pathLenConstraint without cA', value(19, seq(int(1)))],
    ['a negative pathLenConstraint', value(19, seq(bool(true), int(-1)))],
    ['a padded pathLenConstraint', value(19, seq(bool(true), rawInt('0001')))],
    ['an empty pathLenConstraint', value(19, seq(bool(true), rawInt('')))],
    ["a pathLenConstraint that isn't an integer", value(19, seq(bool(true), utf8('1')))],
    ['three basicConstraints', value(19, seq(bool(true), int(1), int(1)))],
    ["a keyUsage that isn't a bit string", value(15, octets())],
    ['a keyUsage without bits', value(15, bits(Buffer.alloc(0)))],
    ['a keyUsage of zero bits', value(15, bits(Buffer.from([0]), 7))],
    ['a keyUsage with trailing zeros', value(15, bits(Buffer.from([0x80]), 0))],
    ['a keyUsage with used bits that are unused', value(15, bits(Buffer.from([0x81]), 7))],
    ['a keyUsage of three bytes', value(15, bits(Buffer.from([0x80, 0x80, 0x80]), 7))],
    ['a keyUsage with eight unused bits', value(15, bits(Buffer.from([0]), 8))],
    ['no extended key usage', value(37, seq())],
    ["an extended key usage that isn't an identifier", value(37, seq(utf8('x')))],
    ["extended key usages that aren't a sequence", value(37, set())],
    ['no alternative name', altNames()],
    ["alternative names that aren't a sequence", value(17, set())],
    ['an alternative name of an unknown type', altNames(tlv(0x89))],
    ['an alternative name beyond ASCII', altNames(tlv(0x82, Buffer.from([0xe9])))],
    ['an address of five bytes', altNames(tlv(0x87, Buffer.alloc(5)))],
    ['an empty registered identifier', altNames(tlv(0x88))],
    ['another name without a value', altNames(tlv(0xa0, oid('1.2.3')))],
    ['another name without a type', altNames(tlv(0xa0, utf8('x'), tlv(0xa0, utf8('x'))))],
    ['another name with a bare value', altNames(tlv(0xa0, oid('1.2.3'), utf8('x')))],
    ["a directory name that isn't a name", altNames(tlv(0xa4, seq(seq())))],
    ['an empty directory name', altNames(tlv(0xa4))],
    ["a subject key identifier that isn't an octet string", value(14, utf8('x'))],
    ["an authority key identifier that isn't a sequence", value(35, octets())],
    ['parts of an authority key identifier in another order', value(35, seq(tlv(0x82), tlv(0x80)))],
    ['an unknown part of an authority key identifier', value(35, seq(tlv(0x83)))],
    ["inhibitAnyPolicy that isn't an integer", value(54, utf8('1'))],
    ["policies that aren't a sequence", value(32, set())],
    ["a policy that isn't a sequence", value(32, seq(oid('1.2.3')))],
    ['a policy without an identifier', value(32, seq(seq(utf8('x'))))],
    ['a policy with an empty identifier', value(32, seq(seq(tlv(6))))],
    [
      'a policy with an identifier without an end',
      value(32, seq(seq(tlv(6, Buffer.from([0x80]))))),
    ],
    ['a policy with a long identifier', value(32, seq(seq(tlv(6, Buffer.alloc(129, 1)))))],
    ["qualifiers that aren't a sequence", value(32, seq(seq(oid('1.2.3'), set())))],
    [
      "a qualifier that isn't a sequence",
      value(32, seq(seq(oid('1.2.3'), seq(set(oid('1.2.3'), nothing()))))),
    ],
    [
      'a qualifier without a type',
      value(32, seq(seq(oid('1.2.3'), seq(seq(utf8('x'), nothing()))))),
    ],
    ['a qualifier without a value', value(32, seq(seq(oid('1.2.3'), seq(seq(oid('1.2.3'))))))],
    ["mappings that aren't a sequence", value(33, set())],
    ['a mapping to an empty identifier', value(33, seq(seq(oid('1.2.3'), tlv(6))))],
    ['a mapping from an empty identifier', value(33, seq(seq(tlv(6), oid('1.2.3'))))],
    ["policyConstraints that aren't a sequence", value(36, set())],
    [
      'policyConstraints in another order',
      value(36, seq(tlv(0x81, Buffer.from([1])), tlv(0x80, Buffer.from([1])))),
    ],
    ['an empty limit of mappings', value(36, seq(tlv(0x81)))],
    ["name constraints that aren't a sequence", value(30, set())],
    ["a subtree that isn't a sequence", value(30, seq(tlv(0xa0, set())))],
    ['a subtree without a base', value(30, seq(tlv(0xa0, seq())))],
    [
      'a mailbox without a host as a base',
      constraints({ excluded: [tlv(0x81, Buffer.from('x@'))] }),
    ],
  ]
  for (const [title, wrong] of extensions) {
    it(`is malformed with ${title}`, () => {
      expect(withExtension(wrong)).to.equal('malformed')
    })
  }

  it('is rejected for critical key identifiers, as by OpenSSL', () => {
    expect(withExtension(extension('2.5.29.14', octets(), true))).to.equal(
      'unknown_critical_extension',
    )
    expect(withExtension(extension('2.5.29.35', seq(), true))).to.equal(
      'unknown_critical_extension',
    )
  })

  it('is rejected for a key that OpenSSL must not see', () => {
    const tiny = issue({ subject: 'leaf', by: root, spki: rsaSpki(int(2n ** 255n + 1n), int(3)) })
    expect(outcome(store.validate(tiny.der, { now: NOW }))).to.equal('weak_algorithm')
    const seen = new X509Certificate(tiny.der)
    expect(outcome(store.validate(seen, { now: NOW }))).to.equal('weak_algorithm')
  })

  const pss = (...parameters: Buffer[]) => seq(oid('1.2.840.113549.1.1.10'), seq(...parameters))
  const digest = (id: string) => seq(oid(id), nothing())
  const [sha1, sha256] = ['1.3.14.3.2.26', '2.16.840.1.101.3.4.2.1'] as const
  const mask = (id: string, generator = '1.2.840.113549.1.1.8') =>
    tlv(0xa1, seq(oid(generator), digest(id)))
  const weak: [title: string, algorithm: Buffer][] = [
    ['SHA-1', pss(tlv(0xa0, digest(sha1)), mask(sha256))],
    ['SHA-1 in the mask', pss(tlv(0xa0, digest(sha256)), mask(sha1))],
    ['the default mask', pss(tlv(0xa0, digest(sha256)))],
    ['an unknown mask', pss(tlv(0xa0, digest(sha256)), mask(sha256, '1.2.3'))],
    [
      'a mask without a digest',
      pss(tlv(0xa0, digest(sha256)), tlv(0xa1, seq(oid('1.2.840.113549.1.1.8')))),
    ],
    ['an empty mask', pss(tlv(0xa0, digest(sha256)), tlv(0xa1))],
  ]
  for (const [title, algorithm] of weak) {
    it(`has a weak signature if RSASSA-PSS has ${title}`, () => {
      expect(check({ algorithm })).to.equal('weak_algorithm')
    })
  }
})
