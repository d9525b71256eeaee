import { expect } from 'chai'
import { createTrustStore } from '../../src/trust.js'
import { chooseSeed } from '../fuzz/support/random.js'
import { runCampaign, type Tally } from './support/campaign.js'
import type { Judge } from './support/judges.js'
import { openJudges } from './support/open-judges.js'

const RANDOM_CASES = Number(process.env['ORACLE_CASES'] ?? 8000)
const FIXED_CASES = 2000
const FIXED_SEED = 20260101

const seed = chooseSeed()
console.log(`FUZZ_SEED=${seed}`)

function expectAgreement({ compared, bothAccept, explained, ...faults }: Tally): void {
  const { falseAccepts, falseRejects } = faults
  const wrong = [...falseAccepts, ...falseRejects]
  if (wrong.length > 0) {
    const counts = `${falseAccepts.length} false accepts and ${falseRejects.length} false rejects`
    expect.fail(`${counts}, for example:\n\n${wrong.slice(0, 3).join('\n\n')}`)
  }
  const sum = [...explained.values()].reduce((total, count) => total + count, 0)
  // Both outcomes have to be frequent, and the table must not explain away too much.
  expect(sum, JSON.stringify([...explained])).to.be.at.most(compared * 0.05)
  expect(bothAccept).to.be.within(compared * 0.3, compared * 0.8)
}

describe('path validation and OpenSSL', () => {
  let judges: readonly Judge[] = []
  before(async () => {
    judges = await openJudges()
    for (const { name } of judges) console.log(`Judge: ${name}`)
  })
  after(() => {
    for (const judge of judges) judge.end()
  })

  const campaigns = [
    ['the same seed in every run', FIXED_SEED, FIXED_CASES],
    ['a new seed', seed, RANDOM_CASES],
  ] as const
  for (const [name, from, cases] of campaigns) {
    it(`agree on ${cases} random cases from ${name}`, async () => {
      // The half handshake takes longest, so it judges half of the cases where libcrypto judges all.
      const campaign = { seed: from, cases, judges, isShort: true, create: createTrustStore }
      const tally = await runCampaign(campaign)
      expect(tally.compared).to.be.at.least(cases * 0.7)
      expectAgreement(tally)
    }).timeout(1_200_000)
  }
})
