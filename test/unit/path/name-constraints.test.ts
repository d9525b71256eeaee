import { expect } from 'chai'
import { extension, int, seq, tlv } from '../../support/der-writer.js'
import {
  altNames,
  constraints,
  directory,
  dirName,
  dns,
  email,
  ip,
  issuePath,
  outcome,
  uri,
  validatePath,
} from '../../support/paths.js'

type Constraints = Parameters<typeof constraints>[0]

const CN = '2.5.4.3'
const O = '2.5.4.10'
const EMAIL = '1.2.840.113549.1.9.1'
const subjectOf = (name: Buffer) => ({ subject: name as unknown as string })

/** The outcome for a leaf with these names, below a CA with these constraints. */
function check(
  limits: Constraints | Buffer,
  names: Buffer[],
  subject: Buffer = directory([O, 'x']),
): string {
  const extensions = [Buffer.isBuffer(limits) ? limits : constraints(limits)]
  const leaf = { ...subjectOf(subject), with: names.length === 0 ? [] : [altNames(...names)] }
  return outcome(
    validatePath(issuePath({ subject: 'root' }, { subject: 'ca', with: extensions }, leaf)),
  )
}

describe('name constraints', () => {
  const rules: [base: Buffer, inside: Buffer[], outside: Buffer[]][] = [
    [
      dns('a.test'),
      [dns('a.test'), dns('B.A.test'), dns('*.a.test')],
      [dns('ba.test'), dns('test')],
    ],
    [dns('.a.test'), [dns('b.a.test')], [dns('a.test')]],
    [dns(''), [dns('a.test')], []],
    [email('a.test'), [email('x@A.test')], [email('x@b.a.test'), email('x@b.test')]],
    [email('.a.test'), [email('x@b.a.test')], [email('x@a.test')]],
    [email('x@a.test'), [email('x@A.TEST')], [email('X@a.test'), email('y@a.test')]],
    [uri('a.test'), [uri('https://A.test/x'), uri('spiffe://a.test:1')], [uri('https://b.a.test')]],
    [uri('.a.test'), [uri('https://b.a.test?x')], [uri('https://a.test')]],
    [
      ip(10, 0, 0, 0, 255, 0, 0, 0),
      [ip(10, 1, 2, 3)],
      [ip(11, 1, 2, 3), ip(...Array<number>(16).fill(10))],
    ],
    [
      dirName(directory([O, 'A  b'])),
      [dirName(directory([O, 'a B '], [CN, 'c']))],
      [dirName(directory([CN, 'c'])), dirName(directory([O, 'a bc']))],
    ],
  ]
  for (const [index, [base, inside, outside]] of rules.entries()) {
    it(`permit and exclude exactly what is in the subtree: ${index + 1}`, () => {
      const also = base[0] === 0xa4 ? [dirName(directory([O, 'x']))] : []
      for (const name of inside) {
        expect(check({ permitted: [base, ...also] }, [name])).to.equal('ok')
        expect(check({ excluded: [base] }, [name])).to.equal('name_constraints')
      }
      for (const name of outside) {
        expect(check({ permitted: [base, ...also] }, [name])).to.equal('name_constraints')
        expect(check({ excluded: [base] }, [name])).to.equal('ok')
      }
    })
  }

  const incomparable = [
    [dns('a.test'), dns('a.test.')],
    [dns('a.test'), dns('a..test')],
    [email('a.test'), email('x')],
    [email('a.test'), email('"x"@a.test')],
    [uri('a.test'), uri('urn:a.test')],
    [uri('a.test'), uri('https://x@a.test')],
    [uri('a.test'), uri('https://10.0.0.1')],
    [tlv(0x88, Buffer.from([0x2a])), tlv(0x88, Buffer.from([0x2a]))],
  ] as const
  for (const [index, [base, name]] of incomparable.entries()) {
    it(`reject names that can't be compared: ${index + 1}`, () => {
      expect(check({ permitted: [base] }, [name])).to.equal('name_constraints')
      expect(check({ excluded: [base] }, [name])).to.equal('name_constraints')
    })
  }

  it('say nothing about names of other types', () => {
    expect(
      check({ permitted: [dns('a.test')], excluded: [uri('b.test')] }, [email('x@c')]),
    ).to.equal('ok')
  })

  it('reject a wildcard that includes an excluded host', () => {
    expect(check({ excluded: [dns('b.a.test')] }, [dns('*.a.test')])).to.equal('name_constraints')
    expect(check({ excluded: [dns('c.b.a.test')] }, [dns('*.a.test')])).to.equal('ok')
    expect(check({ permitted: [dns('b.a.test')] }, [dns('*.a.test')])).to.equal('name_constraints')
  })

  it('hold a common name against DNS constraints only without a DNS name', () => {
    const limits = { permitted: [dns('a.test')] }
    expect(check(limits, [], directory([CN, 'b.test']))).to.equal('name_constraints')
    expect(check(limits, [], directory([CN, 'B.a.test']))).to.equal('ok')
    expect(check(limits, [dns('a.test')], directory([CN, 'b.test']))).to.equal('ok')
    expect(check(limits, [], directory([CN, 'Alice']))).to.equal('ok')
    expect(check(limits, [], directory([CN, '10.0.0.1']))).to.equal('ok')
  })

  it('hold an email address in the subject against email constraints', () => {
    const limits = { permitted: [email('a.test')] }
    expect(check(limits, [], directory([EMAIL, 'x@b.test']))).to.equal('name_constraints')
    expect(check(limits, [], directory([EMAIL, 'x@a.test']))).to.equal('ok')
  })

  it('apply to the subject', () => {
    const limits = { permitted: [dirName(directory([O, 'a']))] }
    expect(check(limits, [], directory([O, 'b']))).to.equal('name_constraints')
    expect(check(limits, [], directory([O, 'A'], [CN, 'x']))).to.equal('ok')
    // A certificate without a subject has no name of this type.
    expect(check(limits, [dns('a.test')], seq())).to.equal('ok')
  })

  it('of the trust anchor and of every CA apply', () => {
    const root = { subject: 'root', with: [constraints({ permitted: [dns('a.test')] })] }
    const ca = { subject: 'ca', with: [constraints({ excluded: [dns('b.a.test')] })] }
    const verdict = (name: string) =>
      outcome(validatePath(issuePath(root, ca, { subject: 'leaf', with: [altNames(dns(name))] })))
    expect(verdict('c.a.test')).to.equal('ok')
    expect(verdict('b.a.test')).to.equal('name_constraints')
    expect(verdict('c.test')).to.equal('name_constraints')
  })

  it("don't apply to self-issued CAs, but to a self-issued leaf", () => {
    const root = {
      subject: 'a',
      with: [constraints({ excluded: [dirName(directory([CN, 'a']))] })],
    }
    const selfIssued = { subject: 'a' }
    const leaf = { subject: 'b' }
    expect(outcome(validatePath(issuePath(root, selfIssued, leaf)))).to.equal('ok')
    expect(outcome(validatePath(issuePath(root, selfIssued)))).to.equal('name_constraints')
  })

  const nameConstraints = (...lists: Buffer[]) => extension('2.5.29.30', seq(...lists), true)
  const malformed: [title: string, limits: Buffer][] = [
    ['no list', nameConstraints()],
    ['an empty list', nameConstraints(tlv(0xa0))],
    [
      'the lists in the wrong order',
      nameConstraints(tlv(0xa1, seq(dns('a'))), tlv(0xa0, seq(dns('a')))),
    ],
    ['a maximum', nameConstraints(tlv(0xa0, seq(dns('a'), tlv(0x81, int(1)))))],
    ['a host with a space', constraints({ excluded: [dns('a b')] })],
    ['a base that is not ASCII', constraints({ excluded: [dns('\u00e9')] })],
    ['an empty email base', constraints({ excluded: [email('')] })],
    ['an empty URI base', constraints({ excluded: [uri('')] })],
    ['a mask with a gap', constraints({ excluded: [ip(10, 0, 0, 0, 255, 0, 255, 0)] })],
    ['an address without a mask', constraints({ excluded: [ip(10, 0, 0, 0)] })],
  ]
  for (const [title, limits] of malformed) {
    it(`are malformed with ${title}`, () => {
      expect(check(limits, [])).to.equal('malformed')
    })
  }
})
