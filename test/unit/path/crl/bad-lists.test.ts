import { expect } from 'chai'
import { createTrustStore, type TrustStore } from '../../../../src/trust.js'
import { ca, crlToPem, entryOf, listBy } from '../../../support/crl-writer.js'
import { issue } from '../../../support/der-chain.js'
import { int, rawInt, seq, utcTime } from '../../../support/der-writer.js'
import { NOW, outcome } from '../../../support/paths.js'
import { rejectedWith } from '../../../support/rejected-with.js'

const root = ca('root')
const revoked = issue({ subject: 'client', by: root, serialNumber: int(7) })
const unlisted = issue({ subject: 'client', by: root, serialNumber: int(8) })
const good = listBy(root)
const revoking = listBy(root, { entries: [entryOf(7)] })
const [STALE, PAST, FUTURE] = [
  utcTime('291215000000Z'),
  utcTime('291101000000Z'),
  utcTime('300301000000Z'),
]

const storeWith = (crl: unknown, ...cas: Buffer[]): TrustStore =>
  createTrustStore({ ca: cas.length === 0 ? root.der : cas, crl: crl as Buffer })
const judge = (store: TrustStore, { der } = revoked): string =>
  outcome(store.validate(der, { now: NOW }))

/** The outcome for the revoked certificate, or `error` if the list can't be loaded. */
function tryList(crl: unknown): string {
  let store: TrustStore
  try {
    store = storeWith(crl)
  } catch (error) {
    expect(error).to.have.property('code', 'ERR_INVALID_ARG_VALUE')
    return 'error'
  }
  return judge(store)
}

describe('a list that is cut off', () => {
  it('is an error at every byte of DER', () => {
    for (let length = 0; length < revoking.length; length += 1) {
      expect(tryList(revoking.subarray(0, length)), String(length)).to.equal('error')
    }
    expect(tryList(revoking)).to.equal('certificate_revoked')
  })

  it('is an error at every character of PEM, up to the end of its last line', () => {
    const pem = crlToPem(revoking).trimEnd()
    for (let length = 0; length < pem.length; length += 1) {
      expect(tryList(pem.slice(0, length)), String(length)).to.equal('error')
    }
    expect(tryList(pem)).to.equal('certificate_revoked')
  })

  it('leaves the status unknown at most if it comes after the list of another CA', () => {
    const [first, second] = [crlToPem(listBy(ca('another'))), crlToPem(revoking).trimEnd()]
    const seen = new Set<string>()
    for (let length = 0; length <= second.length; length += 1) {
      seen.add(tryList(first + second.slice(0, length)))
    }
    expect([...seen]).to.deep.equal(['no_crl', 'error', 'certificate_revoked'])
  })
})

