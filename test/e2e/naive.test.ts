import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Attack, ATTACKS, type Mistake, MISTAKES } from './naive.js'
import { caseOf, CASES } from './support/cases.js'
import { documented, naive } from './support/files.js'
import { versionOf } from './support/launch.js'
import { AS_VICTIM, UNVERIFIED } from './support/outcome.js'
import { proxyOf, PROXIES } from './support/proxies.js'
import { type Reading, outcomeOf, stopSites } from './support/run.js'

/** Lines in which a mistaken configuration may differ from the documented one. */
const MISTAKEN =
  /X-SSL-Client|proxy_set_header|underscores_in_headers|verify_client|VerifyClient|verify optional|mode |reverse_proxy|^\s*\}?$/

describe('a configuration with a mistake', () => {
  before(() => {
    PROXIES.forEach(versionOf)
  })
  after(stopSites)

  it('exists for every mistake in the list', () => {
    const files = MISTAKES.map(({ file }) => file)
    expect(readdirSync(naive('.')).sort()).to.deep.equal([...files].sort())
  })

  for (const mistake of MISTAKES) {
    const { proxy, title, wins, winsWithoutVerifyHeader } = mistake

    describe(`${proxy}: ${title}`, () => {
      it('differs from the documented configuration only in the mistake', () => {
        const safe = linesOf(documented(proxyOf(proxy), 'optional'))
        const mistaken = linesOf(naive(mistake.file))
        const changed = [
          ...safe.filter((line) => !mistaken.includes(line)),
          ...mistaken.filter((line) => !safe.includes(line)),
        ]
        expect(changed).not.to.be.empty
        for (const line of changed) expect(line).to.match(MISTAKEN)
      })

      it(listOf(wins), async () => {
        expect(await successes(mistake, 'recommended')).to.deep.equal(wins)
      })

      it(`${listOf(winsWithoutVerifyHeader)}, without verifyHeader`, async () => {
        const reading = 'without verifyHeader'
        expect(await successes(mistake, reading)).to.deep.equal(winsWithoutVerifyHeader)
      })

      it('fails the tests of the documented configuration', async () => {
        expect(await failures(mistake)).not.to.be.empty
      })
    })
  }
})

function listOf(attacks: readonly Attack[]): string {
  if (attacks.length === 0) return 'accepts no forged client'
  return `accepts a client that ${attacks.join(', and one that ')}`
}

/**
 * The attacks after which the application takes the attacker for another client, or trusts an
 * unverified certificate.
 */
async function successes({ proxy, file }: Mistake, reading: Reading): Promise<string[]> {
  const successful: string[] = []
  for (const [attack, title] of Object.entries(ATTACKS)) {
    const outcome = await outcomeOf(proxyOf(proxy), naive(file), caseOf(title), reading)
    if (outcome === AS_VICTIM || outcome === UNVERIFIED) successful.push(attack)
  }
  return successful
}

/** The cases with another outcome than behind the documented configuration. */
async function failures({ proxy, file }: Mistake): Promise<string[]> {
  const failed: string[] = []
  for (const testCase of CASES) {
    const safe = await outcomeOf(proxyOf(proxy), documented(proxyOf(proxy), 'optional'), testCase)
    const outcome = await outcomeOf(proxyOf(proxy), naive(file), testCase)
    if (outcome !== safe) failed.push(testCase.title)
  }
  return failed
}

/** The lines without comments. */
function linesOf(file: URL): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
}
