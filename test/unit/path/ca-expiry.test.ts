import diagnosticsChannel from 'node:diagnostics_channel'
import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import type { CaExpiryMessage, TrustStoreMessage } from '../../../src/trust.js'
import { createTrustStore } from '../../../src/trust.js'
import { restoreClock, turnClock } from '../../support/clock.js'
import { type FakeTimers, fakeTimers, restoreTimers } from '../../support/fake-timers.js'
import { createAuthority } from '../../support/pki.js'

const HOUR = 3_600_000
const PREFIX = 'passport-client-certificate-auth'

describe('the expiry of the CAs of a trust store', () => {
  let timers: FakeTimers
  let expiries: CaExpiryMessage[]
  let stores: TrustStoreMessage[]
  let warnings: (string | undefined)[]

  const noteExpiry = (message: unknown): void => void expiries.push(message as CaExpiryMessage)
  const noteStore = (message: unknown): void => void stores.push(message as TrustStoreMessage)
  const noteWarning = (warning: Error & { code?: string }): void => {
    if (warning.message.startsWith('The CA CN=Expiry')) warnings.push(warning.code)
  }

  beforeEach(() => {
    timers = fakeTimers()
    expiries = []
    stores = []
    warnings = []
    diagnosticsChannel.subscribe(`${PREFIX}:ca-expiry`, noteExpiry)
    diagnosticsChannel.subscribe(`${PREFIX}:trust-store`, noteStore)
    process.on('warning', noteWarning)
  })

  afterEach(() => {
    diagnosticsChannel.unsubscribe(`${PREFIX}:ca-expiry`, noteExpiry)
    diagnosticsChannel.unsubscribe(`${PREFIX}:trust-store`, noteStore)
    process.off('warning', noteWarning)
    restoreTimers()
    restoreClock()
  })

  /** A CA that is valid for 100 hours, of which some are left. */
  async function make(leftHours: number) {
    const end = Math.ceil(Date.now() / 1000) * 1000 + leftHours * HOUR
    const dates = { notBefore: new Date(end - 100 * HOUR), notAfter: new Date(end) }
    const ca = await createAuthority({ subject: 'CN=Expiry, O=Example', ...dates })
    const { fingerprint256 } = new X509Certificate(ca.raw)
    return { ...ca, end, fingerprint256 }
  }

  /** Turns both clocks, an hour at a time as the timer does. */
  function advanceHours(hours: number, from = 0): void {
    for (let hour = 1; hour <= hours; hour += 1) {
      turnClock((from + hour) * HOUR)
      timers.advance(HOUR)
    }
  }

  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
  const states = (): string[] => expiries.map(({ state }) => state)

  it('is announced with a tenth of the lifetime left, and when it is over, once for all stores', async () => {
    const ca = await make(15)
    for (const options of [
      { ca: ca.cert },
      { ca: (await make(90)).cert, intermediates: ca.cert },
    ]) {
      createTrustStore(options).validate(ca.cert)
    }
    advanceHours(4)
    expect(states()).to.deep.equal([])
    advanceHours(2, 4)
    expect(states()).to.deep.equal(['expires_soon'])
    advanceHours(8, 6)
    expect(states()).to.deep.equal(['expires_soon'])
    advanceHours(2, 14)
    const { fingerprint256, end: validUntilMs } = ca
    const common = { fingerprint256, validUntilMs, subject: 'CN=Expiry, O=Example' }
    expect(expiries).to.deep.equal([
      { state: 'expires_soon', ...common },
      { state: 'expired', ...common },
    ])
    await turn()
    expect(warnings).to.deep.equal(['CLIENT_CERT_CA_EXPIRES_SOON', 'CLIENT_CERT_CA_EXPIRED'])
  })

  it('is announced at the first use of a store, not before', async () => {
    const ca = await make(5)
    const store = createTrustStore({ ca: ca.cert })
    expect(timers.started).to.equal(0)
    expect([...expiries, ...stores]).to.deep.equal([])
    store.validate(ca.cert)
    store.validate(ca.cert)
    expect(states()).to.deep.equal(['expires_soon'])
    const noLists = { crls: 0, earliestNextUpdateMs: Infinity }
    expect(stores).to.deep.equal([{ generation: 1, cas: 1, earliestExpiryMs: ca.end, ...noLists }])
    expect(timers.pending).to.have.lengthOf(1)
    expect(timers.pending[0]?.keepsAlive).to.equal(false)
  })

  it('is announced without a warning if it was over when the store got the CA', async () => {
    const [over, next] = [await make(-1), await make(80)]
    // In ca, it would use up the warning of createTrustStore(), which comes once per process.
    const store = createTrustStore({ ca: next.cert, intermediates: over.cert })
    store.validate(over.cert)
    expect(states()).to.deep.equal(['expired'])
    await turn()
    expect(warnings).to.deep.equal([])
    await store.replace({ intermediates: [next.cert, over.cert] })
    expect(stores[1]).to.include({ generation: 2, cas: 2, earliestExpiryMs: over.end })
    expect(timers.pending).to.have.lengthOf(1)
  })

  it('is announced for the CAs that a replacement brings, if the store is in use', async () => {
    const [first, second, third] = [await make(80), await make(5), await make(6)]
    const store = createTrustStore({ ca: first.cert })
    await store.replace({ ca: second.cert })
    expect(states()).to.deep.equal([])
    store.validate(first.cert)
    await store.replace({ ca: third.cert })
    const found = expiries.map(({ fingerprint256 }) => fingerprint256)
    expect(found).to.deep.equal([second.fingerprint256, third.fingerprint256])
    expect(stores.map(({ generation }) => generation)).to.deep.equal([2, 3])
    expect(timers.pending).to.have.lengthOf(1)
  })

  it('is announced in the last millisecond as soon, and one later as over', async () => {
    const ca = await make(5)
    const store = createTrustStore({ ca: ca.cert })
    const { now } = Date
    Date.now = () => ca.end
    store.validate(ca.cert)
    expect(states()).to.deep.equal(['expires_soon'])
    Date.now = () => ca.end + 1
    timers.advance(1)
    expect(states()).to.deep.equal(['expires_soon', 'expired'])
    Date.now = now
  })
})
