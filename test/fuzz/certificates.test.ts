import { expect } from 'chai'
import { generate, issue } from '../support/der-chain.js'
import { describeFaults, readElsewhere, type Reading } from '../support/read-elsewhere.js'
import { type Base, createBases } from './support/bases.js'
import { degenerate } from './support/degenerate-keys.js'
import { mutate } from './support/mutants.js'
import { chooseSeed, Random } from './support/random.js'

const MUTANTS = 20_000
const DEGENERATE_KEYS = 2_000

const seed = chooseSeed()
console.log(`FUZZ_SEED=${seed}`)

const encode = (...ders: readonly Buffer[]): string[] => ders.map((der) => der.toString('base64'))

describe('bytes that are almost a certificate', () => {
  let bases: readonly Base[]
  before(() => {
    bases = createBases()
  })

  /** The bases that a chain is verified with. They follow a mutant. */
  function pickIssuers(random: Random): Buffer[] {
    return Array.from({ length: random.below(3) }, () => random.pick(bases).der)
  }

  it(`are read completely or rejected, and never end the process: ${MUTANTS} mutants`, async () => {
    const random = new Random(seed)
    const readings = Array.from({ length: MUTANTS }, (): Reading => {
      const { der } = mutate(random, bases)
      const others = pickIssuers(random)
      // As the leaf, or after a valid leaf.
      const ders = random.chance(0.6) ? [der, ...others] : [random.pick(bases).der, der, ...others]
      return { ders: encode(...ders), everywhere: false }
    })
    const report = await readElsewhere(readings)
    expect(describeFaults(report)).to.deep.equal([])
    // Both outcomes must be frequent. Otherwise the mutations are too weak or too strong.
    expect(report.accepted).to.be.within(MUTANTS * 0.1, MUTANTS * 0.9)
  })

  it(`are read completely or rejected, and never end the process: ${DEGENERATE_KEYS} degenerate keys`, async () => {
    const random = new Random(seed ^ 0x5eed)
    const readings = Array.from({ length: DEGENERATE_KEYS }, (): Reading => {
      const { der } = degenerate(random)
      const others = Array.from({ length: random.below(4) }, () => degenerate(random).der)
      return { ders: encode(der, ...others), everywhere: false }
    })
    const [leaf = ''] = encode(
      issue({ subject: 'leaf', by: { subject: 'x', privateKey: generate() } }).der,
    )
    const behind = readings.map(({ ders }): Reading => ({
      ders: [leaf, ...ders],
      everywhere: false,
    }))
    const report = await readElsewhere([...readings, ...behind])
    expect(describeFaults(report)).to.deep.equal([])
  })

  it('are read everywhere if they are a valid certificate', async () => {
    const good = bases.filter(({ name }) => /^(RSA|P-|ed)/.test(name))
    const readings = good.map(({ der }): Reading => ({ ders: encode(der, der), everywhere: true }))
    const report = await readElsewhere(readings)
    expect(describeFaults(report)).to.deep.equal([])
    expect(report.accepted).to.equal(good.length)
  })
})
