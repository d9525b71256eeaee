import {
  distributionPoints,
  flag,
  fullName,
  issuingDistributionPoint,
  reasons,
  relativeName,
} from '../../../support/crl-writer.js'
import { oid, seq, tlv, utf8 } from '../../../support/der-writer.js'
import { dns, uri } from '../../../support/path-writer.js'
import { nameOf } from '../general-names.js'
import { copyOfList, type ListDraft } from './list.js'
import { addEntry, changeList, listBeside, type Variation } from './places.js'

export const FIRST_URL = 'http://crl.example.org/1'
const [FIRST, SECOND] = [uri(FIRST_URL), uri('http://crl.example.org/2')]
const relative = (text: string): Buffer => relativeName(seq(oid('2.5.4.3'), utf8(text)))
const directory = (text: string): Buffer => tlv(0xa4, nameOf(text))

/** onlyContainsUserCerts, onlyContainsCACerts and onlyContainsAttributeCerts */
const ONLY = { user: flag(0x81), ca: flag(0x82), attribute: flag(0x85) }
const KEY_COMPROMISE = [6, 0x40] as const
const OTHER_REASONS = [7, 0x3f, 0x80] as const

const limit = (list: ListDraft, ...parts: Buffer[]): void => {
  list.extensions = [...list.extensions, issuingDistributionPoint(...parts)]
}

function onlyAbout(kind: keyof typeof ONLY): Variation {
  return {
    name: `a list about ${kind} certificates only`,
    apply: changeList((list, plan, { serial }) => {
      limit(list, ONLY[kind])
      if (plan.random.chance(0.3)) addEntry(list, plan, serial)
    }),
  }
}

/** Which certificates lists are about (RFC 5280 5.2.5). */
export const SCOPE_VARIATIONS: readonly Variation[] = [
  onlyAbout('user'),
  onlyAbout('ca'),
  onlyAbout('attribute'),
  {
    name: 'a list about users and another about CAs',
    apply: changeList((list, plan, { serial }) => {
      const other = copyOfList(list)
      limit(list, ONLY.user)
      limit(other, ONLY.ca)
      plan.lists.push(other)
      if (plan.random.chance(0.5)) addEntry(plan.random.pick([list, other]), plan, serial)
    }),
  },
  {
    name: 'an empty issuingDistributionPoint',
    apply: changeList((list) => limit(list), 'malformed'),
  },
  {
    name: 'a list about users and CAs at the same time',
    apply: changeList((list) => limit(list, ONLY.user, ONLY.ca), 'malformed'),
  },
  {
    name: 'an issuingDistributionPoint with FALSE',
    apply: changeList((list) => limit(list, flag(0x81, 0)), 'malformed'),
  },
  {
    name: 'an indirect list',
    apply: changeList((list, { random }) => {
      limit(list, ...random.pick([[flag(0x84)], [fullName(FIRST), flag(0x84)]]))
    }, 'indirect'),
  },
  {
    name: 'some reasons only',
    apply: changeList((list, plan, { serial }) => {
      limit(list, reasons(0x83, ...KEY_COMPROMISE))
      if (plan.random.chance(0.3)) addEntry(list, plan, serial)
    }),
  },
  {
    name: 'two lists with all reasons together',
    apply: changeList((list, plan, { serial }) => {
      const other = copyOfList(list)
      limit(list, reasons(0x83, ...KEY_COMPROMISE))
      limit(other, reasons(0x83, ...OTHER_REASONS))
      plan.lists.push(other)
      if (plan.random.chance(0.3)) addEntry(plan.random.pick([list, other]), plan, serial)
    }),
  },
  {
    name: 'two lists with the same reasons',
    apply: changeList((list, plan) => {
      limit(list, reasons(0x83, ...OTHER_REASONS))
      plan.lists.push(copyOfList(list))
    }),
  },
  {
    name: 'some reasons beside a complete list',
    apply: changeList((list, plan, { serial }) => {
      const other = listBeside(list)
      limit(other, reasons(0x83, ...KEY_COMPROMISE))
      if (plan.random.chance(0.5)) addEntry(other, plan, serial)
      plan.lists.push(other)
    }),
  },
  {
    name: 'the name of a distribution point',
    apply: changeList((list, plan, subject) => {
      const { random } = plan
      const own = random.pick([[FIRST], [SECOND], [FIRST, SECOND], [dns('crl.example.org')]])
      limit(list, fullName(...own), ...(random.chance(0.2) ? [ONLY.user] : []))
      const points = random.pick([
        [fullName(FIRST)],
        [fullName(FIRST), fullName(SECOND)],
        [fullName(SECOND, FIRST)],
        [fullName(dns('crl.example.org'))],
      ])
      if (random.chance(0.9))
        subject.extras = [distributionPoints(...points.map((one) => seq(one)))]
      if (random.chance(0.2)) addEntry(list, plan, subject.serial)
    }),
  },
  {
    name: 'a name relative to the issuer',
    apply: changeList((list, { random }, subject) => {
      const texts = ['part', 'PART', 'other'] as const
      limit(list, relative('part'))
      const whole = fullName(directory(`${subject.issuer}/CN=part`))
      const point = random.chance(0.2) ? whole : relative(random.pick(texts))
      subject.extras = [distributionPoints(seq(point))]
    }),
  },
  {
    name: 'the name of the issuer as a distribution point',
    apply: changeList((list, { random }, subject) => {
      limit(list, fullName(directory(subject.issuer)))
      list.faults.push('named by its issuer')
      if (random.chance(0.5)) subject.extras = [distributionPoints(seq(fullName(FIRST)))]
    }),
  },
  {
    name: 'a distribution point for some reasons',
    apply: changeList((list, { random }, subject) => {
      const some = seq(fullName(FIRST), reasons(0x81, ...KEY_COMPROMISE))
      const others = seq(fullName(random.pick([FIRST, SECOND])), reasons(0x81, ...OTHER_REASONS))
      subject.extras = [distributionPoints(...random.pick([[some], [some, others]]))]
      subject.faults.push('reasons of a distribution point')
      if (random.chance(0.6)) limit(list, fullName(FIRST))
    }),
  },
  {
    name: 'a distribution point of another issuer',
    apply: changeList((list, { random }, subject) => {
      const issuer = random.pick([subject.issuer, 'O=Example/CN=Other'])
      subject.extras = [distributionPoints(seq(fullName(FIRST), tlv(0xa2, directory(issuer))))]
      subject.faults.push('cRLIssuer')
      if (random.chance(0.5)) limit(list, fullName(FIRST))
    }),
  },
]
