import { expect } from 'chai'
import { CORPUS } from './cases/index.js'
import type { CorpusCase, Expected, Outcome } from './support/corpus-case.js'
import { ADAPTER_NAMES, type AdapterName, ADAPTERS } from './support/adapters.js'
import type { Adapter, OpenAdapter } from './support/adapter.js'
import { fingerprintOf, type Identities, identities } from './support/identities.js'
import { showsIssuers } from './support/issuers.js'

/** How many cases each adapter ran, and how many it couldn't run, by reason. */
const tried = new Map<AdapterName, number>()
const impossible = new Map<AdapterName, Map<string, number>>()
/** How often an adapter is known to decide differently, by reason. */
const different = new Map<AdapterName, Map<string, number>>()

let certs: Identities

before(async () => {
  certs = await identities()
})

for (const { title, options, cases } of CORPUS) {
  describe(`every adapter, with ${title}`, () => {
    const opened = new Map<AdapterName, OpenAdapter>()

    after(async () => {
      await Promise.all([...opened.values()].map((adapter) => adapter.close()))
    })

    function send(name: AdapterName, current: CorpusCase): Promise<Outcome> | undefined {
      const [request, own] = [current.request(certs), options(certs)]
      const adapter: Adapter = ADAPTERS[name]
      const why = adapter.cannot(request, own) ?? current.except?.[name]
      if (why !== undefined) {
        count(impossible.get(name) ?? impossible.set(name, new Map()).get(name), why)
        return undefined
      }
      count(tried, name)
      const open = opened.get(name) ?? adapter.open(own)
      opened.set(name, open)
      return open.send(request)
    }

    for (const current of cases) {
      it(`${verb(current.expected)} ${current.title}`, async () => {
        const outcomes = await Promise.all(
          ADAPTER_NAMES.map(async (name) => [name, await send(name, current)] as const),
        )
        const given = outcomes.filter(([, outcome]) => outcome !== undefined)
        expect(given).to.have.length.greaterThan(1)
        const hidden = mayHideIssuers(current) && !(await showsIssuers(current.request(certs)))
        expect(Object.fromEntries(given)).to.deep.equal(
          Object.fromEntries(given.map(([name]) => [name, expectedFrom(name, current, hidden)])),
        )
      })
    }
  })
}

describe('the corpus', () => {
  const total = CORPUS.reduce((sum, { cases }) => sum + cases.length, 0)

  it('has at least 150 cases with different titles or options', () => {
    const titles = CORPUS.flatMap(({ title, cases }) =>
      cases.map((one) => `${title}: ${one.title}`),
    )
    expect(titles).to.have.length.at.least(150)
    expect(new Set(titles).size).to.equal(titles.length)
  })

  it('runs every case in every adapter that can receive the request', () => {
    for (const name of ADAPTER_NAMES) {
      const reasons = impossible.get(name) ?? new Map<string, number>()
      const left = [...reasons.values()].reduce((sum, number) => sum + number, 0)
      expect({ name, cases: (tried.get(name) ?? 0) + left }).to.deep.equal({ name, cases: total })
      console.log(`      ${name}: ${tried.get(name) ?? 0} of ${total}`)
      for (const [why, number] of reasons) console.log(`        skipped ${number}: ${why}`)
      for (const [why, number] of different.get(name) ?? []) {
        console.log(`        differs in ${number}: ${why}`)
      }
    }
  })
})

function count<Key>(counts: Map<Key, number> | undefined, key: Key): void {
  counts?.set(key, (counts.get(key) ?? 0) + 1)
}

function mayHideIssuers({ expected }: CorpusCase): boolean {
  return 'accepted' in expected && expected.fromSocket === true
}

function expectedFrom(
  name: AdapterName,
  { expected, differs }: CorpusCase,
  hidden: boolean,
): Outcome {
  const difference = differs?.[name]
  if (difference === undefined) return resolve(expected, hidden)
  count(different.get(name) ?? different.set(name, new Map()).get(name), difference.why)
  return resolve(difference.expected, hidden)
}

function verb(expected: Expected): string {
  return 'accepted' in expected ? 'accepts' : 'rejects'
}

function resolve(expected: Expected, hidden: boolean): Outcome {
  if ('rejected' in expected) {
    return { decision: 'rejected', reason: expected.rejected, status: 401 }
  }
  const { accepted, issuers } = expected
  const shownIssuers = hidden ? [] : issuers
  return {
    decision: 'accepted',
    fingerprint256: fingerprintOf(certs[accepted]),
    issuers: shownIssuers.map((name) => fingerprintOf(certs[name])),
  }
}
