import { expect } from 'chai'
import { ANY_POLICY } from '../../../src/path/policy-extensions.js'
import { extension, int, oid, seq, set, tlv, utf8 } from '../../support/der-writer.js'
import {
  ANY,
  certificatePolicies,
  extensionsOf,
  hexOf,
  policyConstraints,
  policyMappings,
} from '../../support/path-writer.js'

const GOLD = '1.3.6.1.4.1.99999.1'
const SILVER = '1.3.6.1.4.1.99999.2'
const CPS = '1.3.6.1.5.5.7.2.1'
const NOTICE = '1.3.6.1.5.5.7.2.2'

const raw = (...bytes: readonly number[]): Buffer => Buffer.from(bytes)
/** An object identifier with exactly these contents. */
const rawOid = (...bytes: readonly number[]): Buffer => tlv(0x06, raw(...bytes))
const ofLength = (length: number): Buffer => rawOid(...Array.from({ length }, () => 1))
const two = (value: Buffer): Buffer => Buffer.concat([value, value])

function rejectsAll(id: string, cases: readonly (readonly [string, Buffer])[]): void {
  for (const [fault, value] of cases) {
    it(`rejects ${fault}`, () => {
      expect(extensionsOf(extension(id, value))).to.equal(undefined)
    })
  }
}

describe('certificatePolicies (RFC 5280 4.2.1.4)', () => {
  const read = (...policies: readonly Buffer[]) =>
    extensionsOf(extension('2.5.29.32', seq(...policies)))?.policies
  const qualified = (...types: readonly string[]): Buffer =>
    seq(oid(GOLD), seq(...types.map((type) => seq(oid(type), utf8('x')))))

  it('reads the policies', () => {
    const ids = extensionsOf(certificatePolicies(GOLD, SILVER, ANY))?.policies?.ids
    expect([...(ids ?? [])]).to.deep.equal([hexOf(GOLD), hexOf(SILVER), ANY_POLICY])
  })

  it('knows the identifier of anyPolicy', () => {
    expect(ANY_POLICY).to.equal(hexOf('2.5.29.32.0'))
  })

  it('reads an identifier of 128 bytes', () => {
    expect(read(seq(ofLength(128)))?.ids.size).to.equal(1)
  })

  for (const [qualifiers, policies, expected] of [
    ['none', [seq(oid(GOLD))], false],
    ['a CPS and a notice', [qualified(CPS, NOTICE)], false],
    ['another', [qualified('1.2.3')], true],
    ['another after a CPS', [qualified(CPS, '1.2.3')], true],
    ['another on the first of two policies', [qualified('1.2.3'), seq(oid(SILVER))], true],
    ['another on the second of two policies', [seq(oid(SILVER)), qualified('1.2.3')], true],
  ] as const) {
    it(`says whether a qualifier is unknown: ${qualifiers}`, () => {
      expect(read(...policies)?.hasUnknownQualifier).to.equal(expected)
    })
  }

  rejectsAll('2.5.29.32', [
    ['no policy', seq()],
    ['a policy that occurs twice', seq(seq(oid(GOLD)), seq(oid(SILVER)), seq(oid(GOLD)))],
    ["a policy that isn't a SEQUENCE", seq(set(oid(GOLD)))],
    ["one of two policies that isn't a SEQUENCE", seq(seq(oid(GOLD)), oid(SILVER))],
    ['a policy without an identifier', seq(seq())],
    ['an identifier of another type', seq(seq(int(1)))],
    ['an empty identifier', seq(seq(rawOid()))],
    ['an identifier that ends within a number', seq(seq(rawOid(0x2a, 0x83)))],
    ['an identifier whose number is longer than it needs to be', seq(seq(rawOid(0x2a, 0x80, 1)))],
    ['an identifier of 129 bytes', seq(seq(ofLength(129)))],
    ['three fields', seq(seq(oid(GOLD), seq(seq(oid(CPS), utf8('x'))), int(1)))],
    ['an empty list of qualifiers', seq(seq(oid(GOLD), seq()))],
    ['qualifiers that are no SEQUENCE', seq(seq(oid(GOLD), set(seq(oid(CPS), utf8('x')))))],
    ["a qualifier that isn't a SEQUENCE", seq(seq(oid(GOLD), seq(set(oid(CPS), utf8('x')))))],
    ['a qualifier without a value', seq(seq(oid(GOLD), seq(seq(oid(CPS)))))],
    ['a qualifier of three', seq(seq(oid(GOLD), seq(seq(oid(CPS), utf8('x'), utf8('y')))))],
    ['a qualifier without a type', seq(seq(oid(GOLD), seq(seq(utf8('x'), utf8('y')))))],
    ['an empty qualifier', seq(seq(oid(GOLD), seq(seq())))],
    ['another type', set(seq(oid(GOLD)))],
    ['two values', two(seq(seq(oid(GOLD))))],
  ])
})

