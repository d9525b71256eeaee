import diagnosticsChannel from 'node:diagnostics_channel'
import type { RequestListener } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { inspect } from 'node:util'
import express from 'express'
import { expect } from 'chai'
import { createExtractor } from '../../src/extractor/index.js'
import { allOf, allowCN, allowFingerprints } from '../../src/helpers/index.js'
import {
  type CertificateCheck,
  CertificateRejectedError,
  clientCertificateAuth,
  ClientCertificateError,
  type ClientCertificateAuthOptions,
  requireCertificate,
} from '../../src/middleware.js'
import { fakeTimers, type FakeTimers, restoreTimers } from '../support/fake-timers.js'
import { fingerprints } from '../support/extract-over.js'
import { testPki, type TestPki } from '../support/pki.js'
import { requestWith } from '../support/run-strategy.js'
import { closeServers, getHttps, listenHttps } from '../support/servers.js'
import { unhandledRejections } from '../support/unhandled.js'

const CERT = { subject: { CN: 'alice' }, fingerprint256: 'AB:CD' }

type Entry = [hook: string, cert: unknown, reason?: string]

/** Returns the arguments of `next()`, and those of the hooks. */
async function run(
  callback: unknown,
  certificate: object | null = CERT,
  options: ClientCertificateAuthOptions<never> = {},
) {
  const log: Entry[] = []
  const calls: unknown[][] = []
  const middleware = clientCertificateAuth<never>(callback as CertificateCheck<never>, {
    onAuthenticated: (cert) => log.push(['authenticated', cert]),
    onRejected: (cert, _req, reason) => log.push(['rejected', cert, reason]),
    ...options,
  })
  const req = requestWith(certificate)
  middleware(req as never, {}, (...args) => calls.push(args))
  const atOnce = calls.length
  await setImmediate()
  return { calls, log, req: req as { clientCertificate?: unknown }, atOnce }
}

