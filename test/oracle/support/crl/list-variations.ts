import { extension, generalizedTime, int, nothing, utcTime } from '../../../support/der-writer.js'
import { copyOfList, keyIdentifier, TIMES } from './list.js'
import { addEntry, changeList, listBeside, type Variation } from './places.js'

const CRITICAL = extension('1.2.3.4.5', nothing(), true)
const DELTA = extension('2.5.29.27', int(1), true)
const NUMBER = extension('2.5.29.20', int(7))

/** Dates, versions, extensions and signatures of lists. */
export const LIST_VARIATIONS: readonly Variation[] = [
  { name: 'stale', apply: changeList((list) => Object.assign(list, STALE)) },
  { name: 'from the future', apply: changeList((list) => (list.thisUpdate = TIMES.soon)) },
  {
    name: 'no nextUpdate',
    apply: changeList((list) => (list.nextUpdate = undefined), 'no nextUpdate'),
  },
  {
    name: 'stale beside a current list',
    apply: changeList((list, plan) => {
      plan.lists.splice(plan.random.below(plan.lists.length + 1), 0, copyOfList(list))
      Object.assign(list, STALE)
    }),
  },
  {
    name: 'a date after 2049',
    apply: changeList((list) => (list.nextUpdate = generalizedTime('20550101000000Z'))),
  },
  {
    name: 'thisUpdate in GeneralizedTime',
    apply: changeList((list) => (list.thisUpdate = generalizedTime('20240101000000Z'))),
  },
  {
    name: 'nextUpdate in GeneralizedTime before 2050',
    apply: changeList((list) => (list.nextUpdate = generalizedTime('20480101000000Z'))),
  },
  {
    name: 'stale in GeneralizedTime',
    apply: changeList((list) => {
      Object.assign(list, STALE)
      list.nextUpdate = generalizedTime('20210101000000Z')
    }),
  },
  {
    name: 'nextUpdate before thisUpdate',
    apply: changeList((list) => (list.nextUpdate = utcTime('230101000000Z'))),
  },
  {
    name: 'a date without seconds',
    apply: changeList((list) => (list.nextUpdate = utcTime('4901010000Z')), 'malformed'),
  },
  {
    name: 'no list',
    apply: (plan) => {
      plan.lists.splice(plan.random.below(plan.lists.length), 1)
    },
  },
  {
    name: 'version 1',
    apply: changeList((list) => {
      list.version = 1
      list.extensions = []
      list.entries = list.entries.map(({ serial }) => ({ serial, extensions: [] }))
    }),
  },
  {
    name: 'version 1 with extensions',
    apply: changeList((list) => {
      list.version = 1
      list.extensions = [...list.extensions, NUMBER]
    }, 'malformed'),
  },
  {
    name: 'the number and the key of a list',
    apply: changeList((list, { random }) => {
      list.extensions = random.pick([[NUMBER], [keyIdentifier(list.signer), NUMBER]])
    }),
  },
  {
    name: 'an unknown extension of the list',
    apply: changeList((list) => list.extensions.push(extension('1.2.3.4.5', nothing()))),
  },
  {
    name: 'an unknown critical extension of the list',
    apply: changeList((list, plan, { serial }) => {
      list.extensions.push(CRITICAL)
      if (plan.random.chance(0.3)) addEntry(list, plan, serial)
    }),
  },
  {
    name: 'an unknown critical extension beside a list without',
    apply: changeList((list, plan, { serial }) => {
      const other = listBeside(list)
      other.extensions.push(CRITICAL)
      if (plan.random.chance(0.5)) addEntry(other, plan, serial)
      plan.lists.push(other)
    }),
  },
  {
    name: 'an extension twice',
    apply: changeList((list) => list.extensions.push(NUMBER, NUMBER), 'malformed'),
  },
  {
    name: 'only a delta CRL',
    apply: changeList((list) => list.extensions.push(DELTA, NUMBER), 'delta'),
  },
  {
    name: 'a delta CRL beside its base',
    apply: changeList((list, plan, { serial }) => {
      const delta = listBeside(list)
      delta.extensions.push(DELTA, NUMBER)
      delta.faults.push('delta')
      if (plan.random.chance(0.5)) addEntry(delta, plan, serial)
      list.extensions.push(NUMBER)
      plan.lists.push(delta)
    }),
  },
  {
    name: 'the name of the issuer written in another way',
    apply: changeList((list, { random }) => {
      list.issuerStyle = random.pick(['printable', 'upper', 'spaced'])
    }),
  },
  {
    name: 'SHA-1',
    apply: changeList((list, plan, { serial }) => {
      if (list.signer.privateKey.asymmetricKeyType === 'ed25519') return
      list.digest = 'sha1'
      list.faults.push('SHA-1')
      if (plan.random.chance(0.3)) addEntry(list, plan, serial)
    }),
  },
  {
    name: 'another digest',
    apply: changeList((list, { random }) => (list.digest = random.pick(['sha384', 'sha512']))),
  },
  {
    name: 'a broken signature',
    apply: changeList((list, plan, { serial }) => {
      list.isBroken = true
      if (plan.random.chance(0.3)) addEntry(list, plan, serial)
    }),
  },
]

const STALE = { thisUpdate: TIMES.longAgo, nextUpdate: TIMES.ended }
