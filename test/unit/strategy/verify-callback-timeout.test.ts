import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { ClientCertificateError, Strategy, type VerifyCallback } from '../../../src/index.js'
import type { Outcome } from '../../../src/strategy/verify-callback.js'
import { fakeTimers, type FakeTimers, restoreTimers } from '../../support/fake-timers.js'
import { type Ending, requestWith } from '../../support/run-strategy.js'
import { type AnyVerify, calling, returning, runVerify } from '../../support/run-verify.js'
import { unhandledRejections } from '../../support/unhandled.js'

const user = { id: 'alice' }
const pending = () => new Promise(() => undefined)

describe('a verify that does not answer in time', () => {
  let timers: FakeTimers
  beforeEach(() => {
    timers = fakeTimers()
  })
  afterEach(restoreTimers)

  /** The error in which verify ends when its time is over. */
  function timeoutOf(verify: AnyVerify, passReqToCallback = false): ClientCertificateError {
    const outcomes: Outcome[] = []
    const options = { passReqToCallback, verifyTimeoutMs: 250 }
    runVerify(verify, (outcome) => outcomes.push(outcome), options)
    timers.advance(249)
    expect(outcomes).to.deep.equal([])
    timers.advance(1)
    expect(outcomes).to.have.lengthOf(1)
    const [outcome] = outcomes as [Outcome & { error: ClientCertificateError }]
    expect(outcome.kind).to.equal('error')
    expect(outcome.error).to.be.instanceOf(ClientCertificateError)
    expect(outcome.error).to.include({ code: 'ERR_VERIFY_TIMEOUT', status: 500, statusCode: 500 })
    return outcome.error
  }

  const CALLING =
    'so verify is in callback style: what it returns is ignored, so it has to call done(null, user), ' +
    'done(null, false) or done(err) in every case, within the time. To answer with what it returns, ' +
    'write it, or the wrapper around it, as '
  const RETURNING =
    'so verify is in return style: the promise that it returned has to settle, so set a time limit on ' +
    'what it waits for. To answer by calling done, declare done as a parameter without default: '

  it('is told what callback style needs', () => {
    expect(timeoutOf(calling(() => user)).message).to.equal(
      `verify did not answer within 250 ms. verify.length is 2, ${CALLING}(cert) => ...`,
    )
    const wrapper = (..._args: unknown[]) => undefined
    expect(timeoutOf(wrapper).message).to.include(`verify.length is 0, ${CALLING}(cert) => ...`)
    const three = (_req: unknown, _cert: unknown, _done: unknown) => user
    expect(timeoutOf(three, true).message).to.include(
      `verify.length is 3, ${CALLING}(req, cert) => ...`,
    )
  })

  it('is told what return style needs', () => {
    expect(timeoutOf(returning(pending)).message).to.equal(
      `verify did not answer within 250 ms. verify.length is 1, ${RETURNING}(cert, done) => ...`,
    )
    const two = (_req: unknown, _cert: unknown) => pending()
    expect(timeoutOf(two, true).message).to.include(
      `verify.length is 2, ${RETURNING}(req, cert, done) => ...`,
    )
  })

  it('has no other outcome, whatever comes of it later', async () => {
    const outcomes: Outcome[] = []
    let done: VerifyCallback = () => undefined
    let resolve: (value: unknown) => void = () => undefined
    let reject: (reason: unknown) => void = () => undefined
    const unhandled = await unhandledRejections(async () => {
      for (const verify of [
        calling((given) => void (done = given)),
        calling(() => new Promise((_resolve, given) => (reject = given))),
        returning(() => new Promise((given) => (resolve = given))),
        returning(() => new Promise((_resolve, given) => (reject = given))),
      ]) {
        runVerify(verify, (outcome) => outcomes.push(outcome), { verifyTimeoutMs: 250 })
        timers.advance(250)
        done(null, user)
        resolve(user)
        reject(new Error('too late'))
        await setImmediate()
      }
    })
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['error', 'error', 'error', 'error'])
    expect(unhandled).to.deep.equal([])
  })

  it('is not waited for by a timer once it has answered', async () => {
    for (const verify of [
      calling((done) => process.nextTick(done, null, user)),
      calling(() => Promise.reject(new Error('boom'))),
      returning(() => Promise.resolve(user)),
      returning(() => Promise.reject(new Error('boom'))),
      returning(() => ({ then: (resolve: (value: unknown) => void) => resolve(user) })),
    ]) {
      const outcomes: Outcome[] = []
      runVerify(verify, (outcome) => outcomes.push(outcome), { verifyTimeoutMs: 250 })
      expect(timers.pending).to.have.lengthOf(1)
      await setImmediate()
      expect(timers.pending).to.deep.equal([])
      timers.advance(1e9)
      expect(outcomes).to.have.lengthOf(1)
    }
  })

  describe('on a strategy', () => {
    const certificate = { subject: { CN: 'alice' }, fingerprint256: 'AB:CD' }

    function start(options: object): Ending[] {
      const endings: Ending[] = []
      const strategy = new Strategy(options, (_cert, _done) => undefined)
      for (const action of ['success', 'fail', 'error'] as const) {
        strategy[action] = (...args: unknown[]) => void endings.push([action, ...args])
      }
      strategy.authenticate(requestWith(certificate) as never)
      return endings
    }

    it('ends the request in an error after 30 seconds', () => {
      for (const options of [{}, { verifyTimeoutMs: undefined }]) {
        const endings = start(options)
        timers.advance(29_999)
        expect(endings).to.deep.equal([])
        timers.advance(1)
        expect(endings).to.have.lengthOf(1)
        expect(endings[0]?.[0]).to.equal('error')
        expect(endings[0]?.[1]).to.have.property('code', 'ERR_VERIFY_TIMEOUT')
      }
    })

    it('ends the request after as many milliseconds as verifyTimeoutMs says', () => {
      for (const verifyTimeoutMs of [1, 7000, 2_147_483_647]) {
        const endings = start({ verifyTimeoutMs })
        timers.advance(verifyTimeoutMs - 1)
        expect(endings).to.deep.equal([])
        timers.advance(1)
        expect(endings.map(([action]) => action)).to.deep.equal(['error'])
      }
    })

    it('leaves the request open with verifyTimeoutMs: false', () => {
      const endings = start({ verifyTimeoutMs: false })
      timers.advance(Number.MAX_SAFE_INTEGER)
      expect(endings).to.deep.equal([])
      expect(timers.started).to.equal(0)
    })

    it('runs no hook, and says nothing of the certificate', async () => {
      const hooks: string[] = []
      const endings = start({
        verifyTimeoutMs: 10,
        onAuthenticated: () => hooks.push('onAuthenticated'),
        onRejected: () => hooks.push('onRejected'),
      })
      timers.advance(10)
      await setImmediate()
      expect(hooks).to.deep.equal([])
      expect((endings[0]?.[1] as Error).message).not.to.match(/alice|AB:CD/)
    })
  })
})
