import { expect } from 'chai'
import { CORPUS } from './cases/index.js'
import type { CorpusCase, Expected, Outcome } from './support/corpus-case.js'
import { DOOR_NAMES, type DoorName, DOORS } from './support/doors.js'
import type { Door, OpenDoor } from './support/door.js'
import { fingerprintOf, type Identities, identities } from './support/identities.js'
import { showsIssuers } from './support/issuers.js'

/** How many cases each door was asked, and how many it cannot be asked, by reason. */
const asked = new Map<DoorName, number>()
const impossible = new Map<DoorName, Map<string, number>>()
/** How often a door decides otherwise, by reason. */
const different = new Map<DoorName, Map<string, number>>()

let who: Identities

before(async () => {
  who = await identities()
})

for (const { title, options, cases } of CORPUS) {
  describe(`every door, asked with ${title}`, () => {
    const opened = new Map<DoorName, OpenDoor>()

    after(async () => {
      await Promise.all([...opened.values()].map((door) => door.close()))
    })

    function ask(name: DoorName, current: CorpusCase): Promise<Outcome> | undefined {
      const [request, own] = [current.request(who), options(who)]
      const door: Door = DOORS[name]
      const why = door.cannot(request, own) ?? current.except?.[name]
      if (why !== undefined) {
        count(impossible.get(name) ?? impossible.set(name, new Map()).get(name), why)
        return undefined
      }
      count(asked, name)
      const open = opened.get(name) ?? door.open(own)
      opened.set(name, open)
      return open.ask(request)
    }

    for (const current of cases) {
      it(`${verb(current.expected)} ${current.title}`, async () => {
        const outcomes = await Promise.all(
          DOOR_NAMES.map(async (name) => [name, await ask(name, current)] as const),
        )
        const given = outcomes.filter(([, outcome]) => outcome !== undefined)
        expect(given).to.have.length.greaterThan(1)
        const hidden = mayHideIssuers(current) && !(await showsIssuers(current.request(who)))
        expect(Object.fromEntries(given)).to.deep.equal(
          Object.fromEntries(given.map(([name]) => [name, wantedAt(name, current, hidden)])),
        )
      })
    }
  })
}

describe('the corpus', () => {
  const total = CORPUS.reduce((sum, { cases }) => sum + cases.length, 0)

  it('has at least 150 cases, no two of them with the same title and options', () => {
    const titles = CORPUS.flatMap(({ title, cases }) =>
      cases.map((one) => `${title}: ${one.title}`),
    )
    expect(titles).to.have.length.at.least(150)
    expect(new Set(titles).size).to.equal(titles.length)
  })

  it('was tried at every door, but for what a door has no way to be asked', () => {
    for (const name of DOOR_NAMES) {
      const reasons = impossible.get(name) ?? new Map<string, number>()
      const left = [...reasons.values()].reduce((sum, number) => sum + number, 0)
      expect({ name, cases: (asked.get(name) ?? 0) + left }).to.deep.equal({ name, cases: total })
      console.log(`      ${name}: ${asked.get(name) ?? 0} of ${total}`)
      for (const [why, number] of reasons) console.log(`        not ${number}: ${why}`)
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

function wantedAt(name: DoorName, { expected, differs }: CorpusCase, hidden: boolean): Outcome {
  const difference = differs?.[name]
  if (difference === undefined) return resolve(expected, hidden)
  count(different.get(name) ?? different.set(name, new Map()).get(name), difference.why)
  return resolve(difference.expected, hidden)
}

function verb(expected: Expected): string {
  return 'accepted' in expected ? 'accepts' : 'refuses'
}

function resolve(expected: Expected, hidden: boolean): Outcome {
  if ('refused' in expected) {
    return { decision: 'refused', reason: expected.refused, status: 401 }
  }
  const { accepted, issuers } = expected
  const shown = hidden ? [] : issuers
  return {
    decision: 'accepted',
    fingerprint256: fingerprintOf(who[accepted]),
    issuers: shown.map((name) => fingerprintOf(who[name])),
  }
}
