import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Attack, ATTACKS, type Mistake, MISTAKES } from './naive.js'
import { caseOf, CASES } from './support/cases.js'
import { documented, naive } from './support/files.js'
import { versionOf } from './support/launch.js'
import { AS_VICTIM, UNVERIFIED } from './support/outcome.js'
import { proxyOf, PROXIES } from './support/proxies.js'
import { type Reading, outcomeOf, stopSites } from './support/run.js'

/** What a mistake is made with, and what makes its line unlike the safe one. */
const MISTAKEN =
  /X-SSL-Client|proxy_set_header|underscores_in_headers|verify_client|VerifyClient|verify optional|mode |reverse_proxy|^\s*\}?$/

describe('a proxy that is configured with a mistake', () => {
  before(() => {
    PROXIES.forEach(versionOf)
  })
  after(stopSites)

  it('has a configuration for every mistake, and a mistake for every configuration', () => {
    const files = MISTAKES.map(({ file }) => file)
    expect(readdirSync(naive('.')).sort()).to.deep.equal([...files].sort())
  })

  for (const mistake of MISTAKES) {
    const { proxy, title, wins, winsWithoutVerifyHeader } = mistake

    describe(`${proxy}: ${title}`, () => {
      it('differs from the documented configuration in nothing else', () => {
        const safe = linesOf(documented(proxyOf(proxy), 'optional'))
        const mistaken = linesOf(naive(mistake.file))
        const changed = [
          ...safe.filter((line) => !mistaken.includes(line)),
          ...mistaken.filter((line) => !safe.includes(line)),
        ]
        expect(changed).not.to.be.empty
        for (const line of changed) expect(line).to.match(MISTAKEN)
      })

      it(`lets in ${listOf(wins)}`, async () => {
        expect(await successes(mistake, 'recommended')).to.deep.equal(wins)
      })

      it(`lets in ${listOf(winsWithoutVerifyHeader)}, where no verify header is asked for`, async () => {
        const reading = 'without verifyHeader'
        expect(await successes(mistake, reading)).to.deep.equal(winsWithoutVerifyHeader)
      })

      it('does not pass the tests of the documented configuration', async () => {
        expect(await failures(mistake)).not.to.be.empty
      })
    })
  }
})

function listOf(attacks: readonly Attack[]): string {
  if (attacks.length === 0) return 'nobody under a false name'
  return attacks.map((attack) => `who ${attack}`).join('; ')
}

/** The attacks after which the application believes something that is not so. */
async function successes({ proxy, file }: Mistake, reading: Reading): Promise<string[]> {
  const successful: string[] = []
  for (const [attack, title] of Object.entries(ATTACKS)) {
    const outcome = await outcomeOf(proxyOf(proxy), naive(file), caseOf(title), reading)
    if (outcome === AS_VICTIM || outcome === UNVERIFIED) successful.push(attack)
  }
  return successful
}

/** The cases that do not come out as with the documented configuration. */
async function failures({ proxy, file }: Mistake): Promise<string[]> {
  const failed: string[] = []
  for (const testCase of CASES) {
    const safe = await outcomeOf(proxyOf(proxy), documented(proxyOf(proxy), 'optional'), testCase)
    const outcome = await outcomeOf(proxyOf(proxy), naive(file), testCase)
    if (outcome !== safe) failed.push(testCase.title)
  }
  return failed
}

/** Without comments. */
function linesOf(file: URL): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
}
