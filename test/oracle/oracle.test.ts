import { expect } from 'chai'
import { createTrustStore } from '../../src/trust.js'
import { chooseSeed } from '../fuzz/support/random.js'
import { runCampaign } from './support/campaign.js'
import type { Judge } from './support/judges.js'
import { openJudges } from './support/open-judges.js'
import { expectAgreement } from './support/tally.js'

const RANDOM_CASES = Number(process.env['ORACLE_CASES'] ?? 8000)
const FIXED_CASES = 2000
const FIXED_SEED = 20260101

const seed = chooseSeed()
console.log(`FUZZ_SEED=${seed}`)

/** The generators make about as many cases of either outcome. */
const LIMITS = { explained: 0.05, bothAccept: [0.3, 0.8] } as const

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
      expectAgreement(tally, LIMITS)
    }).timeout(1_200_000)
  }
})
