import { expect } from 'chai'
import type { Element } from '../../../../src/certificate/der.js'
import { coveredReasons, type ListScope, readScope } from '../../../../src/path/crl/scope.js'
import {
  distributionPoints,
  flag,
  fullName,
  reasons,
  relativeName,
} from '../../../support/crl-writer.js'
import {
  basicConstraints,
  extension,
  int,
  name,
  oid,
  octets,
  seq,
  tlv,
  utf8,
} from '../../../support/der-writer.js'
import { around, directory, dns, ip, pathCertificate, uri } from '../../../support/path-writer.js'

const ALL = 0x7f80
const KEY_COMPROMISE = 0x4000
const CA_COMPROMISE = 0x2000

const commonName = (text: string): Buffer => seq(oid('2.5.4.3'), utf8(text))
const issuer = pathCertificate({}).issuer
const URL = 'http://crl.example.org/ca.crl'

function scopeOf(...parts: Buffer[]): ListScope | string {
  return readScope(...contents(seq(...parts)), issuer)
}

function contents(value: Buffer): [bytes: Buffer, octets: Element] {
  return [value, around(value)]
}

function usableScope(...parts: Buffer[]): ListScope {
  const scope = scopeOf(...parts)
  if (typeof scope === 'string') throw new Error(scope)
  return scope
}

describe('the scope of a list (RFC 5280 5.2.5)', () => {
  it('is about one type of certificate or all', () => {
    expect(scopeOf(flag(0x81))).to.deep.equal({
      names: undefined,
      reasons: ALL,
      certificates: 'user',
    })
    expect(scopeOf(flag(0x82))).to.include({ certificates: 'ca' })
    expect(scopeOf(flag(0x85))).to.include({ certificates: 'attribute' })
    expect(scopeOf(fullName(uri(URL)))).to.include({ certificates: 'all' })
  })

  it('has names, also such that are relative to the issuer', () => {
    const whole = seq(...[name('issuer'), name('part')].map((one) => one.subarray(2)))
    const { names } = usableScope(relativeName(commonName('part')))
    expect(names).to.deep.equal(usableScope(fullName(directory(whole))).names)
    expect(usableScope(fullName(uri(URL), dns('example.org'), ip(1, 2, 3, 4))).names).to.deep.equal(
      [`134:${URL}`, `130:example.org`],
    )
  })

  it('may have some reasons only', () => {
    expect(scopeOf(reasons(0x83, 5, 0x60))).to.include({ reasons: KEY_COMPROMISE | CA_COMPROMISE })
    expect(scopeOf(reasons(0x83, 7, 0x7f, 0x80))).to.include({ reasons: ALL })
  })

  it('is indirect if it says so', () => {
    expect(scopeOf(flag(0x84))).to.equal('indirect')
    expect(scopeOf(fullName(uri(URL)), flag(0x81), flag(0x84))).to.equal('indirect')
  })

  const malformed: Record<string, Buffer[]> = {
    'an empty SEQUENCE': [],
    'FALSE, which is the default': [flag(0x81, 0)],
    'an indirectCRL that is FALSE': [flag(0x84, 0)],
    'a flag of two bytes': [tlv(0x82, Buffer.from([0xff, 0xff]))],
    'two types of certificates': [flag(0x81), flag(0x82)],
    'the same field twice': [flag(0x84), flag(0x84)],
    'fields in another order': [flag(0x84), flag(0x81)],
    'an unknown field': [tlv(0x86, Buffer.from([0xff]))],
    'an empty name': [tlv(0xa0)],
    'an empty list of names': [fullName()],
    'a list of names that is cut off': [fullName(Buffer.from([0x86, 9]))],
    'two names where one belongs': [tlv(0xa0, tlv(0xa0, uri(URL)), tlv(0xa0, uri(URL)))],
    'a name of another kind': [tlv(0xa0, tlv(0xa2, uri(URL)))],
    "something that isn't a name": [fullName(int(1))],
    'an empty relative name': [relativeName()],
    'no reasons': [reasons(0x83, 0)],
    'reasons with unused bits that are set': [reasons(0x83, 6, 0x60)],
  }
  for (const [what, parts] of Object.entries(malformed)) {
    it(`is malformed with ${what}`, () => {
      expect(scopeOf(...parts)).to.equal('malformed')
    })
  }

  it('is malformed if it is no SEQUENCE', () => {
    expect(readScope(...contents(octets(flag(0x81))), issuer)).to.equal('malformed')
  })
})

const point = (...parts: Buffer[]): Buffer => seq(...parts)
const relative = (text: string): Buffer => relativeName(commonName(text))

/** The reasons that a list with this scope covers for a certificate with these extensions. */
const covered = (scope: Buffer[], ...extensions: Buffer[]): number =>
  coveredReasons(usableScope(...scope), pathCertificate({ extensions }))

