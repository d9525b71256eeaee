import diagnosticsChannel from 'node:diagnostics_channel'
import { expect } from 'chai'
import {
  createTrustStore,
  type CrlExpiryMessage,
  type TrustStore,
  type TrustStoreOptions,
} from '../../../../src/trust.js'
import { restoreClock } from '../../../support/clock.js'
import { ca, listBy, NEXT_UPDATE, THIS_UPDATE } from '../../../support/crl-writer.js'
import { issue } from '../../../support/der-chain.js'
import { name, oid, seq, set, utcTime, utf8 } from '../../../support/der-writer.js'
import { type FakeTimers, fakeTimers, restoreTimers } from '../../../support/fake-timers.js'

const HOUR = 3_600_000
const STORES = 'passport-client-certificate-auth:trust-store'
const CHANNEL = 'passport-client-certificate-auth:crl-expiry'
/** A tenth of the lifetime of the lists before their end. */
const SOON = NEXT_UPDATE - (NEXT_UPDATE - THIS_UPDATE) / 10

const root = ca('root')
const leaf = issue({ subject: 'client', by: root })

describe('the expiry of the revocation lists of a trust store', () => {
  let timers: FakeTimers
  let messages: CrlExpiryMessage[]
  let warnings: (Error & { code?: string; detail?: string })[]

  const noteMessage = (message: unknown): void => void messages.push(message as CrlExpiryMessage)
  const noteWarning = (warning: Error): void => {
    if (warning.message.startsWith('The CRL of')) warnings.push(warning)
  }

  beforeEach(() => {
    timers = fakeTimers()
    messages = []
    warnings = []
    diagnosticsChannel.subscribe(CHANNEL, noteMessage)
    process.on('warning', noteWarning)
    Date.now = () => THIS_UPDATE
  })

  afterEach(async () => {
    restoreTimers()
    restoreClock()
    // Warnings are emitted in a later turn.
    await turn()
    diagnosticsChannel.unsubscribe(CHANNEL, noteMessage)
    process.off('warning', noteWarning)
  })

  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
  const states = (): string[] => messages.map(({ state }) => state)

  /** Turns the clock, and fires the timer of the store. */
  function turnTo(now: number): void {
    Date.now = () => now
    timers.advance(HOUR)
  }

  /** A store that is in use. */
  function use(options: Partial<TrustStoreOptions>): TrustStore {
    const store = createTrustStore({ ca: root.der, ...options })
    store.validate(leaf.der)
    return store
  }

  it('is announced with a tenth of the lifetime left, and when it is over, once for all stores', async () => {
    const crl = listBy(root)
    use({ crl })
    use({ crl })
    turnTo(SOON - 1)
    expect(states()).to.deep.equal([])
    turnTo(SOON)
    turnTo(NEXT_UPDATE)
    expect(states()).to.deep.equal(['expires_soon'])
    turnTo(NEXT_UPDATE + 1)
    turnTo(NEXT_UPDATE + HOUR)
    const common = {
      issuer: 'CN=root',
      thisUpdateMs: THIS_UPDATE,
      nextUpdateMs: NEXT_UPDATE,
      revocationPolicy: 'require',
    }
    expect(messages).to.deep.equal([
      { state: 'expires_soon', ...common },
      { state: 'expired', ...common },
    ])
    await turn()
    const shown = warnings.map(({ name: type, code, message }) => ({ type, code, message }))
    expect(shown).to.deep.equal([
      {
        type: 'SecurityWarning',
        code: 'CLIENT_CERT_CRL_EXPIRES_SOON',
        message: 'The CRL of CN=root expires at 2030-02-01T00:00:00.000Z',
      },
      {
        type: 'SecurityWarning',
        code: 'CLIENT_CERT_CRL_EXPIRED',
        message:
          'The CRL of CN=root expired at 2030-02-01T00:00:00.000Z, so every client of this CA is rejected, ' +
          'unless another list or the function revocation says that its certificate is good',
      },
    ])
    for (const { detail } of warnings) expect(detail).to.match(/^Download the CA's current list, /)
  })

  it('says that revocations go unnoticed, if the policy is soft', async () => {
    const crl = listBy(root)
    use({ crl, revocationPolicy: 'soft' })
    turnTo(NEXT_UPDATE + 1)
    expect(messages).to.have.lengthOf(1)
    expect(messages[0]).to.include({ state: 'expired', revocationPolicy: 'soft' })
    await turn()
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      'The CRL of CN=root expired at 2030-02-01T00:00:00.000Z, so later revocations by this CA go ' +
        'unnoticed, and revoked clients are accepted',
    ])
    // The consequence is another one, so it is announced too.
    use({ crl })
    expect(messages[1]).to.include({ state: 'expired', revocationPolicy: 'require' })
  })

  it('is announced at the first use, if it was over when the store got the list', async () => {
    Date.now = () => NEXT_UPDATE + 1
    const store = createTrustStore({ ca: root.der, crl: listBy(root) })
    expect(messages).to.deep.equal([])
    store.validate(leaf.der)
    expect(states()).to.deep.equal(['expired'])
    await turn()
    expect(warnings.map(({ code }) => code)).to.deep.equal(['CLIENT_CERT_CRL_EXPIRED'])
  })

  it('is not announced for a list that was replaced, but for its successor', async () => {
    const store = use({ crl: listBy(root) })
    const later = listBy(root, { nextUpdate: utcTime('300301000000Z') })
    await store.replace({ crl: later })
    turnTo(NEXT_UPDATE + 1)
    expect(messages).to.deep.equal([])
    turnTo(Date.UTC(2030, 2, 1))
    turnTo(Date.UTC(2030, 2, 1) + 1)
    expect(states()).to.deep.equal(['expires_soon', 'expired'])
    await store.replace({ crl: listBy(root, { nextUpdate: utcTime('300302000000Z') }) })
    expect(states()).to.deep.equal(['expires_soon', 'expired', 'expires_soon'])
  })

  it('is announced for each list of a bundle', () => {
    const between = ca('between', { by: root })
    use({ intermediates: between.der, crl: [listBy(root), listBy(between)] })
    turnTo(SOON)
    expect(messages.map(({ issuer }) => issuer)).to.deep.equal(['CN=root', 'CN=between'])
  })

  it('is not announced without a nextUpdate, because the list has no lifetime', () => {
    use({ crl: listBy(root, { nextUpdate: null }) })
    turnTo(Date.UTC(2040, 0))
    expect(messages).to.deep.equal([])
  })

  it('is in the message about the store: the first of all lists that have a nextUpdate', async () => {
    const found: unknown[] = []
    const note = (message: unknown): void => void found.push(message)
    diagnosticsChannel.subscribe(STORES, note)
    const lists = [
      listBy(root, { nextUpdate: utcTime('300301000000Z') }),
      listBy(root, { nextUpdate: null }),
      listBy(root),
    ]
    const store = use({ crl: lists })
    await store.replace({ crl: lists[1] })
    await store.replace({ crl: [] })
    diagnosticsChannel.unsubscribe(STORES, note)
    expect(found).to.deep.equal(
      [
        { generation: 1, crls: 3, earliestNextUpdateMs: NEXT_UPDATE },
        { generation: 2, crls: 1, earliestNextUpdateMs: Infinity },
        { generation: 3, crls: 0, earliestNextUpdateMs: Infinity },
      ].map((one) => ({ ...one, cas: 1, earliestExpiryMs: Date.UTC(2049, 11, 31, 23, 59, 59) })),
    )
  })

  const names: [title: string, issuer: Buffer, shown: string][] = [
    [
      'in the order of the list',
      seq(attribute('2.5.4.10', 'A'), attribute('2.5.4.3', 'B')),
      'O=A, CN=B',
    ],
    ['without control characters', name('a\u001b[2J\u202eb\nc'), 'CN=a [2J b c'],
    [
      'with a remark, if it is not readable',
      seq(set(seq(oid('2.5.4.3'), Buffer.from([2, 1, 5])))),
      '(not readable)',
    ],
  ]
  for (const [title, issuer, shown] of names) {
    it(`shows the name of the issuer ${title}`, () => {
      Date.now = () => NEXT_UPDATE
      // No CA of the store has the name, but clients may send a signer with it.
      use({ crl: listBy(root, { issuer }) })
      expect(messages.map((message) => message.issuer)).to.deep.equal([shown])
    })
  }
})

function attribute(type: string, text: string): Buffer {
  return set(seq(oid(type), utf8(text)))
}
