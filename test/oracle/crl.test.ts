import { expect } from 'chai'
import { createTrustStore } from '../../src/trust.js'
import { chooseSeed, Random } from '../fuzz/support/random.js'
import type { JudgedVerdict } from '../support/judged-store.js'
import { runCrlCampaign } from './support/crl/campaign.js'
import { compareCrl, type CreateCrlStore } from './support/crl/compare.js'
import { CRL_EXPLANATIONS } from './support/crl/explanations.js'
import { VARIATIONS } from './support/crl/generator.js'
import { createCrlPlan, writeCase } from './support/crl/plan.js'
import { type Libcrypto, startLibcrypto } from './support/libcrypto.js'
import { count, expectAgreement, startTally, type Tally } from './support/tally.js'

/** A quarter of the random paths, because each case takes longer. */
const RANDOM_CASES = Math.ceil(Number(process.env['ORACLE_CASES'] ?? 8000) / 4)
const FIXED_CASES = 1500
const FIXED_SEED = 20260101

const seed = chooseSeed()
console.log(`FUZZ_SEED=${seed}`)

const create: CreateCrlStore = (options) => createTrustStore(options)

/** The order matters: the last of them signs the list. */
const SEVERAL_SIGNERS = [
  'another CA may sign lists, but a third has signed',
  'a list of another key: valid',
].flatMap((wanted) => VARIATIONS.filter(({ name }) => name === wanted))

/** The generators make about as many cases of either outcome. */
const LIMITS = { explained: 0.15, bothAccept: [0.3, 0.6] } as const

describe('revocation lists and libcrypto', () => {
  let libcrypto: Libcrypto | undefined
  before(async function () {
    const started = await startLibcrypto()
    if (typeof started === 'string') {
      console.log(`NOT RUN: revocation lists: ${started}`)
      // The half handshake of the other tests can't be told which errors it has to ignore.
      if (process.env['CI'] !== undefined) throw new Error(started)
      this.skip()
    }
    libcrypto = started
  })
  after(() => libcrypto?.end())

  const run = (from: number, cases: number, store = create): Promise<Tally> =>
    runCrlCampaign({ seed: from, cases, libcrypto: libcrypto as Libcrypto, create: store })

  // On another release of Node, the judge is the same.
  if (process.env['ORACLE_CASES'] === undefined) {
    it(`agree on ${FIXED_CASES} random cases from the same seed in every run`, async () => {
      const tally = await run(FIXED_SEED, FIXED_CASES)
      expectAgreement(tally, LIMITS)
      // Each explanation that is frequent enough has to be needed. The others come with other seeds.
      expect(tally.explained.size).to.be.at.least(CRL_EXPLANATIONS.length - 2)
    }).timeout(1_200_000)
  }

  it(`agree on ${RANDOM_CASES} random cases from a new seed`, async () => {
    expectAgreement(await run(seed, RANDOM_CASES), LIMITS)
  }).timeout(1_200_000)

  it('agree on lists for which several certificates of one name may be the signer', async () => {
    const random = new Random(FIXED_SEED)
    const judge = libcrypto as Libcrypto
    const tally = startTally()
    for (let index = 0; index < 100; index += 1) {
      const plan = createCrlPlan(random)
      for (const { apply } of SEVERAL_SIGNERS) apply(plan)
      const finding = await compareCrl(writeCase(plan), create, judge, 'require')
      count(finding, `case ${index}`, tally)
    }
    // For most of these lists, the certificate that signed them is missing.
    expectAgreement(tally, { explained: 0.15, bothAccept: [0, 0.3] })
    expect([...tally.explained.keys()]).to.include('OpenSSL tries only one signer of a list')
  })

  it('have no variation and no explanation twice', () => {
    for (const rows of [VARIATIONS, CRL_EXPLANATIONS])
      expect(new Set(rows.map(({ name }) => name)).size).to.equal(rows.length)
  })

  describe('notice a package', () => {
    const wrong: Readonly<Record<string, CreateCrlStore>> = {
      'that asks no lists': ({ crl: _crl, revocationPolicy: _policy, ...options }) =>
        createTrustStore(options),
      'that forgets its last list': ({ crl = [], ...options }) =>
        createTrustStore({ ...options, crl: crl.slice(0, -1), revocationPolicy: 'soft' }),
      'that accepts an unknown status': (options) =>
        createTrustStore({ ...options, revocationPolicy: 'soft' }),
    }
    for (const [name, store] of Object.entries(wrong)) {
      it(name, async () => {
        const { falseAccepts } = await run(FIXED_SEED, 150, store)
        expect(falseAccepts.length).to.be.at.least(10)
      })
    }

    it('that rejects everything', async () => {
      const rejection: JudgedVerdict = { ok: false, reason: 'revocation_unknown', detail: 'no_crl' }
      const { bothAccept, falseRejects } = await run(FIXED_SEED, 150, () => ({
        validate: () => rejection,
      }))
      expect(bothAccept).to.be.below(60)
      expect(falseRejects.length).to.be.at.least(40)
    })
  })
})