describe('a list of 20,000 entries', () => {
  const entries = (last: Buffer): Buffer[] => {
    const entry = entryOf(0x1234567)
    return [Buffer.alloc(entry.length * 19_999, entry), last]
  }
  const broken: Record<string, Buffer> = {
    'a padded serial number': seq(rawInt('0007'), utcTime('291231120000Z')),
    'no date': seq(int(7)),
    'a length that is too long': Buffer.from('3012020107', 'hex'),
    'nothing in it': seq(),
  }

  it('is found to revoke its last entry', () => {
    const store = storeWith(listBy(root, { entries: entries(entryOf(7)) }))
    expect([judge(store), judge(store, unlisted)]).to.deep.equal(['certificate_revoked', 'ok'])
  })

  for (const [what, last] of Object.entries(broken)) {
    it(`is an error if its last entry has ${what}, and the old list stays in force`, async () => {
      const crl = listBy(root, { entries: entries(last) })
      expect(tryList(crl)).to.equal('error')
      const store = storeWith(revoking)
      const { message } = await rejectedWith(store.replace({ crl: [good, crl] }))
      expect(message).to.match(/CRL 2 of option "crl" isn't a revocation list/)
      expect(judge(store)).to.equal('certificate_revoked')
    })
  }
})

describe('several lists of one CA', () => {
  const older = { thisUpdate: PAST }
  const stale = { thisUpdate: PAST, nextUpdate: STALE }
  const entry = { entries: [entryOf(7)] }
  /** Two lists, and the outcomes for the certificate with the entry and for another. */
  const pairs: [title: string, lists: Buffer[], revoked: string, unlisted: string][] = [
    ['only the newer has the entry', [listBy(root, older), revoking], 'certificate_revoked', 'ok'],
    [
      'only the older has it',
      [listBy(root, { ...older, ...entry }), good],
      'certificate_revoked',
      'ok',
    ],
    ['only the fresh has it', [listBy(root, stale), revoking], 'certificate_revoked', 'ok'],
    [
      'only the stale has it',
      [listBy(root, { ...stale, ...entry }), good],
      'certificate_revoked',
      'ok',
    ],
    [
      'only that of the future has it',
      [listBy(root, { thisUpdate: FUTURE, nextUpdate: utcTime('300401000000Z'), ...entry }), good],
      'certificate_revoked',
      'ok',
    ],
    [
      'both are stale',
      [listBy(root, stale), listBy(root, { ...stale, ...entry })],
      'certificate_revoked',
      'stale',
    ],
    ['none has it, and one is stale', [listBy(root, stale), good], 'ok', 'ok'],
    [
      'one is stale and the other of the future',
      [
        listBy(root, stale),
        listBy(root, { thisUpdate: FUTURE, nextUpdate: utcTime('300401000000Z') }),
      ],
      'stale',
      'stale',
    ],
  ]
  for (const [title, lists, ofRevoked, ofUnlisted] of pairs) {
    it(`never make a revoked certificate good: ${title}`, () => {
      for (const crl of [lists, [...lists].reverse()]) {
        for (const store of [storeWith(crl), storeWith(crl.map(crlToPem).join('text\r\n'))]) {
          expect([judge(store), judge(store, unlisted)]).to.deep.equal([ofRevoked, ofUnlisted])
        }
      }
    })
  }

  it('are all looked at, in a thousand', () => {
    const goods = Array.from({ length: 999 }, () => good)
    for (const lists of [
      [revoking, ...goods],
      [...goods, revoking],
    ]) {
      const store = storeWith(lists)
      expect([judge(store), judge(store, unlisted)]).to.deep.equal(['certificate_revoked', 'ok'])
    }
  })
})

describe('the list of a CA of the same name', () => {
  const namesake = ca('root')
  const theirs = listBy(namesake)

  it("doesn't make a revoked certificate good if both CAs are trusted", () => {
    const store = storeWith([theirs, revoking], root.der, namesake.der)
    expect([judge(store), judge(store, unlisted)]).to.deep.equal(['certificate_revoked', 'ok'])
  })

  it("leaves the status unknown if the CA's own list is missing", () => {
    expect(judge(storeWith(theirs, root.der, namesake.der))).to.equal('bad_signature')
  })
})

describe('the message about a list that is unusable', () => {
  const secret = 'c2VjcmV0IHNlY3JldCBzZWNyZXQh'
  const block = (label: string): string =>
    `-----BEGIN ${label}-----\n${secret}\n-----END ${label}-----\n`
  const sources: Record<string, string> = {
    'a key': block('PRIVATE KEY'),
    'a list and a key': crlToPem(good) + block('PRIVATE KEY'),
    'a certificate and a list': root.pem + crlToPem(good),
    'base64 of something else': block('X509 CRL'),
    text: secret,
  }
  for (const [what, source] of Object.entries(sources)) {
    it(`shows nothing of it: ${what}`, async () => {
      const store = storeWith(revoking)
      for (const crl of [source, Buffer.from(source), [good, source]]) {
        const { message, stack = '' } = await rejectedWith(store.replace({ crl }))
        expect(message).to.match(/option "crl" /)
        for (const part of [secret.slice(0, 8), 'secret', root.pem.slice(40, 60), 'PRIVATE'])
          expect(stack).not.to.include(part)
        expect(judge(store)).to.equal('certificate_revoked')
      }
    })
  }
})
