import { reasonCode } from '../../../support/crl-writer.js'
import {
  extension,
  generalizedTime,
  nothing,
  octets,
  seq,
  tlv,
} from '../../../support/der-writer.js'
import { nameOf } from '../general-names.js'
import { copyOfList, TIMES } from './list.js'
import { randomSerial } from './plan.js'
import {
  addEntry,
  changeList,
  listAbout,
  listBeside,
  pickSubject,
  type Variation,
} from './places.js'

export const REMOVED = reasonCode(8)
export const UNKNOWN_CRITICAL = extension('1.2.3.4.5', nothing(), true)

const CERTIFICATE_ISSUER = extension(
  '2.5.29.29',
  seq(tlv(0xa4, nameOf('O=Example/CN=Other'))),
  true,
)

/** Entries, and lists that differ only in their entries. */
export const ENTRY_VARIATIONS: readonly Variation[] = [
  {
    name: 'revoked',
    apply: changeList((list, plan, { serial }) => addEntry(list, plan, serial)),
  },
  {
    name: 'revoked as the last entry',
    apply: changeList((list, _plan, { serial }) => list.entries.push({ serial, extensions: [] })),
  },
  {
    name: 'removed from the list',
    apply: changeList((list, plan, { serial }) => addEntry(list, plan, serial, [REMOVED])),
  },
  {
    name: 'removed from the list with a date',
    apply: changeList((list, plan, { serial }) => {
      const date = extension('2.5.29.24', generalizedTime('20240101000000Z'))
      addEntry(
        list,
        plan,
        serial,
        plan.random.pick([
          [REMOVED, date],
          [date, REMOVED],
        ]),
      )
    }),
  },
  {
    name: 'removed and revoked in the same list',
    apply: changeList((list, plan, { serial }) => {
      addEntry(list, plan, serial, [REMOVED])
      addEntry(list, plan, serial)
      list.faults.push('removed and revoked')
    }),
  },
  {
    name: 'revoked twice',
    apply: changeList((list, plan, { serial }) => {
      addEntry(list, plan, serial)
      addEntry(list, plan, serial)
    }),
  },
  {
    name: 'revoked with the entry of another CA',
    apply: (plan) => {
      const subject = pickSubject(plan)
      const others = plan.lists.filter(({ issuer }) => issuer !== subject.issuer)
      if (others.length > 0) addEntry(plan.random.pick(others), plan, subject.serial)
    },
  },
  {
    name: 'the serial number of the trust anchor',
    apply: (plan) => {
      const anchor = plan.chain.at(-1)
      const list = anchor && listAbout(anchor, plan)
      if (list !== undefined) addEntry(list, plan, anchor?.serial ?? 0)
    },
  },
  {
    name: 'serial numbers that look like that of the certificate',
    apply: changeList((list, plan, { serial }) => {
      const value = BigInt(serial)
      const near = [-value, value * 256n, value / 256n, value + 1n, value ^ 1n, value + 2n ** 160n]
      const others = near.filter((one) => plan.chain.every((cert) => BigInt(cert.serial) !== one))
      for (const one of others) addEntry(list, plan, one)
    }),
  },
  {
    name: 'a thousand entries',
    apply: changeList((list, plan, { serial }) => {
      const { random } = plan
      const entries = Array.from({ length: 1000 }, () => ({
        serial: BigInt(`0x7f${random.bytes(16).toString('hex')}`),
        extensions: [reasonCode(1)],
      }))
      list.entries.push(...entries)
      if (random.chance(0.5)) addEntry(list, plan, serial)
    }),
  },
  {
    name: 'an empty list of entries',
    apply: changeList((list) => {
      list.entries = []
      list.hasEmptyEntries = true
    }),
  },
  {
    name: 'an unknown critical extension of an entry',
    apply: changeList((list, plan) => {
      const serial = randomSerial(plan.random)
      addEntry(
        list,
        plan,
        serial,
        plan.random.pick([[UNKNOWN_CRITICAL], [reasonCode(1), UNKNOWN_CRITICAL]]),
      )
    }),
  },
  {
    name: 'revoked with an unknown critical extension',
    apply: changeList((list, plan, { serial }) => addEntry(list, plan, serial, [UNKNOWN_CRITICAL])),
  },
  {
    name: 'removed with an unknown critical extension',
    apply: changeList((list, plan, { serial }) =>
      addEntry(list, plan, serial, [REMOVED, UNKNOWN_CRITICAL]),
    ),
  },
  {
    name: 'a critical reason code',
    apply: changeList((list, plan) => {
      addEntry(list, plan, randomSerial(plan.random), [reasonCode(1, true)])
    }),
  },
  {
    name: 'an unknown extension of an entry',
    apply: changeList((list, plan, { serial }) => {
      const unknown = extension('1.2.3.4.5', octets())
      addEntry(list, plan, plan.random.chance(0.5) ? serial : randomSerial(plan.random), [unknown])
    }),
  },
  {
    name: 'an entry with an extension twice',
    apply: changeList((list, plan) => {
      addEntry(list, plan, randomSerial(plan.random), [reasonCode(1), reasonCode(1)])
    }, 'malformed'),
  },
  {
    name: 'an entry with a critical flag that is FALSE',
    apply: changeList((list, plan) => {
      addEntry(list, plan, randomSerial(plan.random), [reasonCode(1, false)])
    }, 'malformed'),
  },
  {
    name: 'the entry of another issuer',
    apply: changeList((list, plan, { serial }) => {
      const number = plan.random.chance(0.5) ? serial : randomSerial(plan.random)
      addEntry(list, plan, number, [CERTIFICATE_ISSUER])
    }, 'indirect'),
  },
  {
    name: 'revoked in an older list only',
    apply: changeList((list, plan, { serial }) => {
      const older = copyOfList(list)
      older.thisUpdate = TIMES.before
      if (plan.random.chance(0.5)) older.nextUpdate = TIMES.ended
      addEntry(older, plan, serial)
      plan.lists.splice(plan.random.below(plan.lists.length + 1), 0, older)
    }),
  },
  {
    name: 'revoked in a newer list only',
    apply: changeList((list, plan, { serial }) => {
      const newer = copyOfList(list)
      list.thisUpdate = TIMES.before
      addEntry(newer, plan, serial)
      plan.lists.splice(plan.random.below(plan.lists.length + 1), 0, newer)
    }),
  },
  {
    name: 'a list of the future that revokes',
    apply: changeList((list, plan, { serial }) => {
      const future = listBeside(list)
      future.thisUpdate = TIMES.soon
      addEntry(future, plan, serial)
      plan.lists.push(future)
    }),
  },
]
