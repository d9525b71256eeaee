import diagnosticsChannel from 'node:diagnostics_channel'
import { expect } from 'chai'
import { type DecisionMessage, publishDecision } from '../../../src/guard/diagnostics.js'
import { Strategy } from '../../../src/index.js'
import { clientCertificateAuth } from '../../../src/middleware.js'
import { toBase64Der } from '../../support/header-values.js'
import { testPki, type TestPki } from '../../support/pki.js'
import { endingsOf, requestWith } from '../../support/run-strategy.js'
import { throwAny } from '../../support/run-verify.js'
import { seenBySocket } from '../../support/seen-by-socket.js'
import { unhandledRejections } from '../../support/unhandled.js'

const OUTCOMES = ['authenticated', 'rejected', 'error'] as const

describe('the message that is published about a decision', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })

  let published: [channel: string | symbol, message: unknown][]
  const collect = (message: unknown, channel: string | symbol) =>
    void published.push([channel, message])
  const channels = OUTCOMES.map((outcome) => `passport-client-certificate-auth:${outcome}`)

  beforeEach(() => {
    published = []
    for (const channel of channels) diagnosticsChannel.subscribe(channel, collect)
  })
  afterEach(() => {
    for (const channel of channels) diagnosticsChannel.unsubscribe(channel, collect)
  })

  function messageWith(some: Partial<DecisionMessage>): DecisionMessage {
    const none = {
      reason: null,
      detail: null,
      code: null,
      fingerprint256: null,
      serialNumber: null,
      validUntilMs: null,
    }
    return { strategy: 'client-cert', ...none, ...some }
  }

  const boom = new Error('boom')
  type Decision = [
    what: string,
    verify: (cert: unknown) => unknown,
    outcome: string,
    reason: string | null,
  ]
  const decisions: Decision[] = [
    ['a user', (_cert) => ({ id: 'user' }), 'authenticated', null],
    ['no user', (_cert) => null, 'rejected', 'callback_returned_false'],
    ['an exception', () => throwAny(boom), 'error', null],
    ['a rejection', () => Promise.reject(boom), 'error', null],
  ]
  for (const [what, verify, outcome, reason] of decisions) {
    it(`is, when verify ends with ${what}, '${outcome}' and which certificate it was`, async () => {
      const certificate = await seenBySocket(pki.ec)
      const { fingerprint256, serialNumber, valid_to: end } = certificate
      await endingsOf(new Strategy({ name: 'devices' }, verify), requestWith(certificate))
      const ids = { fingerprint256, serialNumber, validUntilMs: Date.parse(end) }
      const message = messageWith({ strategy: 'devices', reason, ...ids })
      expect(published).to.deep.equal([[`passport-client-certificate-auth:${outcome}`, message]])
      expect(fingerprint256).to.match(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
      expect(serialNumber).to.match(/^[0-9A-F]+$/)
    })
  }

  const REJECTED = ['rejected', 'callback_returned_false'] as const
  const checks: [what: string, check: () => boolean, outcome: string, reason: string | null][] = [
    ['yes', () => true, 'authenticated', null],
    ['no', () => false, ...REJECTED],
    ['an error', () => throwAny(new Error('revoked')), ...REJECTED],
    ['a bug', () => throwAny(new TypeError('boom')), 'error', null],
    ['an error of status 503', () => throwAny({ status: 503 }), 'error', null],
  ]
  for (const [what, check, outcome, reason] of checks) {
    it(`is, when the callback of the middleware ends with ${what}, '${outcome}'`, async () => {
      const certificate = await seenBySocket(pki.ec)
      const { fingerprint256, serialNumber, valid_to: end } = certificate
      clientCertificateAuth<never>(check)(requestWith(certificate) as never, {}, () => undefined)
      const strategy = 'clientCertificateAuth'
      const ids = { fingerprint256, serialNumber, validUntilMs: Date.parse(end) }
      const message = messageWith({ strategy, reason, ...ids })
      expect(published).to.deep.equal([[`passport-client-certificate-auth:${outcome}`, message]])
    })
  }

  it('is the reason, where no certificate was extracted', async () => {
    const header = { certificateHeader: 'X-Cert', headerEncoding: 'base64-der' } as const
    const headers = { 'x-cert': toBase64Der(pki.expired) }
    const cases: [
      options: object,
      request: object,
      outcome: string,
      reason: string,
      detail?: string,
    ][] = [
      [{}, requestWith(null), 'rejected', 'socket_not_authorized', 'certificate_not_requested'],
      [{}, requestWith({}), 'error', 'certificate_not_retrievable'],
      [{ ...header, trustedProxies: true }, { headers }, 'rejected', 'certificate_expired'],
      [
        { ...header, trustedProxies: '::1' },
        { headers },
        'rejected',
        'untrusted_proxy',
        'address_unknown',
      ],
    ]
    for (const [options, request] of cases) {
      await endingsOf(new Strategy(options, () => throwAny(boom)), request)
    }
    expect(published).to.deep.equal(
      cases.map(([, , outcome, reason, detail = null]) => [
        `passport-client-certificate-auth:${outcome}`,
        messageWith({ reason, detail }),
      ]),
    )
  })

  it('says which cause the reason had, and the error code, where an extractor knows them', async () => {
    const failure = { reason: 'socket_not_authorized', detail: 'expired', code: 'CERT_HAS_EXPIRED' }
    const extractor = () => ({ success: false, certificate: null, ...failure })
    await endingsOf(new Strategy({ extractor }, () => null), {})
    expect(published).to.deep.equal([
      ['passport-client-certificate-auth:rejected', messageWith(failure)],
    ])
  })

  it('is an error, where the extractor itself fails', async () => {
    const extractor = () => throwAny(boom)
    await endingsOf(new Strategy({ extractor }, (_cert) => null), requestWith(null))
    expect(published).to.deep.equal([['passport-client-certificate-auth:error', messageWith({})]])
  })

  it('has no date for a certificate whose date is not readable', () => {
    publishDecision('rejected', 'x', { valid_to: 'soon' })
    expect(published.map(([, message]) => message)).to.deep.equal([messageWith({ strategy: 'x' })])
  })

  it('has neither digest, serial number nor date for a certificate without them', async () => {
    await endingsOf(new Strategy((_cert) => ({})), requestWith({ subject: { CN: 'secret' } }))
    expect(published.map(([, message]) => message)).to.deep.equal([messageWith({})])
  })

  it('is not made without a subscriber: the certificate is not even read', () => {
    const read: string[] = []
    const certificate = new Proxy({}, { get: (_, name) => void read.push(String(name)) })
    publishDecision('rejected', 'x', certificate, { reason: 'y' })
    const dates = ['raw', 'valid_from', 'valid_to']
    expect(read).to.have.members(['fingerprint256', 'serialNumber', ...dates])
    read.length = 0
    diagnosticsChannel.unsubscribe('passport-client-certificate-auth:rejected', collect)
    publishDecision('rejected', 'x', certificate, { reason: 'y' })
    expect(read).to.deep.equal([])
  })

  it('is published before the request goes on, once', async () => {
    const order: string[] = []
    const note = () => void order.push('published')
    diagnosticsChannel.subscribe('passport-client-certificate-auth:authenticated', note)
    const strategy = new Strategy((_cert, done) => {
      done(null, {})
      done(null, false)
    })
    strategy.success = () => void order.push('success')
    const rejections = await unhandledRejections(() => {
      strategy.authenticate(requestWith({ subject: {} }) as never)
    })
    diagnosticsChannel.unsubscribe('passport-client-certificate-auth:authenticated', note)
    expect(rejections).to.deep.equal([])
    expect(order).to.deep.equal(['published', 'success'])
    expect(published).to.have.lengthOf(1)
  })
})