describe('the middleware, for what a callback says', () => {
  for (const yes of [
    () => true,
    () => Promise.resolve(true),
    allowCN('alice'),
    allOf(allowCN('alice')),
  ]) {
    it(`accepts a client for true: ${String(yes).slice(0, 40)}`, async () => {
      const { calls, log, req } = await run(yes)
      expect(calls).to.deep.equal([[]])
      expect(log).to.deep.equal([['authenticated', CERT]])
      expect(req.clientCertificate).to.equal(CERT)
    })
  }

  const noes = [false, undefined, null, 1, 'true', {}, [], new Boolean(true), () => true]
  for (const no of noes) {
    it(`rejects the client for anything else, promised or not: ${inspect(no)}`, async () => {
      for (const callback of [() => no, () => Promise.resolve(no)]) {
        const { calls, log } = await run(callback)
        const [[error] = []] = calls
        expect(calls).to.have.lengthOf(1)
        expect(error).to.be.instanceOf(CertificateRejectedError)
        expect(error).to.include({
          name: 'CertificateRejectedError',
          code: 'ERR_CERTIFICATE_REJECTED',
          message: 'Client certificate rejected',
          reason: 'callback_returned_false',
          status: 401,
          statusCode: 401,
        })
        expect(log).to.deep.equal([['rejected', CERT, 'callback_returned_false']])
      }
    })
  }

  it('answers at once where the callback does', async () => {
    expect(await run(() => true)).to.include({ atOnce: 1 })
    expect(await run(() => Promise.resolve(true))).to.include({ atOnce: 0 })
  })

  it('gives it the certificate and the request', async () => {
    const seen: unknown[] = []
    const { req } = await run((...args: unknown[]) => seen.push(...args))
    expect(seen).to.deep.equal([CERT, req])
  })

  const mute = Object.defineProperty(new Error(), 'message', {
    get: () => {
      throw new Error('trap')
    },
  })
  const thrown: [what: string, thrown: unknown, status: number, reason: string][] = [
    ['an error', new Error('no such client'), 401, 'no such client'],
    ['one with a status', Object.assign(new Error('busy'), { status: 503 }), 503, 'busy'],
    ['one without a message', new Error(''), 401, 'callback_threw'],
    ['an object', { code: 7 }, 401, 'callback_threw'],
    ['one that will not say why', mute, 401, 'callback_threw'],
    [
      'a bug of the application',
      new TypeError('cb is not a function'),
      500,
      'cb is not a function',
    ],
  ]
  for (const [what, error, status, reason] of thrown) {
    it(`passes on ${what} that it throws, with a status`, async () => {
      for (const fail of [
        () => {
          throw error
        },
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        () => Promise.reject(error),
      ]) {
        const { calls, log } = await run(fail)
        expect(calls).to.have.lengthOf(1)
        expect(calls[0]?.[0]).to.equal(error)
        expect(error).to.have.property('status', status)
        expect(log).to.deep.equal([['rejected', CERT, reason]])
      }
    })
  }

  const trap = new Proxy(new Error('x'), {
    get: () => {
      throw new Error('trap')
    },
  })
  for (const odd of ['route', 'router', null, undefined, 0, Object.freeze(new Error('x')), trap]) {
    it(`turns no throw into a pass or a crash: ${typeof odd}`, async () => {
      for (const fail of [
        () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error
          throw odd
        },
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        () => Promise.reject(odd),
      ]) {
        const { calls, log } = await run(fail)
        const [[error] = []] = calls
        expect(calls).to.have.lengthOf(1)
        expect(error).to.be.instanceOf(ClientCertificateError).with.property('status', 401)
        expect((error as Error).cause).to.equal(odd)
        expect(log).to.have.lengthOf(1)
      }
    })
  }

  it('has a thrown string as the message and as the reason', async () => {
    for (const fail of [
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw 'certificate revoked'
      },
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      () => Promise.reject('certificate revoked'),
    ]) {
      const { calls, log } = await run(fail)
      const [[error] = []] = calls
      expect(error).to.be.instanceOf(CertificateRejectedError)
      expect(error).to.include({ message: 'certificate revoked', status: 401, statusCode: 401 })
      expect(log).to.deep.equal([['rejected', CERT, 'certificate revoked']])
    }
  })

  it('returns nothing, also for a promise: h3 would take it for an answer', () => {
    for (const callback of [() => true, () => Promise.resolve(false), () => new Promise(() => 0)]) {
      const middleware = clientCertificateAuth<never>(callback as CertificateCheck<never>)
      const call = middleware as (...args: unknown[]) => unknown
      expect(call(requestWith(CERT), {}, () => undefined)).to.equal(undefined)
    }
  })

  it('is the default export as well', async () => {
    const { default: main } = await import('../../src/middleware.js')
    expect(main).to.equal(clientCertificateAuth)
  })

  it('is not told of what happens further down the line', () => {
    const calls: unknown[] = []
    const middleware = clientCertificateAuth<never>(() => true)
    expect(() => {
      middleware(requestWith(CERT) as never, {}, (error) => {
        calls.push(error)
        throw new Error('further down')
      })
    }).to.throw('further down')
    expect(calls).to.deep.equal([undefined])
  })

  it('leaves no rejection unhandled', async () => {
    const reasons = await unhandledRejections(async () => {
      await run(() => Promise.reject(new Error('no')))
      await run(() => {
        throw new Error('no')
      })
    })
    expect(reasons).to.deep.equal([])
  })

  it('follows a thenable, whatever the length of the callback is', async () => {
    const thenable = (value: unknown) => ({
      then: (resolve: (v: unknown) => void) => resolve(value),
    })
    for (const [value, expected] of [
      [true, []],
      [{ id: 'alice' }, [CertificateRejectedError]],
      [undefined, [CertificateRejectedError]],
    ] as const) {
      for (const callback of [
        () => thenable(value),
        (_cert: unknown) => thenable(value),
        (_cert: unknown, _req: unknown) => thenable(value),
        (_cert: unknown, _req: unknown, _done: unknown) => thenable(value),
        (..._args: unknown[]) => thenable(value),
      ]) {
        const { calls } = await run(callback)
        const errors = calls.map((args) => args.map((error) => (error as object).constructor))
        expect(errors).to.deep.equal([expected])
      }
    }
  })
})

