import { expect } from 'chai'
import { Budget, BudgetExceeded, LIMITS } from '../../../src/path/budget.js'
import { NAME_TAG } from '../../../src/path/general-name.js'
import { comparable } from '../../../src/path/name-forms.js'
import { areNamesAllowed, type NameConstraints } from '../../../src/path/name-constraints.js'
import { extension, int, name, oid, seq, set, tlv, utf8 } from '../../support/der-writer.js'
import {
  directory,
  dns,
  email,
  extensionsOf,
  ip,
  nameConstraints,
  nameOf,
  otherName,
  pathCertificate,
  subjectAltNames,
  uri,
} from '../../support/path-writer.js'
import { listNames } from '../../../src/path/names.js'

type Bases = Parameters<typeof nameConstraints>[0]

function constraintsOf(bases: Bases): NameConstraints {
  const found = extensionsOf(nameConstraints(bases))?.nameConstraints
  if (found === undefined) throw new Error("The constraints can't be read")
  return found
}

/** Whether a certificate with these alternative names, and no subject, is allowed. */
function isAllowed(bases: Bases, ...names: readonly Buffer[]): boolean {
  const certificate = pathCertificate({ subject: seq(), extensions: [subjectAltNames(...names)] })
  return areNamesAllowed(listNames(certificate), constraintsOf(bases), new Budget())
}

const NET = ip(10, 0, 0, 0, 255, 0, 0, 0)

describe('name constraints (RFC 5280 4.2.1.10)', () => {
  /** For each form: the base of a subtree, a name within it, and a name outside of it. */
  const forms = [
    ['email addresses', email('b.example'), email('a@b.example'), email('a@x.b.example')],
    ['mailboxes', email('a@b.example'), email('a@b.example'), email('c@b.example')],
    ['DNS names', dns('b.example'), dns('a.b.example'), dns('ab.example')],
    ['URIs', uri('.b.example'), uri('https://a.b.example/x'), uri('https://b.example/x')],
    ['IP addresses', NET, ip(10, 9, 9, 9), ip(11, 0, 0, 0)],
    ['directory names', directory(nameOf('O')), directory(nameOf('o', 'c')), directory(name('o'))],
  ] as const

  for (const [form, base, inside, outside] of forms) {
    it(`allow ${form} only within a permitted subtree`, () => {
      expect(isAllowed({ permitted: [base] }, inside)).to.equal(true)
      expect(isAllowed({ permitted: [base] }, outside)).to.equal(false)
    })

    it(`allow ${form} only outside of an excluded subtree`, () => {
      expect(isAllowed({ excluded: [base] }, inside)).to.equal(false)
      expect(isAllowed({ excluded: [base] }, outside)).to.equal(true)
    })

    it(`let exclusion win over permission for ${form}`, () => {
      expect(isAllowed({ permitted: [base], excluded: [base] }, inside)).to.equal(false)
    })

    it(`restrict no other form than ${form}`, () => {
      const other = form === 'DNS names' ? email('a@b.example') : dns('a.b.example')
      expect(isAllowed({ permitted: [base], excluded: [base] }, other)).to.equal(true)
    })

    it(`hold every one of several ${form} against the subtrees`, () => {
      expect(isAllowed({ permitted: [base] }, inside, outside)).to.equal(false)
      expect(isAllowed({ excluded: [base] }, outside, inside)).to.equal(false)
    })
  }

  it('allow a name in any of several permitted subtrees', () => {
    const permitted = [dns('a.example'), dns('b.example')]
    expect(isAllowed({ permitted }, dns('x.a.example'))).to.equal(true)
    expect(isAllowed({ permitted }, dns('x.b.example'))).to.equal(true)
    expect(isAllowed({ permitted }, dns('x.c.example'))).to.equal(false)
  })

  it('forbid a name in any of several excluded subtrees', () => {
    const excluded = [dns('a.example'), dns('b.example')]
    expect(isAllowed({ excluded }, dns('x.a.example'))).to.equal(false)
    expect(isAllowed({ excluded }, dns('x.b.example'))).to.equal(false)
    expect(isAllowed({ excluded }, dns('x.c.example'))).to.equal(true)
  })

  it('permit a name that is in a permitted and in no excluded subtree', () => {
    const bases = { permitted: [dns('example')], excluded: [dns('b.example')] }
    expect(isAllowed(bases, dns('a.example'))).to.equal(true)
    expect(isAllowed(bases, dns('a.b.example'))).to.equal(false)
  })

  it('forbid a wildcard that may name a host in an excluded subtree', () => {
    expect(isAllowed({ excluded: [dns('a.b.example')] }, dns('*.b.example'))).to.equal(false)
  })

  it("don't permit a wildcard that only may name a host in a permitted subtree", () => {
    expect(isAllowed({ permitted: [dns('a.b.example')] }, dns('*.b.example'))).to.equal(false)
  })

  for (const kind of ['permitted', 'excluded'] as const) {
    it(`reject names that can't be compared with ${kind} subtrees of their form`, () => {
      expect(isAllowed({ [kind]: [dns('b.example')] }, dns('a b'))).to.equal(false)
      expect(isAllowed({ [kind]: [email('b.example')] }, email('"a"@c.example'))).to.equal(false)
      expect(isAllowed({ [kind]: [uri('b.example')] }, uri('urn:x'))).to.equal(false)
      expect(isAllowed({ [kind]: [otherName('1.2.3', 'a')] }, otherName('1.2.3', 'b'))).to.equal(
        false,
      )
    })
  }

  describe('for an address of e-mail in an otherName (RFC 9598 6)', () => {
    const MAILBOX = '1.3.6.1.5.5.7.8.9'

    it('are those of email addresses', () => {
      const permitted = [email('b.example')]
      expect(isAllowed({ permitted }, otherName(MAILBOX, 'a@b.example'))).to.equal(true)
      expect(isAllowed({ permitted }, otherName(MAILBOX, 'a@c.example'))).to.equal(false)
      expect(isAllowed({ excluded: permitted }, otherName(MAILBOX, 'a@b.example'))).to.equal(false)
      expect(isAllowed({ excluded: permitted }, otherName(MAILBOX, 'a@c.example'))).to.equal(true)
      expect(isAllowed({ permitted: [dns('b.example')] }, otherName(MAILBOX, 'a@c'))).to.equal(true)
    })

    it('are also those of other names', () => {
      const bases = [otherName('1.2.3', 'x')]
      expect(isAllowed({ permitted: bases }, otherName(MAILBOX, 'a@b.example'))).to.equal(false)
    })

    it("reject what can't be compared", () => {
      for (const kind of ['permitted', 'excluded']) {
        for (const value of [utf8('\u00e9@b.example'), tlv(0x16, Buffer.from('a@b.example'))]) {
          const name = tlv(0xa0, oid(MAILBOX), tlv(0xa0, value))
          expect(isAllowed({ [kind]: [email('c.example')] }, name)).to.equal(false)
        }
      }
    })
  })

  it("allow a name that can't be compared where no subtree has its form", () => {
    expect(isAllowed({ permitted: [dns('b.example')] }, otherName('1.2.3', 'b'))).to.equal(true)
    expect(isAllowed({ excluded: [dns('b.example')] }, uri('urn:x'))).to.equal(true)
  })

  it('allow a certificate without names', () => {
    const bases = constraintsOf({ permitted: [dns('b.example'), directory(nameOf('O'))] })
    expect(areNamesAllowed([], bases, new Budget())).to.equal(true)
  })

  it('permit only 0.0.0.0 by its range of one address (RFC 5280 4.2.1.10)', () => {
    expect(
      isAllowed({ permitted: [ip(0, 0, 0, 0, 255, 255, 255, 255)] }, ip(10, 0, 0, 1)),
    ).to.equal(false)
  })

  it('count each comparison', () => {
    const permitted = Array.from({ length: 100 }, (_, at) => dns(`h${at}.example`))
    const names = Array.from({ length: 100 }, () =>
      comparable({ tag: NAME_TAG.dNSName, value: 'h99.example' }),
    )
    const budget = new Budget()
    expect(areNamesAllowed(names, constraintsOf({ permitted }), budget)).to.equal(true)
    expect(names.length * permitted.length).to.equal(LIMITS.nameComparisons)
    expect(() => areNamesAllowed(names, constraintsOf({ permitted }), budget)).to.throw(
      BudgetExceeded,
    )
  })
})

