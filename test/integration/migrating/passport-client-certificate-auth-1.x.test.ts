import https from 'node:https'
import { setImmediate } from 'node:timers/promises'
import { inherits } from 'node:util'
import { expect } from 'chai'
import { Strategy } from '../../../src/index.js'
import { guardedApp } from '../../support/apps.js'
import { restoreClock, turnClock } from '../../support/clock.js'
import { extractElsewhere } from '../../support/extract-elsewhere.js'
import { toUrlPem } from '../../support/header-values.js'
import { fakeTimers, restoreTimers } from '../../support/fake-timers.js'
import { HEADER_DIFFERENCES, HELPER_DIFFERENCES } from '../../support/migration-headers.js'
import { type Difference, expectRows, shownBy } from '../../support/migration-page.js'
import { testPki } from '../../support/pki.js'
import { endingsOf, requestWith } from '../../support/run-strategy.js'
import { throwAny } from '../../support/run-verify.js'
import { closeServers, getHttps, listenHttps } from '../../support/servers.js'

// JavaScript allows any arguments.
const AnyStrategy = Strategy as new (...args: unknown[]) => Strategy

const CERT = {
  subject: { CN: 'alice' },
  valid_from: 'Jan  1 00:00:00 2024 GMT',
  valid_to: 'Dec 31 23:59:59 2099 GMT',
}
const HEADER = { certificateHeader: 'X-Cert', headerEncoding: 'url-pem' } as const
type Done = (...args: unknown[]) => void

function start(options: object): unknown {
  try {
    return new AnyStrategy(options, () => undefined).name
  } catch (error) {
    const { name, code } = error as { name: string; code?: string }
    return [name, code]
  }
}

/** The actions for a client with a certificate, by a verify function with `done`. */
function decide(verify: (cert: never, done: Done) => unknown, options: object = {}) {
  const strategy = new AnyStrategy(options, verify)
  return endingsOf(strategy, requestWith(CERT))
}

/** The actions for a client without a certificate. */
function reject(options: object, req: object = requestWith(null)) {
  return endingsOf(new AnyStrategy(options, () => undefined), req)
}

const VALUE = ['TypeError', 'ERR_INVALID_ARG_VALUE']
const TYPE = ['TypeError', 'ERR_INVALID_ARG_TYPE']

const AT_START: readonly Difference<void>[] = [
  {
    what: "An option that doesn't exist, such as `session`",
    expected: [VALUE],
    run: () => start({ session: false }),
  },
  {
    what: "An option of a wrong type, such as `includeChain: 'no'`",
    expected: [[TYPE, TYPE, TYPE, VALUE]],
    run: () =>
      [
        { includeChain: 'no' },
        { passReqToCallback: 'yes' },
        { onRejected: 'log' },
        { name: '' },
      ].map(start),
  },
  {
    what: '`verifyHeader` without a certificate header',
    expected: [VALUE],
    run: () => start({ verifyHeader: 'X-Verify', verifyValue: 'SUCCESS' }),
  },
  {
    what: '`name: null`',
    expected: [TYPE],
    run: () => start({ name: null }),
  },
  {
    what: 'An error of the options',
    expected: [[VALUE, VALUE, VALUE]],
    run: () =>
      [
        { ...HEADER, verifyHeader: 'X-Verify' },
        { certificateSource: 'aws-alp' },
        { certificateHeader: 'X-Cert' },
      ].map(start),
  },
  {
    what: 'A subclass that calls `Strategy.call(this, verify)`',
    expected: ['TypeError'],
    run: () => {
      function Mine(this: object) {
        ;(Strategy as unknown as (this: object, verify: unknown) => void).call(this, () => null)
      }
      inherits(Mine, Strategy)
      try {
        return new (Mine as unknown as new () => object)()
      } catch (error) {
        return (error as Error).name
      }
    },
  },
  {
    what: 'Header mode without `trustedProxies`',
    expected: [[['extracted', 'extracted'], 1]],
    run: async () => {
      const headers = { 'x-cert': toUrlPem((await testPki()).ec) }
      const step = { options: HEADER, requests: [{ headers }] }
      const { reasons, stderr } = await extractElsewhere([step, step])
      return [reasons, stderr.match(/CLIENT_CERT_ANY_PROXY/g)?.length]
    },
  },
  {
    what: 'A preset of a proxy that validates nothing',
    expected: [1],
    run: async () => {
      const options = { certificateSource: 'aws-alb', trustedProxies: true } as const
      const { stderr } = await extractElsewhere([{ options }, { options }])
      return stderr.match(/CLIENT_CERT_NOT_VALIDATED/g)?.length
    },
  },
]

const REJECTED = 'callback_returned_false'