describe('the middleware, for a callback that does not answer in time', () => {
  let timers: FakeTimers
  beforeEach(() => {
    timers = fakeTimers()
  })
  afterEach(restoreTimers)

  const NEVER = () => new Promise(() => undefined)

  it('is an error of the server after 30 seconds, and runs no hook', async () => {
    const { calls, log } = await run(NEVER)
    timers.advance(29_999)
    expect(calls).to.deep.equal([])
    timers.advance(1)
    await setImmediate()
    expect(calls).to.have.lengthOf(1)
    const [[error] = []] = calls
    expect(error).to.be.instanceOf(ClientCertificateError)
    expect(error).not.to.be.instanceOf(CertificateRejectedError)
    expect(error).to.include({
      code: 'ERR_VERIFY_TIMEOUT',
      status: 500,
      statusCode: 500,
      message:
        'The callback did not answer within 30000 ms. It answers with what it returns, so the promise ' +
        'that it returned has to settle: set a time limit on what it waits for. It is not given a ' +
        'done to call',
    })
    expect(log).to.deep.equal([])
  })

  it('has as long as verifyTimeoutMs says', async () => {
    const { calls } = await run(NEVER, CERT, { verifyTimeoutMs: 10 })
    timers.advance(9)
    expect(calls).to.deep.equal([])
    timers.advance(1)
    expect(calls[0]?.[0]).to.have.property('message').that.includes('within 10 ms')
  })

  it('has for ever with verifyTimeoutMs: false', async () => {
    const { calls } = await run(NEVER, CERT, { verifyTimeoutMs: false })
    timers.advance(Number.MAX_SAFE_INTEGER)
    expect([calls, timers.started]).to.deep.equal([[], 0])
  })

  it('is published as an error, with the certificate', async () => {
    const published: unknown[] = []
    const collect = (message: unknown) => void published.push(message)
    const channel = 'passport-client-certificate-auth:error'
    diagnosticsChannel.subscribe(channel, collect)
    await run(NEVER)
    timers.advance(30_000)
    diagnosticsChannel.unsubscribe(channel, collect)
    expect(published).to.deep.equal([
      {
        strategy: 'clientCertificateAuth',
        reason: null,
        detail: null,
        code: null,
        fingerprint256: 'AB:CD',
        serialNumber: null,
        validUntilMs: null,
      },
    ])
  })

  it('is ignored when it answers too late, by rejecting too', async () => {
    const unhandled = await unhandledRejections(async () => {
      for (const late of [() => true, () => Promise.reject(new Error('too late'))]) {
        let answer: (value: unknown) => void = () => undefined
        const { calls, log } = await run(() => new Promise((resolve) => (answer = resolve)))
        timers.advance(30_000)
        answer(late())
        await setImmediate()
        expect(calls).to.have.lengthOf(1)
        expect(log).to.deep.equal([])
      }
    })
    expect(unhandled).to.deep.equal([])
  })

  it('starts no timer for a callback that answers at once, and clears it for a later answer', async () => {
    await run(() => true)
    expect(timers.started).to.equal(0)
    await run(() => Promise.resolve(true))
    expect([timers.started, timers.pending]).to.deep.equal([1, []])
  })
})

describe('the middleware, for a client without a certificate', () => {
  it('is the reason, as an error for the error handler', async () => {
    const { calls, log, req } = await run(() => true, null)
    const [[error] = []] = calls
    expect(error).to.be.instanceOf(CertificateRejectedError)
    const reason = 'socket_not_authorized'
    expect(error).to.include({ status: 401, reason, message: 'Client certificate required' })
    expect(log).to.deep.equal([['rejected', null, reason]])
    expect(req).not.to.have.property('clientCertificate')
  })

  it('is a fault of the server where it was authorized and cannot be shown', async () => {
    const { calls, log } = await run(() => true, {})
    const [[error] = []] = calls
    expect(error).to.be.instanceOf(ClientCertificateError)
    expect(error).not.to.be.instanceOf(CertificateRejectedError)
    const code = 'ERR_CERTIFICATE_NOT_RETRIEVABLE'
    expect(error).to.include({ code, status: 500, statusCode: 500 })
    expect(log).to.deep.equal([['rejected', null, 'certificate_not_retrievable']])
  })

  it('is a fault of the server where its own extractor fails', async () => {
    for (const extractor of [() => null, () => Promise.resolve({ success: true })]) {
      const { calls, log } = await run(() => true, CERT, { extractor: extractor as never })
      expect(calls[0]?.[0]).to.be.instanceOf(ClientCertificateError)
      expect(calls[0]?.[0]).to.include({
        code: 'ERR_EXTRACTOR_FAILED',
        status: 500,
        statusCode: 500,
      })
      expect(log).to.deep.equal([])
    }
  })

  it('has the reason that its own extractor gives', async () => {
    const extractor = () => ({ success: false, certificate: null, reason: 'revoked' })
    const { calls } = await run(() => true, CERT, { extractor })
    expect(calls[0]?.[0]).to.include({ status: 401, reason: 'revoked' })
  })
})

describe('the middleware, when it is made', () => {
  const refused: [what: string, args: unknown[], message: string][] = [
    ['no callback', [], 'callback must be a function'],
    ['options alone', [{}], 'callback must be a function'],
    ['an option that there is none', [() => true, { name: 'x' }], 'has no member "name"'],
    ['a hook that is none', [() => true, { onRejected: 1 }], '"onRejected" must be a function'],
    [
      'a time of nothing',
      [() => true, { verifyTimeoutMs: 0 }],
      '"verifyTimeoutMs" must be a whole',
    ],
    [
      'an extractor beside options of extraction',
      [() => true, { extractor: createExtractor(), includeChain: true }],
      'option "includeChain" cannot be combined with "extractor"',
    ],
  ]
  for (const [what, args, message] of refused) {
    it(`rejects ${what}`, () => {
      const make = clientCertificateAuth as (...args: unknown[]) => unknown
      expect(() => make(...args)).to.throw(TypeError, message)
    })
  }

  it('takes nothing on Object.prototype for an option', async () => {
    const prototype = Object.prototype as { extractor?: unknown }
    prototype.extractor = () => ({ success: true, certificate: CERT, reason: null })
    try {
      const { calls } = await run(() => true, null)
      expect(calls[0]?.[0]).to.include({ reason: 'socket_not_authorized' })
    } finally {
      delete prototype.extractor
    }
  })

  it("rejects a predicate that isn't a function", () => {
    expect(() => requireCertificate(true as never)).to.throw(
      TypeError,
      'predicate must be a function',
    )
  })
})

