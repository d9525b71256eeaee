import { expect } from 'chai'
import { createTrustStore } from '../../src/trust.js'
import { type Comparison, compare, decide } from './support/compare.js'
import { EXAMPLES } from './support/examples.js'
import { EXPLANATIONS } from './support/explanations.js'
import type { Case } from './support/generator.js'
import type { Judge } from './support/judges.js'
import { openJudges } from './support/open-judges.js'
import { createPlain } from './support/plain.js'

describe('an explained difference', () => {
  let judges: readonly Judge[] = []
  before(async () => (judges = await openJudges()))
  after(() => {
    for (const judge of judges) judge.end()
  })

  /** Compares the package with each judge that can be asked about a case. */
  async function compareAll(test: Case): Promise<Comparison[]> {
    const able = judges.filter(({ canJudge }) => canJudge(test))
    expect(able).not.to.be.empty
    return Promise.all(able.map((judge) => compare(test, decide(createTrustStore, test), judge)))
  }

  for (const explanation of EXPLANATIONS) {
    const { name, clause, weAccept } = explanation

    it(`exists, and nothing else explains it: ${name} (${clause})`, async () => {
      const example = EXAMPLES[name]
      if (example === undefined) throw new Error(`There is no example for "${name}"`)
      const found = await compareAll(example())
      expect(found.map((comparison) => comparison.kind)).to.include('explained')
      for (const comparison of found.filter(({ kind }) => kind === 'explained'))
        expect(comparison).to.deep.equal({ kind: 'explained', explanation })
    })

    it(`does not explain a case without its cause: ${name}`, () => {
      const test = createPlain(2).write()
      const path = [test.leaf, ...test.candidates, ...test.anchors]
      const opinions = [
        ['ok', false],
        ['unsuitable certificate purpose', true],
        ['self-signed certificate in certificate chain', true],
        ['certificate signature failure', true],
        ['permitted subtree violation', true],
      ] as const
      for (const [opinion, isAccepted] of opinions) {
        const verdict = isAccepted
          ? ({ ok: true, path: [], policies: [] } as const)
          : ({ ok: false, reason: 'certificate_chain_untrusted', detail: 'malformed' } as const)
        if (isAccepted !== weAccept) continue
        expect(explanation.applies({ test, verdict, path, opinion })).to.equal(false)
      }
    })
  }

  it('has an example for each row, and no row has the name of another', () => {
    const names = EXPLANATIONS.map(({ name }) => name).sort()
    expect(names).to.deep.equal(Object.keys(EXAMPLES).sort())
    expect(new Set(names).size).to.equal(names.length)
  })
})
