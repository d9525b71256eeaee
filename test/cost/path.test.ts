import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { Budget, LIMITS } from '../../src/path/budget.js'
import { createTrustStore, type TrustStoreOptions, type TrustVerdict } from '../../src/trust.js'
import { countCalls, stopCounting } from '../support/count-calls.js'
import { generate, type Holder, issue } from '../support/der-chain.js'
import { basicConstraints, extension, int, nested } from '../support/der-writer.js'
import {
  altNames,
  constraints,
  dns,
  issuePath,
  mappings,
  NOW,
  outcome,
  policies,
  policyConstraints,
} from '../support/paths.js'

afterEach(stopCounting)

const root = issue({ subject: 'root', ca: true })

interface Work {
  readonly result: string
  readonly signatures: number
  readonly steps: number
  readonly comparisons: number
}

/** Validates, and counts what takes time. */
function workOf(validate: () => TrustVerdict): Work {
  const signatures = countCalls(X509Certificate.prototype, 'verify')
  const steps = countCalls(Budget.prototype, 'step')
  const comparisons = countCalls(Budget.prototype, 'compareName')
  const result = outcome(validate())
  return {
    result,
    signatures: signatures(),
    steps: steps(),
    comparisons: comparisons(),
  }
}

function validate(
  leaf: Uint8Array,
  intermediates: readonly Uint8Array[],
  options: Partial<TrustStoreOptions> = {},
): Work {
  const store = createTrustStore({ ca: root.pem, ...options })
  return workOf(() => store.validate(leaf, { intermediates, now: NOW }))
}

/** CAs of which each has signed each other, in one certificate for each pair, and a leaf of the first. */
function makeMesh(size: number, curve: string): { leaf: Buffer; cas: Buffer[] } {
  const holders = Array.from({ length: size }, (_, index) => ({
    subject: `CA ${index}`,
    privateKey: generate(curve),
  }))
  const cas = holders.flatMap((holder) =>
    holders.filter((other) => other !== holder).map((by) => issue({ ...holder, by, ca: true }).der),
  )
  const leaf = issue({ subject: 'leaf', by: holders[0] as (typeof holders)[0] }).der
  return { leaf, cas }
}

describe('the work that a client can cause', () => {
  it('has a limit for ten CAs that sign each other', () => {
    const { leaf, cas } = makeMesh(10, 'P-256')
    const work = validate(leaf, [], { intermediates: cas, maxDepth: 10 })
    expect(work.result).to.equal('path_too_long')
    expect(work.steps).to.equal(LIMITS.steps + 1)
    expect(work.signatures).to.be.at.most(1 + cas.length)
  })

  it('has a limit for the ten certificates that a client may send of such CAs', () => {
    const { leaf, cas } = makeMesh(4, 'P-256')
    const work = validate(leaf, cas.slice(0, LIMITS.candidates), { maxDepth: 10 })
    expect(work.result).to.be.oneOf(['path_too_long', 'unknown_issuer'])
    expect(work.signatures).to.be.at.most(LIMITS.signatureCost / 2)
    expect(work.steps).to.be.at.most(LIMITS.steps + 1)
  })

  it('includes two signatures at most with keys on P-521', () => {
    const { leaf, cas } = makeMesh(4, 'P-521')
    const work = validate(leaf, cas.slice(0, LIMITS.candidates))
    expect(work).to.include({ result: 'path_too_long', signatures: 2 })
  })

  it('includes one signature for each key of candidates with the right name', () => {
    const keys = [generate(), generate()]
    const copies = Array.from({ length: LIMITS.candidates }, (_, index) =>
      issue({
        subject: 'ca',
        by: root,
        ca: true,
        keyIds: false,
        serialNumber: int(index + 1),
        ...(index > 2 && { privateKey: keys[index % 2] as (typeof keys)[0] }),
      }),
    )
    const leaf = issue({
      subject: 'leaf',
      by: { subject: 'ca', privateKey: generate() },
      keyIds: false,
    })
    const work = validate(
      leaf.der,
      copies.map(({ der }) => der),
    )
    expect(work).to.include({ result: 'bad_signature', signatures: 5 })
  })

  it("doesn't include any step for more candidates than a client may send", () => {
    const [, ...sent] = issuePath(...Array.from({ length: 13 }, (_, at) => ({ subject: `${at}` })))
    const ders = sent.map(({ der }) => der)
    const work = validate(ders.at(-1) as Buffer, ders.slice(0, -1))
    expect(work).to.deep.equal({ result: 'path_too_long', signatures: 0, steps: 0, comparisons: 0 })
  })

  it('has a limit for a thousand names under a thousand constraints', () => {
    const list = (suffix: string) => Array.from({ length: 1000 }, (_, at) => dns(`${at}.${suffix}`))
    const path = issuePath(
      { subject: 'anchor' },
      { subject: 'ca', with: [constraints({ excluded: list('example.com') })] },
      { subject: 'leaf', with: [altNames(...list('example.org'))] },
    )
    const work = validatePathOf(path)
    expect(work).to.include({ result: 'path_too_long', comparisons: LIMITS.nameComparisons + 1 })
  })

  it('allows a hundred names under a hundred constraints less one', () => {
    const list = (count: number, suffix: string) =>
      Array.from({ length: count }, (_, at) => dns(`${at}.${suffix}`))
    const path = issuePath(
      { subject: 'anchor' },
      { subject: 'ca', with: [constraints({ excluded: list(99, 'example.com') })] },
      { subject: 'leaf', with: [altNames(...list(100, 'example.org'))] },
    )
    expect(validatePathOf(path).result).to.equal('ok')
  })

  it('stays small for eight policies mapped to eight on each of eight levels', () => {
    const oids = Array.from({ length: 8 }, (_, at) => `1.2.3.${at}`)
    const pairs = oids.flatMap((from) => oids.map((to): [string, string] => [from, to]))
    const path = issuePath(
      { subject: 'anchor' },
      ...Array.from({ length: 8 }, (_, at) => ({
        subject: `ca ${at}`,
        with: [policies(...oids), mappings(...pairs), policyConstraints({ explicit: 0 })],
      })),
      { subject: 'leaf', with: [policies(oids[0] as string)] },
    )
    const work = validatePathOf(path, { maxDepth: 8 })
    expect(work).to.include({ result: 'ok', signatures: 9 })
  })

  it("doesn't include a signature for 20,000 nested sequences, wherever they are", () => {
    const deep = nested(20_000)
    for (const id of ['2.5.29.17', '2.5.29.30', '2.5.29.32', '2.5.29.37']) {
      const [, leaf] = issuePath({ subject: 'root' }, { subject: 'l', with: [extension(id, deep)] })
      const work = validate((leaf as Holder).der, [])
      expect(work, id).to.deep.equal({
        result: 'malformed',
        signatures: 0,
        steps: 0,
        comparisons: 0,
      })
    }
    const unread = issue({
      subject: 'leaf',
      by: root,
      extensions: [basicConstraints(false), extension('1.2.3', deep)],
    })
    expect(validate(unread.der, [])).to.include({ result: 'ok', signatures: 1 })
  })
})

function validatePathOf(path: readonly Holder[], options: Partial<TrustStoreOptions> = {}): Work {
  const [anchor, ...others] = path.map(({ der }) => der)
  const leaf = others.pop() as Buffer
  return validate(leaf, others, { ca: anchor as Buffer, ...options })
}