describe('a certificate that is required later', () => {
  async function decide(predicate: CertificateCheck<never>, req: object): Promise<unknown[][]> {
    const calls: unknown[][] = []
    requireCertificate(predicate)(req as never, {}, (...args) => calls.push(args))
    await setImmediate()
    return calls
  }

  /** A request that the middleware has let through, as every handler behind it gets it. */
  async function accepted(): Promise<object> {
    const { req, calls } = await run(() => true)
    expect(calls).to.deep.equal([[]])
    return req
  }

  it('lets through whom the predicate allows', async () => {
    const req = await accepted()
    expect(await decide(allowCN('alice'), req)).to.deep.equal([[]])
    expect(await decide(() => Promise.resolve(true), req)).to.deep.equal([[]])
  })

  it('is 403 for whom it does not, since who it is, is known', async () => {
    const req = await accepted()
    for (const no of [allowCN('bob'), () => Promise.resolve(false), () => 'yes' as never]) {
      const [[error] = []] = await decide(no, req)
      expect(error).to.be.instanceOf(CertificateRejectedError)
      expect(error).to.include({
        status: 403,
        statusCode: 403,
        reason: 'predicate_returned_false',
        message: 'Client certificate not allowed',
      })
    }
  })

  it('is 401 for a request that was not authenticated', async () => {
    const own = [undefined, null, {}, CERT].map((clientCertificate) => ({ clientCertificate }))
    for (const req of [{}, ...own]) {
      const [[error] = []] = await decide(() => true, req)
      expect(error).to.include({ status: 401, reason: 'not_authenticated' })
    }
  })

  it("passes on an error that the predicate throws, and wraps a value that isn't an error", async () => {
    const problem = new Error('database')
    const req = await accepted()
    const fail = (thrown: unknown) => () => {
      throw thrown
    }
    expect(await decide(fail(problem), req)).to.deep.equal([[problem]])
    expect(problem).to.include({ status: 500, statusCode: 500 })
    const busy = Object.assign(new Error('busy'), { status: 503 })
    expect(await decide(fail(busy), req)).to.deep.equal([[busy]])
    expect(busy).to.have.property('status', 503)
    const [[wrapped] = []] = await decide(fail('route'), req)
    expect(wrapped).to.be.instanceOf(ClientCertificateError).with.property('cause', 'route')
    expect(wrapped).to.include({ code: 'ERR_VERIFY_FAILED', message: 'route', status: 500 })
  })
})

describe('an Express app guarded by the middleware', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(closeServers)

  function createApp(): RequestListener {
    const app = express()
    app.use(clientCertificateAuth(() => true))
    app.get('/', (req, res) => {
      res.json({ fingerprint256: req.clientCertificate?.fingerprint256 })
    })
    app.get('/admin', requireCertificate(allowFingerprints(fingerprints(pki.rsa))), (_req, res) => {
      res.send('admin')
    })
    app.use(((error: Error & { status?: number; reason?: string }, _req, res, _next) => {
      res.status(error.status ?? 500).send(error.reason)
    }) as express.ErrorRequestHandler)
    return app as RequestListener
  }

  it('answers each client as it should', async () => {
    const { port } = await listenHttps(createApp())
    const ask = async (client: object, path: string) => {
      const { status, body } = await getHttps(port, { ...client, path })
      return [status, body]
    }
    const [fingerprint256] = fingerprints(pki.ec)
    const { key, cert } = pki.ec
    expect(await ask({ key, cert }, '/')).to.deep.equal([200, JSON.stringify({ fingerprint256 })])
    expect(await ask({ key, cert }, '/admin')).to.deep.equal([403, 'predicate_returned_false'])
    const { key: otherKey, cert: otherCert } = pki.rsa
    expect(await ask({ key: otherKey, cert: otherCert }, '/admin')).to.deep.equal([200, 'admin'])
    for (const client of [{}, pki.selfSigned]) {
      expect(await ask(client, '/')).to.deep.equal([401, 'socket_not_authorized'])
    }
  })
})