describe('a list covers a certificate (RFC 5280 6.3.3)', () => {
  it('if it has one of the names of a distribution point', () => {
    const points = distributionPoints(point(fullName(uri('http://other'), uri(URL))))
    expect(covered([fullName(uri(URL))], points)).to.equal(ALL)
    expect(covered([fullName(dns('other'), uri(URL))], points)).to.equal(ALL)
    expect(covered([fullName(uri('http://else'))], points)).to.equal(0)
    expect(covered([fullName(dns(URL))], points)).to.equal(0)
    expect(
      covered([fullName(ip(1, 2, 3, 4))], distributionPoints(point(fullName(ip(1, 2, 3, 4))))),
    ).to.equal(0)
  })

  it('if both have the same name relative to the issuer', () => {
    expect(covered([relative('a')], distributionPoints(point(relative('A'))))).to.equal(ALL)
    expect(covered([relative('a')], distributionPoints(point(relative('b'))))).to.equal(0)
  })

  it("if the list's name is that of the issuer, with distribution points or without", () => {
    const scope = [fullName(directory(name('issuer')))]
    expect(covered(scope)).to.equal(ALL)
    expect(covered(scope, distributionPoints(point(fullName(uri(URL)))))).to.equal(ALL)
    expect(covered([fullName(directory(name('other')))])).to.equal(0)
  })

  it('if the list has no name, whatever the distribution points', () => {
    const points = distributionPoints(point(fullName(uri(URL)), reasons(0x81, 6, 0x40)))
    expect(covered([flag(0x81)], points)).to.equal(ALL)
  })

  it('for the reasons that both the list and the distribution point have', () => {
    const points = distributionPoints(
      point(fullName(uri(URL)), reasons(0x81, 6, 0x40)),
      point(fullName(uri('http://other')), reasons(0x81, 5, 0x20)),
    )
    expect(covered([fullName(uri(URL))], points)).to.equal(KEY_COMPROMISE)
    expect(covered([fullName(uri(URL)), reasons(0x83, 5, 0x60)], points)).to.equal(KEY_COMPROMISE)
    expect(covered([fullName(uri(URL)), reasons(0x83, 5, 0x20)], points)).to.equal(0)
    const both = [fullName(uri(URL), uri('http://other'))]
    expect(covered(both, points)).to.equal(KEY_COMPROMISE | CA_COMPROMISE)
  })

  it('not for the bit without a meaning', () => {
    const points = distributionPoints(point(fullName(uri(URL)), reasons(0x81, 7, 0x80)))
    expect(covered([fullName(uri(URL)), reasons(0x83, 7, 0x80)], points)).to.equal(0)
  })

  it('not by a distribution point without a name, or one of another issuer', () => {
    const scope = [fullName(uri(URL))]
    const crlIssuer = tlv(0xa2, directory(name('issuer')))
    expect(covered(scope, distributionPoints(point(reasons(0x81, 6, 0x40))))).to.equal(0)
    expect(covered(scope, distributionPoints(point(fullName(uri(URL)), crlIssuer)))).to.equal(0)
  })

  it('only if the certificate is of the type that the list is about', () => {
    const ca = basicConstraints(true)
    const user = basicConstraints(false)
    expect([covered([flag(0x81)], user), covered([flag(0x81)], ca)]).to.deep.equal([ALL, 0])
    expect([covered([flag(0x82)], user), covered([flag(0x82)], ca)]).to.deep.equal([0, ALL])
    expect([covered([flag(0x85)], user), covered([flag(0x85)], ca)]).to.deep.equal([0, 0])
  })

  it('not with onlyContainsUserCerts if a certificate of version 1 may be that of a CA', () => {
    const certificate = pathCertificate({ version: null })
    expect(coveredReasons(usableScope(flag(0x81)), certificate)).to.equal(0)
    expect(coveredReasons(usableScope(reasons(0x83, 5, 0x60)), certificate)).not.to.equal(0)
  })

  const wrongPoints: Record<string, Buffer> = {
    'no point': distributionPoints(),
    'something else than a point': distributionPoints(int(1)),
    'an empty name': distributionPoints(point(tlv(0xa0))),
    'no reasons': distributionPoints(point(fullName(uri(URL)), reasons(0x81, 0))),
    'an unknown field': distributionPoints(point(fullName(uri(URL)), tlv(0x83))),
    'fields in another order': distributionPoints(
      point(reasons(0x81, 6, 0x40), fullName(uri(URL))),
    ),
    'a field twice': distributionPoints(point(reasons(0x81, 6, 0x40), reasons(0x81, 6, 0x40))),
    'a point that is cut off': extension('2.5.29.31', tlv(0x30, Buffer.from([0x30, 9]))),
    'another type': extension('2.5.29.31', int(1)),
  }
  for (const [what, points] of Object.entries(wrongPoints)) {
    it(`not if the distribution points are malformed with ${what}`, () => {
      expect(covered([flag(0x81)], points)).to.equal(0)
    })
  }

  it('not if the certificate has two lists of distribution points', () => {
    const points = distributionPoints(point(fullName(uri(URL))))
    expect(covered([flag(0x81)], points, points)).to.equal(0)
  })

  it('the same way when it is asked again', () => {
    const certificate = pathCertificate({ extensions: [distributionPoints(point(relative('a')))] })
    const scope = usableScope(relative('a'))
    expect(coveredReasons(scope, certificate)).to.equal(ALL)
    expect(coveredReasons(scope, certificate)).to.equal(ALL)
  })
})
