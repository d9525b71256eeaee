import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { readElement } from '../../../src/certificate/der.js'
import { type PathCertificate, toPathCertificate } from '../../../src/path/certificate.js'
import {
  algorithmFor,
  basicConstraints,
  bits,
  certificateOf,
  extension,
  generalizedTime,
  int,
  name,
  oid,
  type Parts,
  seq,
  set,
  tlv,
  utcTime,
  utf8,
} from '../../support/der-writer.js'
import { elementOf, pathCertificate, SPKI } from '../../support/path-writer.js'

const faultOf = (parts: Partial<Parts>): string | undefined => pathCertificate(parts).fault
/** As OpenSSL would give it, whatever it makes of the bytes. */
const view = (raw: Buffer): PathCertificate | undefined =>
  toPathCertificate({ raw } as unknown as X509Certificate)

describe('toPathCertificate (RFC 5280 4.1)', () => {
  it('reads a certificate once', () => {
    const certificate = new X509Certificate(certificateOf({ spki: SPKI }))
    const read = toPathCertificate(certificate)
    expect(read).to.be.an('object')
    expect(toPathCertificate(certificate)).to.equal(read)
    expect(read?.certificate).to.equal(certificate)
  })

  it('remembers that a certificate is unreadable', () => {
    let reads = 0
    const certificate = {
      get raw(): Buffer {
        reads += 1
        return Buffer.from('x')
      },
    } as unknown as X509Certificate
    expect(toPathCertificate(certificate)).to.equal(undefined)
    expect(toPathCertificate(certificate)).to.equal(undefined)
    expect(reads).to.equal(1)
  })

  for (const [fault, parts] of [
    ["an issuer that isn't a name", { issuer: seq(seq()) }],
    ["a subject that isn't a name", { subject: seq(set()) }],
  ] as const) {
    it(`doesn't read a certificate with ${fault}`, () => {
      expect(view(certificateOf({ spki: SPKI, ...parts }))).to.equal(undefined)
    })
  }

  it('compares issuer and subject canonically (RFC 5280 7.1)', () => {
    expect(pathCertificate({ issuer: 'CA', subject: ' ca ' }).isSelfIssued).to.equal(true)
    expect(pathCertificate({ issuer: 'CA', subject: 'other' }).isSelfIssued).to.equal(false)
  })

  for (const [version, isVersion3] of [
    [null, false],
    [tlv(0xa0, int(1)), false],
    [tlv(0xa0, int(2)), true],
  ] as const) {
    it(`accepts version ${version?.at(-1) ?? 'none'} (RFC 5280 4.1.2.1)`, () => {
      const read = pathCertificate({ version })
      expect(read.fault).to.equal(undefined)
      expect(read.isVersion3).to.equal(isVersion3)
    })
  }

  for (const [fault, parts] of [
    ['version 1, which is the default', { version: tlv(0xa0, int(0)) }],
    ['an empty issuer (4.1.2.4)', { issuer: seq() }],
    [
      'malformed extensions (4.2)',
      { extensions: [basicConstraints(true), basicConstraints(true)] },
    ],
    ['a UTC time without seconds (4.1.2.5.1)', { notBefore: utcTime('2401010000Z') }],
    ['a UTC time with an offset', { notBefore: utcTime('240101000000+0000') }],
    ['an end with an offset', { notAfter: utcTime('491231235959+0000') }],
    ['a time with a fraction (4.1.2.5.2)', { notAfter: generalizedTime('20491231235959.5Z') }],
    ['a time without seconds', { notAfter: generalizedTime('204912312359Z') }],
  ] as const) {
    it(`calls ${fault} malformed`, () => {
      expect(view(certificateOf({ spki: SPKI, ...parts }))?.fault).to.equal('malformed')
    })
  }

  it('accepts both types of time (RFC 5280 4.1.2.5)', () => {
    const notAfter = generalizedTime('20500101000000Z')
    expect(faultOf({ notBefore: utcTime('240101000000Z'), notAfter })).to.equal(undefined)
  })

  it('calls different algorithms inside and outside of the signed part malformed (4.1.1.2)', () => {
    const inside = certificateOf({ spki: SPKI, algorithm: algorithmFor('ec') })
    const { start, end } = elementOf(inside)
    const signed = inside.subarray(start, readElement(inside, start, end)?.end)
    const other = seq(oid('1.2.840.10045.4.3.3'))
    expect(view(seq(signed, algorithmFor('ec'), bits(utf8('x'))))?.fault).to.equal(undefined)
    expect(view(seq(signed, other, bits(utf8('x'))))?.fault).to.equal('malformed')
  })

  it('has no extensions when it is malformed', () => {
    const read = pathCertificate({ issuer: seq(), extensions: [basicConstraints(true)] })
    expect(read.fault).to.equal('malformed')
    expect(read.extensions.basicConstraints).to.equal(undefined)
  })

  it('has a fault when a critical extension is unknown (RFC 5280 4.2)', () => {
    expect(faultOf({ extensions: [extension('1.2.3', utf8('x'), true)] })).to.equal(
      'unknown_critical_extension',
    )
    expect(faultOf({ extensions: [extension('1.2.3', utf8('x'))] })).to.equal(undefined)
  })

  it('says whether key and signature are strong, and what a signature costs', () => {
    const read = pathCertificate({ subject: name('x') })
    expect([read.hasStrongKey, read.hasStrongSignature]).to.deep.equal([true, true])
    expect(read.signatureCost).to.equal(2)
    const weak = pathCertificate({ algorithm: seq(oid('1.2.840.113549.1.1.5')) })
    expect([weak.hasStrongKey, weak.hasStrongSignature]).to.deep.equal([true, false])
  })
})
