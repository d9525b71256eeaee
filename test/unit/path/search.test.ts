import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { createTrustStore } from '../../../src/trust.js'
import { generate, type Holder, issue } from '../../support/der-chain.js'
import { basicConstraints, certificateOf, int, seq, set, spkiOf } from '../../support/der-writer.js'
import { slowSpki } from '../../support/slow-curve.js'
import { countCalls, stopCounting } from '../../support/count-calls.js'
import {
  altNames,
  constraints,
  dns,
  issuePath,
  NOW,
  outcome,
  validatePath,
} from '../../support/paths.js'

const validate = (
  ca: Holder | Holder[],
  leaf: Holder,
  sent: Holder[],
  configured: Holder[] = [],
) => {
  const store = createTrustStore({
    ca: [ca].flat().map(({ der }) => der),
    ...(configured.length > 0 && { intermediates: configured.map(({ der }) => der) }),
  })
  return store.validate(leaf.der, { intermediates: sent.map(({ der }) => der), now: NOW })
}

describe('the search for a path', () => {
  afterEach(stopCounting)
  const [root, ca, leaf] = issuePath(
    { subject: 'root' },
    { subject: 'ca' },
    { subject: 'leaf' },
  ) as [Holder, Holder, Holder]
  const sameName = issue({ subject: 'ca', ca: true, keyIds: false })

  it('uses what was sent in any order, what is configured, and nothing that it does not need', () => {
    expect(outcome(validate(root, leaf, [sameName, root, leaf, ca, ca]))).to.equal('ok')
    expect(outcome(validate(root, leaf, [], [sameName, ca]))).to.equal('ok')
    expect(outcome(validate(root, leaf, [ca], [ca]))).to.equal('ok')
  })

  it('ends at a CA that is not a root', () => {
    const verdict = validate(ca, leaf, [ca, root])
    expect(verdict.ok && verdict.path.length).to.equal(2)
  })

  it("doesn't find an issuer that is missing or has another key identifier", () => {
    expect(outcome(validate(root, leaf, []))).to.equal('unknown_issuer')
    const otherKey = issue({ subject: 'ca', ca: true, by: root })
    expect(outcome(validate(root, leaf, [otherKey]))).to.equal('unknown_issuer')
  })

  it("tells a forged CA by the signature, and doesn't let it hide the real one", () => {
    expect(outcome(validate(root, leaf, [sameName]))).to.equal('bad_signature')
    expect(outcome(validate(sameName, leaf, []))).to.equal('bad_signature')
    expect(outcome(validate(sameName, leaf, [ca]))).to.equal('unknown_issuer')
  })

  it('ends for CAs that signed each other', () => {
    const keys = [generate(), generate()] as const
    const cross = (subject: string, by: string, own: 0 | 1, signer: 0 | 1) =>
      issue({
        subject,
        ca: true,
        privateKey: keys[own],
        by: { subject: by, privateKey: keys[signer] },
      })
    const loop = [cross('a', 'b', 0, 1), cross('b', 'a', 1, 0)]
    const below = issue({ subject: 'leaf', by: { subject: 'a', privateKey: keys[0] } })
    expect(outcome(validate(root, below, loop))).to.equal('unknown_issuer')
  })

  it('tries another path after one that fails as a whole, and reports the one that came furthest', () => {
    const privateKey = generate()
    const limited = issue({
      subject: 'a',
      by: root,
      privateKey,
      extensions: [basicConstraints(true), constraints({ permitted: [dns('b.test')] })],
    })
    const open = issue({ subject: 'a', ca: true, by: root, privateKey })
    const client = issue({ subject: 'leaf', by: open, extensions: [altNames(dns('a.test'))] })
    expect(outcome(validate(root, client, [limited, open]))).to.equal('ok')
    expect(outcome(validate(root, client, [limited, sameName]))).to.equal('name_constraints')
  })

  it('allows as many CAs as maxDepth says', () => {
    const names = ['root', '1', '2', '3', '4', '5', '6', 'leaf'].map((subject) => ({ subject }))
    const path = issuePath(...names)
    expect(outcome(validatePath(path))).to.equal('path_too_long')
    expect(outcome(validatePath(path, { maxDepth: 6 }))).to.equal('ok')
    expect(outcome(validatePath(path.slice(1), { maxDepth: 5 }))).to.equal('ok')
    expect(outcome(validatePath(path.slice(6), { maxDepth: 0 }))).to.equal('ok')
    expect(outcome(validatePath(path.slice(5), { maxDepth: 0 }))).to.equal('path_too_long')
  })

  it('takes no more than ten certificates from a request', () => {
    const many = Array.from({ length: 10 }, () => sameName)
    expect(outcome(validate(root, leaf, [...many.slice(1), ca]))).to.equal('ok')
    expect(outcome(validate(root, leaf, [...many, ca]))).to.equal('path_too_long')
  })

  it('ends after 500 steps', () => {
    // Each of these is a valid issuer of each, so the paths are as many as their permutations.
    const privateKey = generate()
    const twins = Array.from({ length: 10 }, () =>
      issue({ subject: 'a', ca: true, privateKey, by: { subject: 'a', privateKey } }),
    )
    const below = issue({ subject: 'leaf', by: { subject: 'a', privateKey } })
    expect(outcome(validate(root, below, twins))).to.equal('path_too_long')
  })

  it('ends when its signatures cost too much, unless both certificates are configured', () => {
    const names = ['root', '1', '2', '3'].map((subject) => ({
      subject,
      privateKey: generate('P-521'),
    }))
    const path = issuePath(...names, { subject: 'leaf' })
    const [anchor, ...others] = path as [Holder, ...Holder[]]
    const last = others.pop() as Holder
    expect(outcome(validate(anchor, last, others))).to.equal('path_too_long')
    expect(outcome(validate(anchor, last, [], others))).to.equal('ok')
  })

  it('ends after 10,000 comparisons of names', () => {
    const bases = Array.from({ length: 101 }, (_, index) => dns(`x${index}.test`))
    const names = (count: number) => altNames(...Array.from({ length: count }, () => dns('a.test')))
    const check = (count: number) =>
      outcome(
        validatePath(
          issuePath(
            { subject: 'root', with: [constraints({ excluded: bases })] },
            { subject: 'leaf', with: [names(count)] },
          ),
        ),
      )
    expect(check(99)).to.equal('ok')
    expect(check(100)).to.equal('path_too_long')
  })

  it('compares names without regard to case, white space and string type', () => {
    const anchor = issue({ subject: 'My  ROOT', ca: true })
    const client = issue({
      subject: 'leaf',
      by: { subject: ' my root', privateKey: anchor.privateKey },
    })
    expect(outcome(validate(anchor, client, []))).to.equal('ok')
    const other = issue({
      subject: 'leaf',
      by: { subject: 'myroot', privateKey: anchor.privateKey },
    })
    expect(outcome(validate(anchor, other, []))).to.equal('unknown_issuer')
  })

  it('verifies the signature between two CAs once, even if several paths lead through them', () => {
    const top = issue({ subject: 'top', ca: true })
    const middle = issue({ subject: 'middle', ca: true, by: top })
    const twins = [1, 2].map((serialNumber) =>
      issue({
        subject: 'ca',
        ca: true,
        by: middle,
        privateKey: ca.privateKey,
        serialNumber: int(serialNumber),
      }),
    )
    const client = issue({ subject: 'leaf', by: ca })
    const verifications = countCalls(X509Certificate.prototype, 'verify')
    expect(outcome(validate(root, client, [...twins, middle, top]))).to.equal('unknown_issuer')
    // The leaf by the key of the twins, both twins by the middle CA, and the middle CA by the top CA.
    expect(verifications()).to.equal(4)
  })

  it('says that a certificate from the request may be the missing issuer, but cannot be used', () => {
    const broken = certificateOf({
      subject: 'ca',
      issuer: 'root',
      spki: spkiOf(ca.privateKey),
      signer: root.privateKey,
      extensions: [basicConstraints(true), basicConstraints(true)],
    })
    const unusable = certificateOf({
      subject: 'ca',
      issuer: 'root',
      spki: slowSpki(),
      signer: root.privateKey,
    })
    const nameless = certificateOf({
      subject: 'ca',
      issuer: seq(set()),
      spki: spkiOf(ca.privateKey),
    })
    const sent = (der: Buffer): Holder => ({ ...ca, der })
    expect(outcome(validate(root, leaf, [sent(nameless)]))).to.equal('malformed')
    expect(outcome(validate(root, leaf, [sent(broken)]))).to.equal('malformed')
    expect(outcome(validate(root, leaf, [sent(unusable)]))).to.equal('weak_algorithm')
  })
})