const IN_ANSWERS: readonly Difference<void>[] = [
  {
    what: '`info` of a rejected client',
    expected: [['fail', ['message', 'reason', 'detail'], 401]],
    run: async () => {
      const [[action, info, status] = []] = await reject({})
      return [action, Object.keys(info as object), status]
    },
  },
  {
    what: "`done(null, false, 'text')`",
    expected: [[['fail', { message: 'text', reason: REJECTED }, 401]]],
    run: () => decide((_cert, done) => done(null, false, 'text')),
  },
  {
    what: 'The message of a rejected verification header',
    expected: ['Client certificate verification failed'],
    run: async () => {
      const options = { ...HEADER, trustedProxies: true, verifyHeader: 'X-V', verifyValue: 'OK' }
      const [[, info] = []] = await reject(options, { headers: { 'x-v': 'NO' } })
      return (info as { message: string }).message
    },
  },
  {
    what: 'The message of `done(null, false)`',
    expected: [[['fail', { message: 'Client certificate rejected', reason: REJECTED }, 401]]],
    run: () => decide((_cert, done) => done(null, false)),
  },
  {
    what: "`done('text')`",
    expected: [['error', 'text']],
    run: async () => {
      const [[action, error] = []] = await decide((_cert, done) => done('text'))
      return [action, (error as Error).cause]
    },
  },
  {
    what: 'verify throws `null`',
    expected: [['error', 'ERR_VERIFY_FAILED']],
    run: async () => {
      const [[action, error] = []] = await decide((_cert, _done) => throwAny(null))
      return [action, (error as { code?: string }).code]
    },
  },
  {
    what: 'verify returns a thenable of a library, such as Bluebird, that is rejected',
    expected: [['error', 'ERR_VERIFY_TIMEOUT']],
    run: async () => {
      const thenable = { then: (_ok: unknown, no: (error: Error) => void) => no(new Error('x')) }
      const timers = fakeTimers()
      try {
        const endings = await decide((_cert, _done) => thenable)
        timers.advance(30_000)
        const [[action, error] = []] = endings
        return [action, (error as { code?: string }).code]
      } finally {
        restoreTimers()
      }
    },
  },
  {
    what: '`this` in verify',
    expected: [false],
    run: async () => {
      const seen: unknown[] = []
      await decide(function (this: unknown, _cert, _done) {
        seen.push(this instanceof Strategy)
      })
      return seen[0]
    },
  },
  {
    what: 'Code that follows `done()` in verify',
    expected: [['after done', 'success']],
    run: async () => {
      const log: string[] = []
      const strategy = new Strategy((_cert, done) => {
        done(null, { id: 1 })
        log.push('after done')
      })
      Object.assign(strategy, { success: () => log.push('success') })
      strategy.authenticate(requestWith(CERT) as never)
      await setImmediate()
      return log
    },
  },
  {
    what: 'The arguments of `onRejected`',
    expected: [[null, 'socket_not_authorized', 'object']],
    run: async () => {
      const calls: unknown[][] = []
      await reject({ onRejected: (...args: unknown[]) => calls.push(args) })
      const [[cert, , reason, details] = []] = calls
      return [cert, reason, typeof details]
    },
  },
  {
    what: 'The log line of a hook that fails',
    expected: [['passport-client-certificate-auth: onAuthenticated failed:']],
    run: async () => {
      const written: unknown[] = []
      const original = console.error
      console.error = (line: unknown) => written.push(line)
      try {
        const onAuthenticated = () => Promise.reject(new Error('full'))
        await decide((_cert, done) => done(null, { id: 1 }), { onAuthenticated })
      } finally {
        console.error = original
      }
      return written
    },
  },
  {
    what: 'A TLS 1.3 session without a certificate, resumed',
    expected: ['shown'],
    run: shownBy(
      'test/integration/anonymous-resumption.test.ts',
      'a client without a certificate that resumes its TLS 1.3 session',
    ),
  },
  {
    what: 'A certificate that has expired, in a header',
    expected: [['certificate_expired', undefined]],
    run: async () => {
      const headers = { 'x-cert': toUrlPem((await testPki()).expired) }
      const reasons: unknown[] = []
      for (const checkValidity of [true, false]) {
        const options = { ...HEADER, trustedProxies: true, checkValidity }
        const [[, info] = []] = await reject(options, { headers })
        reasons.push((info as { reason: string } | undefined)?.reason)
      }
      return reasons
    },
  },
  {
    what: 'A certificate that expires while its connection lasts',
    expected: [[200, 401]],
    run: async () => {
      const strategy = new Strategy((_cert, done) => done(null, { id: 1 }))
      const { port } = await listenHttps(guardedApp(strategy))
      const { key, cert } = (await testPki()).rsa
      const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
      const { status: before } = await getHttps(port, { key, cert, agent })
      turnClock(100 * 365 * 24 * 60 * 60 * 1000)
      const { status: after } = await getHttps(port, { key, cert, agent })
      agent.destroy()
      return [before, after]
    },
  },
]

const IN_TYPES: readonly Difference<void>[] = [
  {
    what: 'The request',
    expected: ['shown'],
    run: shownBy('test/types/express.ts', '(req: express.Request, cert, done) =>'),
  },
  {
    what: '`error` of `VerifyCallback`',
    expected: ['shown'],
    run: shownBy('test/types/older-names.ts', '@ts-expect-error any value can be thrown'),
  },
]

const DIFFERENCES = [
  ...AT_START,
  ...IN_ANSWERS,
  ...HEADER_DIFFERENCES,
  ...HELPER_DIFFERENCES,
  ...IN_TYPES,
]

describe('docs/migrating/passport-client-certificate-auth-1.x.md', () => {
  afterEach(closeServers)
  afterEach(restoreClock)

  for (const { what, expected, run } of DIFFERENCES) {
    it(`is right about the difference: ${what}`, async () => {
      expect(await run()).to.deep.equal(expected[0])
    })
  }

  it('has exactly one row for each of these differences', () => {
    expectRows('passport-client-certificate-auth-1.x', 'Differences', DIFFERENCES)
  })
})
