import { expect } from 'chai'
import { createTrustStore } from '../../src/trust.js'
import { type Comparison, compare, decide } from './support/compare.js'
import { EXAMPLES } from './support/examples.js'
import { EXPLANATIONS } from './support/explanations.js'
import type { Case } from './support/generator.js'
import type { Judge } from './support/judges.js'
import { openJudges } from './support/open-judges.js'
import { createPlain, draftAt } from './support/plain.js'
import { copyOf } from './support/plan.js'

/** The messages of OpenSSL that one of the explanations is about. */
const OPINIONS = [
  'unsuitable certificate purpose',
  'self-signed certificate in certificate chain',
  'certificate signature failure',
  'permitted subtree violation',
]

describe('an explained difference', () => {
  let judges: readonly Judge[] = []
  before(async () => (judges = await openJudges()))
  after(() => {
    for (const judge of judges) judge.end()
  })

  /** Compares the package with each judge that can be asked about a case. */
  async function compareAll(test: Case): Promise<Comparison[]> {
    const able = judges.filter(({ canJudge }) => canJudge(test))
    return Promise.all(able.map((judge) => compare(test, decide(createTrustStore, test), judge)))
  }

  for (const explanation of EXPLANATIONS) {
    const { name, clause } = explanation

    it(`exists, and nothing else explains it: ${name} (${clause})`, async function () {
      const example = EXAMPLES[name]
      if (example === undefined) throw new Error(`The explanation "${name}" has no example`)
      const found = await compareAll(example())
      // Without libcrypto, an old Node can't be asked about anchors that aren't self-signed.
      if (found.length === 0) this.skip()
      expect(found.map((comparison) => comparison.kind)).to.include('explained')
      for (const comparison of found.filter(({ kind }) => kind === 'explained'))
        expect(comparison).to.deep.equal({ kind: 'explained', explanation })
    })

    it(`does not explain a case without its cause: ${name}`, () => {
      const test = createPlain(2).write()
      const path = [test.leaf, ...test.candidates, ...test.anchors]
      if (!explanation.weAccept) {
        expect(path.some(({ draft }) => explanation.isCause(draft))).to.equal(false)
        return
      }
      const verdict = { ok: true, path: [], policies: [] } as const
      for (const opinion of OPINIONS)
        expect(explanation.applies({ test, verdict, path, opinion })).to.equal(false)
    })
  }

  it('does not excuse a rejection where OpenSSL needs no such certificate', async () => {
    const plain = createPlain(2)
    const { plan } = plain
    const twice = copyOf(draftAt('ca', plan))
    twice.faults.push('unknown extension twice')
    plan.others.push(twice)
    const test = plain.write()
    const rejection = {
      ok: false,
      reason: 'certificate_chain_untrusted',
      detail: 'malformed',
    } as const
    for (const judge of judges)
      expect(await compare(test, rejection, judge)).to.have.property('kind', 'false reject')
  })

  it('has an example for each row, and no row has the name of another', () => {
    const names = EXPLANATIONS.map(({ name }) => name).sort()
    expect(names).to.deep.equal(Object.keys(EXAMPLES).sort())
    expect(new Set(names).size).to.equal(names.length)
  })
})