describe('readNameConstraints (RFC 5280 4.2.1.10)', () => {
  const ID = '2.5.29.30'
  const base = seq(dns('b.example'))

  it('reads permitted subtrees, excluded subtrees, or both', () => {
    const { permitted, excluded } = constraintsOf({ permitted: [dns('a')], excluded: [dns('b')] })
    expect([...permitted]).to.deep.equal([[NAME_TAG.dNSName, ['a']]])
    expect([...excluded]).to.deep.equal([[NAME_TAG.dNSName, ['b']]])
    expect(constraintsOf({ permitted: [dns('a')] }).excluded.size).to.equal(0)
    expect(constraintsOf({ excluded: [dns('b')] }).permitted.size).to.equal(0)
  })

  it('reads all subtrees of one form', () => {
    const { permitted } = constraintsOf({ permitted: [dns('a'), NET, dns('b')] })
    expect(permitted.get(NAME_TAG.dNSName)).to.deep.equal(['a', 'b'])
    expect(permitted.get(NAME_TAG.iPAddress)).to.deep.equal([NET.subarray(2)])
  })

  for (const [fault, value] of [
    ['another type', set(tlv(0xa0, base))],
    ['neither of the lists', seq()],
    ['the lists in the wrong order', seq(tlv(0xa1, base), tlv(0xa0, base))],
    ['a list that occurs twice', seq(tlv(0xa0, base), tlv(0xa0, base))],
    ['three lists', seq(tlv(0xa0, base), tlv(0xa1, base), tlv(0xa1, base))],
    ['an unknown list', seq(tlv(0xa0, base), tlv(0xa2, base))],
    ['an empty permitted list', seq(tlv(0xa0))],
    ['an empty excluded list', seq(tlv(0xa0, base), tlv(0xa1))],
    ["a subtree that isn't a SEQUENCE", seq(tlv(0xa0, set(dns('b.example'))))],
    ['a subtree without a base', seq(tlv(0xa0, seq()))],
    ['a minimum', seq(tlv(0xa0, seq(dns('b.example'), tlv(0x80, int(0)))))],
    ['a maximum', seq(tlv(0xa0, seq(dns('b.example'), tlv(0x81, int(1)))))],
    ["a base that isn't a name", seq(tlv(0xa0, seq(int(1))))],
    ["a base that can't be one", seq(tlv(0xa0, seq(dns('*.b.example'))))],
    ['a mask with a gap', seq(tlv(0xa0, seq(ip(10, 0, 0, 0, 255, 0, 255, 0))))],
    ['one unreadable subtree beside another', seq(tlv(0xa0, base, seq(dns('a b'))))],
    ['an unreadable excluded subtree', seq(tlv(0xa0, base), tlv(0xa1, seq(dns('a b'))))],
    ['two values', Buffer.concat([seq(tlv(0xa0, base)), seq(tlv(0xa0, base))])],
  ] as const) {
    it(`rejects ${fault}`, () => {
      expect(extensionsOf(extension(ID, value, true))).to.equal(undefined)
    })
  }
})