describe('policyMappings (RFC 5280 4.2.1.5)', () => {
  it('reads the mappings in order', () => {
    const read = extensionsOf(policyMappings([GOLD, SILVER], [GOLD, ANY]))
    expect(read?.policyMappings).to.deep.equal([
      { issuerPolicy: hexOf(GOLD), subjectPolicy: hexOf(SILVER) },
      { issuerPolicy: hexOf(GOLD), subjectPolicy: ANY_POLICY },
    ])
  })

  rejectsAll('2.5.29.33', [
    ['no mapping', seq()],
    ["a mapping that isn't a SEQUENCE", seq(set(oid(GOLD), oid(SILVER)))],
    ['a mapping of one policy', seq(seq(oid(GOLD)))],
    ['a mapping of three policies', seq(seq(oid(GOLD), oid(SILVER), oid(ANY)))],
    ['an empty mapping', seq(seq())],
    ['a mapping from another type', seq(seq(int(1), oid(SILVER)))],
    ['a mapping to another type', seq(seq(oid(GOLD), int(1)))],
    ['a mapping from half an identifier', seq(seq(rawOid(0x83), oid(SILVER)))],
    ['a mapping to half an identifier', seq(seq(oid(GOLD), rawOid(0x83)))],
    ['one unreadable mapping after another', seq(seq(oid(GOLD), oid(SILVER)), seq())],
    ['another type', set(seq(oid(GOLD), oid(SILVER)))],
    ['two values', two(seq(seq(oid(GOLD), oid(SILVER))))],
  ])
})

describe('policyConstraints (RFC 5280 4.2.1.11)', () => {
  for (const [explicit, mapping] of [
    [0, undefined],
    [undefined, 0],
    [3, 2],
    [300, 0],
  ] as const) {
    it(`reads the limits ${explicit ?? 'none'} and ${mapping ?? 'none'}`, () => {
      expect(extensionsOf(policyConstraints(explicit, mapping))?.policyConstraints).to.deep.equal({
        requireExplicitPolicy: explicit ?? Infinity,
        inhibitPolicyMapping: mapping ?? Infinity,
      })
    })
  }

  const [first, second] = [tlv(0x80, raw(1)), tlv(0x81, raw(1))]
  rejectsAll('2.5.29.36', [
    ['neither limit', seq()],
    ['the limits in the wrong order', seq(second, first)],
    ['a limit that occurs twice', seq(first, first)],
    ['three limits', seq(first, second, second)],
    ['an unknown limit', seq(first, tlv(0x82, raw(1)))],
    ['a limit of a universal type', seq(int(1))],
    ['a negative first limit', seq(tlv(0x80, raw(0xff)), second)],
    ['a negative second limit', seq(first, tlv(0x81, raw(0xff)))],
    ['an empty limit', seq(tlv(0x80))],
    ['a padded limit', seq(tlv(0x80, raw(0, 1)))],
    ['another type', set(first)],
    ['two values', two(seq(first))],
  ])
})
