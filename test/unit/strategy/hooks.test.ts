import { expect } from 'chai'
import { Strategy, type StrategyOptions, type VerifyCallback } from '../../../src/index.js'
import { endingsOf, requestWith } from '../../support/run-strategy.js'
import { throwAny } from '../../support/run-verify.js'
import { unhandledRejections } from '../../support/unhandled.js'

const certificate = { subject: { CN: 'alice' } }
const user = { id: 'alice' }

type Calls = [hook: string, ...args: unknown[]][]

async function hookCalls(
  request: object,
  verify: (cert: unknown, done: VerifyCallback) => unknown,
): Promise<Calls> {
  const calls: Calls = []
  const strategy = new Strategy(
    {
      onAuthenticated: (...args) => calls.push(['onAuthenticated', ...args]),
      onRejected: (...args) => calls.push(['onRejected', ...args]),
    },
    verify,
  )
  await endingsOf(strategy, request)
  return calls
}

describe('the audit hooks', () => {
  it('onAuthenticated is given certificate and request', async () => {
    const request = requestWith(certificate)
    const calls = await hookCalls(request, (_cert) => user)
    expect(calls).to.deep.equal([['onAuthenticated', certificate, request]])
    expect(calls[0]?.[2]).to.equal(request)
  })

  it('onRejected is given certificate, request and reason when verify rejects', async () => {
    const request = requestWith(certificate)
    const calls = await hookCalls(request, (_cert) => null)
    expect(calls).to.deep.equal([
      ['onRejected', certificate, request, 'callback_returned_false', {}],
    ])
    expect(calls[0]?.[2]).to.equal(request)
  })

  it('onRejected is given null and the reason when there is no certificate', async () => {
    for (const [request, reason, details] of [
      [requestWith(null), 'socket_not_authorized', { detail: 'certificate_not_requested' }],
      [requestWith({}), 'certificate_not_retrievable', {}],
    ] as const) {
      expect(await hookCalls(request, (_cert) => user)).to.deep.equal([
        ['onRejected', null, request, reason, details],
      ])
    }
  })

  it('are not run when verify fails', async () => {
    const boom = new Error('boom')
    for (const verify of [
      (_cert: unknown, done: VerifyCallback) => done(boom),
      () => throwAny(boom),
      () => Promise.reject(boom),
      (_cert: unknown) => Promise.reject(boom),
    ]) {
      expect(await hookCalls(requestWith(certificate), verify)).to.deep.equal([])
    }
  })

  const cases: [
    title: string,
    request: object,
    verify: (cert: unknown) => unknown,
    action: string,
  ][] = [
    ['accepted', requestWith(certificate), (_cert) => user, 'success'],
    ['rejected', requestWith(certificate), (_cert) => null, 'fail'],
    ['without certificate', requestWith(null), () => user, 'fail'],
    ['unreadable', requestWith({}), () => user, 'error'],
  ]

  for (const [title, request, verify, action] of cases) {
    it(`start after the decision and are not waited for: ${title}`, async () => {
      const order: string[] = []
      const hook = () => {
        order.push('hook')
        return new Promise(() => undefined)
      }
      const strategy = new Strategy({ onAuthenticated: hook, onRejected: hook }, verify)
      for (const name of ['success', 'fail', 'error'] as const) {
        strategy[name] = () => order.push(name)
      }
      strategy.authenticate(request as never)
      expect(order).to.deep.equal([action])
      await Promise.resolve()
      expect(order).to.deep.equal([action, 'hook'])
    })
  }
})

describe('an audit hook that fails', () => {
  const original = console.error
  const written: unknown[][] = []

  beforeEach(() => {
    written.length = 0
    console.error = (...args: unknown[]) => void written.push(args)
  })

  afterEach(() => {
    console.error = original
  })

  const failures = [new Error('disk full'), 'disk full', null, undefined]
  for (const failure of failures) {
    it(`is reported by name and changes no request: ${String(failure)}`, async () => {
      const hook = () => throwAny(failure)
      const options: StrategyOptions = { onAuthenticated: hook, onRejected: hook }
      const endings: unknown[] = []
      const unhandled = await unhandledRejections(async () => {
        for (const [request, outcome] of [
          [requestWith(certificate), user],
          [requestWith(certificate), null],
          [requestWith(null), user],
        ] as const) {
          const [ending, ...more] = await endingsOf(
            new Strategy(options, (_cert) => outcome),
            request,
          )
          endings.push(ending?.[0], ...more)
        }
      })
      expect(endings).to.deep.equal(['success', 'fail', 'fail'])
      expect(unhandled).to.deep.equal([])
      expect(written).to.deep.equal([
        ['passport-client-certificate-auth: onAuthenticated failed:', failure],
        ['passport-client-certificate-auth: onRejected failed:', failure],
        ['passport-client-certificate-auth: onRejected failed:', failure],
      ])
    })
  }
})
