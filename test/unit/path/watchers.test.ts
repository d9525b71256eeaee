import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { Watchers } from '../../../src/path/watchers.js'
import { createTrustStore, type RejectedPath, type TrustStore } from '../../../src/trust.js'
import { restoreClock, turnClock } from '../../support/clock.js'
import { collectGarbage } from '../../support/collect-garbage.js'
import { type FakeTimers, fakeTimers, restoreTimers } from '../../support/fake-timers.js'
import { type Authority, createAuthority, type Issued } from '../../support/pki.js'

const HOUR = 3_600_000
const UNKNOWN = { ok: false, reason: 'certificate_chain_untrusted', detail: 'unknown_issuer' }
const OUTDATED = { ok: false, reason: 'certificate_expired', detail: undefined }

/** Lets the reports that are due run. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

describe('a certificate that a trust store watches', () => {
  let root: Authority
  let other: Authority
  let intermediate: Authority
  let leaf: Issued
  let chained: Issued
  let trust: TrustStore
  let timers: FakeTimers
  let reports: unknown[]
  const report = (rejected: RejectedPath): void => void reports.push(rejected)

  before(async () => {
    const notAfter = new Date(Math.floor(Date.now() / 1000) * 1000 + 30 * 24 * HOUR)
    root = await createAuthority({ subject: 'CN=Watch root', notAfter })
    other = await createAuthority({ subject: 'CN=Watch other', notAfter })
    intermediate = await root.createIntermediate({ subject: 'CN=Watch intermediate' })
    leaf = await root.issue({ subject: 'CN=leaf' })
    chained = await intermediate.issue({ subject: 'CN=chained', notAfter })
  })

  beforeEach(() => {
    timers = fakeTimers()
    reports = []
    trust = createTrustStore({ ca: root.cert })
  })

  afterEach(() => {
    restoreTimers()
    restoreClock()
  })

  /** Turns the clock of the process and that of the timers. */
  function advance(byMs: number, fromMs = 0): void {
    turnClock(fromMs + byMs)
    timers.advance(byMs)
  }

  const FORMS: Record<string, (issued: Issued) => Parameters<TrustStore['watch']>[0]> = {
    PEM: ({ cert }) => cert,
    DER: ({ raw }) => raw,
    'an X509Certificate': ({ raw }) => new X509Certificate(raw),
    'the certificate of a request': ({ raw }) => new X509Certificate(raw).toLegacyObject(),
  }
  for (const [form, make] of Object.entries(FORMS)) {
    it(`is reported before the replacement that makes it invalid is done: ${form}`, async () => {
      trust.watch(make(leaf), report)
      await turn()
      expect(reports).to.deep.equal([])
      await trust.replace({ ca: other.cert })
      expect(reports).to.deep.equal([UNKNOWN])
    })
  }

  it('may have its issuers with it, as with includeChain', async () => {
    const certificate = {
      ...new X509Certificate(chained.raw).toLegacyObject(),
      issuerCertificate: new X509Certificate(intermediate.raw).toLegacyObject(),
    } as Parameters<TrustStore['watch']>[0]
    trust.watch(certificate, report)
    trust.watch(chained.cert, report, { intermediates: intermediate.cert })
    await turn()
    expect(reports).to.deep.equal([])
    trust.watch(chained.cert, report)
    await turn()
    expect(reports).to.deep.equal([UNKNOWN])
    await trust.replace({ ca: other.cert })
    expect(reports).to.deep.equal([UNKNOWN, UNKNOWN, UNKNOWN])
  })

  it("may be Node's own object, in which a root is its own issuer", async () => {
    const certificate = new X509Certificate(root.raw).toLegacyObject() as {
      issuerCertificate?: object
    }
    certificate.issuerCertificate = certificate
    trust.watch(certificate as Parameters<TrustStore['watch']>[0], report)
    await turn()
    // A CA isn't a client because it is in the store, but a root is the path of one certificate.
    expect(reports).to.deep.equal([])
  })

  it('is reported later, but without a replacement, if it is invalid already', async () => {
    trust.watch(chained.cert, report)
    expect(reports).to.deep.equal([])
    await turn()
    expect(reports).to.deep.equal([UNKNOWN])
    expect(timers.pending.filter(({ dueMs }) => dueMs === 0)).to.deep.equal([])
  })

  for (const [title, wrong] of [
    ['text', 'x'],
    ['two certificates', () => leaf.cert + leaf.cert],
  ] as const) {
    it(`is reported as malformed if it is ${title}`, async () => {
      trust.watch(typeof wrong === 'string' ? wrong : wrong(), report)
      await turn()
      expect(reports).to.deep.equal([{ ...UNKNOWN, detail: 'malformed' }])
    })
  }

  it('is reported once', async () => {
    trust.watch(leaf.cert, report)
    await trust.replace({ ca: other.cert })
    await trust.replace({ ca: root.cert })
    await trust.replace({ ca: other.cert })
    advance(40 * 24 * HOUR)
    await turn()
    expect(reports).to.have.lengthOf(1)
  })

  it('is not reported by a replacement that is rejected, or that leaves it valid', async () => {
    trust.watch(leaf.cert, report)
    await trust.replace({ ca: '' }).catch(() => undefined)
    await trust.replace({ ca: [other.cert, root.cert] })
    await turn()
    expect(reports).to.deep.equal([])
  })

  it('is not reported after watching was stopped, even if the report was due', async () => {
    const stop = trust.watch(leaf.cert, report)
    const stopLate = trust.watch(chained.cert, report)
    stop()
    stopLate()
    await trust.replace({ ca: other.cert })
    stop()
    expect(reports).to.deep.equal([])
  })

  it('is reported when it expires, one millisecond after its last', async () => {
    const leftMs = Date.parse(new X509Certificate(leaf.raw).validTo) - Date.now()
    trust.watch(leaf.cert, report)
    advance(leftMs - 5000)
    await turn()
    expect(reports).to.deep.equal([])
    advance(5001, leftMs - 5000)
    await turn()
    expect(reports).to.deep.equal([OUTDATED])
  })

  it('is reported when a CA on its path expires, after more than 2^31 - 1 ms', async () => {
    trust.watch(chained.cert, report, { intermediates: intermediate.cert })
    advance(23 * HOUR)
    await turn()
    expect(reports).to.deep.equal([])
    advance(2 * HOUR, 23 * HOUR)
    await turn()
    expect(reports).to.deep.equal([{ ...UNKNOWN, detail: 'expired' }])
  })

  it('is not reported too early, however far away its expiry is', async () => {
    const long = await root.issue({ notAfter: new Date(Date.now() + 29 * 24 * HOUR) })
    trust.watch(long.cert, report)
    for (const { dueMs } of timers.pending) expect(dueMs).to.be.at.most(HOUR)
    let now = 0
    for (; now < 28 * 24 * HOUR; now += HOUR) advance(HOUR, now)
    await turn()
    expect(reports).to.deep.equal([])
    for (; now < 30 * 24 * HOUR; now += HOUR) advance(HOUR, now)
    await turn()
    expect(reports).to.deep.equal([OUTDATED])
  })

  it('stays valid by another path when a CA expires', async () => {
    const again = await createAuthority({ subject: 'CN=Watch root' })
    trust = createTrustStore({ ca: [again.cert, root.cert] })
    trust.watch(leaf.cert, report)
    advance(25 * HOUR)
    await turn()
    expect(reports).to.deep.equal([OUTDATED])
  })

  it('shares one timer with thousands of others, which does not keep the process running', async () => {
    const stops = Array.from({ length: 3000 }, () => trust.watch(leaf.cert, report))
    expect(timers.pending).to.have.lengthOf(1)
    expect(timers.pending[0]?.keepsAlive).to.equal(false)
    for (const stop of stops.slice(0, 1000)) stop()
    expect(timers.pending).to.have.lengthOf(1)
    await trust.replace({ ca: other.cert })
    expect(reports).to.have.lengthOf(2000)
    expect(timers.pending).to.have.lengthOf(1)
  })

  it('does not keep a replacement from letting requests through', async () => {
    Array.from({ length: 200 }, () => trust.watch(leaf.cert, report))
    const seen: number[] = []
    const replaced = trust.replace({ ca: other.cert }).then(() => seen.push(reports.length))
    await turn()
    seen.push(reports.length)
    // The store itself changes first.
    expect(trust.validate(leaf.cert).ok).to.equal(false)
    await replaced
    expect(seen[0]).to.be.within(1, 199)
    expect(seen[1]).to.equal(200)
  })

  it('is not watched again, if watching is stopped while a replacement looks at the others', async () => {
    let looks = 0
    const valid = trust.validate(leaf.cert)
    const watchers = new Watchers(() => {
      looks += 1
      return valid
    })
    const parsed = { leaf: new X509Certificate(leaf.raw), others: [], report }
    const all = Array.from({ length: 120 }, () => ({ ...parsed }))
    for (const one of all) watchers.add(one, Date.now())
    looks = 0
    const checked = watchers.recheck()
    expect(looks).to.be.within(1, 119)
    const before = looks
    for (const one of all) watchers.remove(one)
    await checked
    expect([looks, watchers.size]).to.deep.equal([before, 0])
  })

  it('is reported although the listener of another one throws or rejects', async () => {
    const lines: unknown[] = []
    const { error } = console
    console.error = (...line: unknown[]) => void lines.push(line[0])
    trust.watch(leaf.cert, () => {
      throw new Error('from a listener')
    })
    trust.watch(leaf.cert, () => Promise.reject(new Error('from a listener')))
    trust.watch(leaf.cert, report)
    await trust.replace({ ca: other.cert })
    await turn()
    console.error = error
    expect(reports).to.have.lengthOf(1)
    expect(lines).to.have.lengthOf(2)
    expect(lines[0]).to.include('the listener of an invalid certificate failed')
  })

  it('is watched although nothing else keeps the store, and only then', async () => {
    const abandon = (isWatching: boolean): void => {
      const stop = createTrustStore({ ca: root.cert }).watch(leaf.cert, report)
      if (!isWatching) stop()
    }
    abandon(true)
    abandon(false)
    expect(timers.pending).to.have.lengthOf(2)
    // Without a store, its timer is stopped.
    for (let round = 0; round < 1000 && timers.pending.length > 1; round += 1) {
      collectGarbage()
      await turn()
    }
    expect(timers.pending).to.have.lengthOf(1)
    advance(25 * HOUR)
    await turn()
    expect(reports).to.deep.equal([OUTDATED])
  })

  const mistakes: [title: string, args: unknown[], message: RegExp][] = [
    ['a number', [1, () => undefined], /certificate must be PEM, DER, an X509Certificate/],
    [
      'undefined',
      [undefined, () => undefined],
      /certificate must be PEM, DER, an X509Certificate, or req\.clientCertificate: authenticate the upgrade request with the strategy first, which sets req\.clientCertificate\. Received undefined$/,
    ],
    ['null', [null, () => undefined], /certificate must be/],
    ['an object without DER', [{ raw: 'x' }, () => undefined], /certificate must be/],
    ['no listener', ['x'], /onInvalid must be a function/],
    [
      'intermediates of another type',
      ['x', () => undefined, { intermediates: 1 }],
      /"intermediates"/,
    ],
    ['an unknown option', ['x', () => undefined, { now: 1 }], /"now"/],
  ]
  for (const [title, args, message] of mistakes) {
    it(`throws for ${title}`, () => {
      expect(() => trust.watch(...(args as Parameters<TrustStore['watch']>))).to.throw(
        TypeError,
        message,
      )
    })
  }
})
