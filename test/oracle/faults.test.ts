import { expect } from 'chai'
import { createTrustStore } from '../../src/trust.js'
import { compare, decide } from './support/compare.js'
import { FAULTS } from './support/generator.js'
import { copyOf } from './support/plan.js'
import { createFaulty, createPlain, draftAt } from './support/plain.js'
import type { Judge } from './support/judges.js'
import { openJudges } from './support/open-judges.js'

/** Faults of an anchor for which the store throws when it is created. */
const THROWS_FOR_ANCHOR =
  /basicConstraints|cA is false|version 1|unknown critical|RSA key|curve|DSA|keyCertSign/

describe('a path with one fault', () => {
  let judges: readonly Judge[] = []
  before(async () => (judges = await openJudges()))
  after(() => {
    for (const judge of judges) judge.end()
  })

  it('is accepted by the package and by all judges without the fault', async () => {
    for (const depth of [0, 1, 2, 5]) {
      const test = createPlain(depth).write()
      const verdict = decide(createTrustStore, test)
      expect(verdict).to.have.property('ok', true)
      for (const judge of judges)
        expect(await compare(test, verdict, judge)).to.deep.equal({ kind: 'both accept' })
    }
  })

  for (const fault of FAULTS) {
    for (const place of fault.places) {
      it(`is rejected as ${fault.detail}: ${place}, ${fault.name}`, async () => {
        const test = createFaulty(fault, place).write()
        const verdict = decide(createTrustStore, test)
        expect(verdict).to.include({ ok: false })
        const found = verdict as { reason: string; detail?: string }
        if (place === 'anchor' && THROWS_FOR_ANCHOR.test(fault.name))
          expect(found.reason).to.equal('construction')
        else if (place === 'leaf' && /valid|expired/.test(fault.name))
          expect(found.reason).to.equal(`certificate_${fault.detail}`)
        else expect(found.detail).to.equal(fault.detail)
        for (const judge of judges.filter(({ canJudge }) => canJudge(test))) {
          const { kind } = await compare(test, verdict, judge)
          expect(kind).to.be.oneOf(
            fault.isExplained ? ['both reject', 'explained'] : ['both reject'],
          )
        }
      })
    }
    if (!fault.places.includes('ca')) continue

    it(`does not hide a valid path beside it: ${fault.name}`, () => {
      const plain = createPlain(2)
      const draft = draftAt('ca', plain.plan)
      const before = copyOf(draft)
      fault.apply(draft, plain)
      // Some faults change more than one certificate.
      if (
        before.signer !== draft.signer ||
        before.key !== draft.key ||
        plain.plan.options.maxDepth !== undefined
      )
        return
      plain.plan.others.push(before)
      expect(decide(createTrustStore, plain.write())).to.have.property('ok', true)
    })
  }
})
