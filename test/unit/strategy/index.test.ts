import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import PassportStrategy from 'passport-strategy'
import { ClientCertificateError, Strategy, type VerifyCallback } from '../../../src/index.js'
import { type Ending, endingsOf, requestWith } from '../../support/run-strategy.js'
import { throwAny } from '../../support/run-verify.js'

const certificate = { subject: { CN: 'alice' }, fingerprint256: 'AB:CD' }
const user = { id: 'alice' }
const info = { message: 'Device is lost', code: 7 }
const boom = new Error('boom')
const reason = 'callback_returned_false'

function withCertificate(): ReturnType<typeof requestWith> {
  return requestWith(certificate)
}

describe('how a request ends', () => {
  it('is the work of a subclass of the class that Passport defines', () => {
    expect(new Strategy(() => undefined)).to.be.instanceOf(PassportStrategy)
  })

  const rejected = { message: 'Client certificate rejected', reason }
  const decisions: [title: string, verify: (done: VerifyCallback) => unknown, ending: Ending][] = [
    ['done(null, user) succeeds', (done) => done(null, user), ['success', user, undefined]],
    [
      'done(null, user, info) succeeds with info',
      (done) => done(null, user, info),
      ['success', user, info],
    ],
    ['done(null, false) fails', (done) => done(null, false), ['fail', rejected, 401]],
    [
      'done(null, false, text) fails with an object',
      (done) => done(null, false, 'Unknown device'),
      ['fail', { message: 'Unknown device', reason }, 401],
    ],
    [
      'done(null, false, 200) fails with 401 all the same',
      (done) => done(null, false, 200),
      ['fail', rejected, 401],
    ],
    [
      'done(null, false, object) fails with that object',
      (done) => done(null, false, info),
      ['fail', info, 401],
    ],
    ['done(err) is an error', (done) => done(boom), ['error', boom]],
    ['a throw is an error', () => throwAny(boom), ['error', boom]],
  ]

  for (const [title, verify, ending] of decisions) {
    it(title, async () => {
      const strategy = new Strategy((_cert, done) => verify(done))
      const [only, ...more] = await endingsOf(strategy, withCertificate())
      expect(only).to.deep.equal(ending)
      expect(only?.[1]).to.satisfy((given: unknown) => typeof given === 'object')
      expect(more).to.deep.equal([])
    })
  }

  const answers: [title: string, answer: unknown, ending: Ending][] = [
    ['a user', user, ['success', user, undefined]],
    ['a promise of a user', Promise.resolve(user), ['success', user, undefined]],
    ['a promise of undefined', Promise.resolve(), ['fail', rejected, 401]],
    ['undefined', undefined, ['fail', rejected, 401]],
  ]
  for (const [title, answer, ending] of answers) {
    it(`is decided by ${title} that verify returns, without and with the request`, async () => {
      for (const strategy of [
        new Strategy((_cert) => answer),
        new Strategy({ passReqToCallback: true }, (_req, _cert) => answer),
        new Strategy({ passReqToCallback: true }, (_req) => answer),
      ]) {
        expect(await endingsOf(strategy, withCertificate())).to.deep.equal([ending])
      }
    })
  }

  it('without a certificate is a failure, and verify is not called', async () => {
    const strategy = new Strategy(() => throwAny(boom))
    const message = 'Client certificate required'
    for (const [request, detail] of [
      [requestWith(null), 'certificate_not_requested'],
      [{}, 'not_tls'],
      [{ socket: null }, 'not_tls'],
    ] as const) {
      const info = { message, reason: 'socket_not_authorized', detail }
      expect(await endingsOf(strategy, request)).to.deep.equal([['fail', info, 401]])
    }
  })

  it('with a certificate that cannot be read is an error of the server', async () => {
    const strategy = new Strategy(() => throwAny(boom))
    const [ending, ...more] = await endingsOf(strategy, requestWith({}))
    expect(more).to.deep.equal([])
    expect(ending?.[0]).to.equal('error')
    expect(ending?.[1]).to.be.instanceOf(ClientCertificateError).and.include({
      code: 'ERR_CERTIFICATE_NOT_RETRIEVABLE',
      message: 'Client certificate was authenticated but could not be retrieved',
    })
  })

  it('by an exception further down the line leaves the exception alone', () => {
    const downstream = new Error('downstream')
    let endings = 0
    for (const verify of [
      (_cert: unknown, done: VerifyCallback) => done(null, user),
      (_cert: unknown) => user,
      (_cert: unknown, done: VerifyCallback) => done(null, false),
    ]) {
      const strategy = new Strategy(verify)
      strategy.success = strategy.fail = () => {
        endings += 1
        throw downstream
      }
      strategy.error = () => expect.fail('an exception of another middleware became an error')
      expect(() => strategy.authenticate(withCertificate() as never)).to.throw(downstream)
    }
    expect(endings).to.equal(3)
  })
})

describe('the list of arguments that verify is given', () => {
  it('is the certificate and done', async () => {
    const calls: unknown[][] = []
    const strategy = new Strategy((...args) => {
      calls.push(args)
    })
    await endingsOf(strategy, withCertificate())
    expect(calls).to.have.lengthOf(1)
    expect(calls[0]).to.have.lengthOf(2)
    expect(calls[0]?.[0]).to.deep.equal(certificate)
    expect(calls[0]?.[1]).to.be.a('function')
  })

  it('is the request, the certificate and done with passReqToCallback', async () => {
    const request = withCertificate()
    const strategy = new Strategy({ passReqToCallback: true }, (req, cert, done) => {
      expect(req).to.equal(request)
      done(null, { cn: cert.subject.CN })
    })
    expect(await endingsOf(strategy, request)).to.deep.equal([
      ['success', { cn: 'alice' }, undefined],
    ])
  })

  for (const passReqToCallback of [false, true] as const) {
    it(`does not depend on how many parameters it declares: ${String(passReqToCallback)}`, async () => {
      const certificateAt = passReqToCallback ? 1 : 0
      const seen: unknown[] = []
      const finish = (args: unknown[]) => {
        seen.push(args[certificateAt])
        ;(args.at(-1) as VerifyCallback)(null, user)
      }
      // Framework wrappers hand over functions of any length, such as (...args) of length 0.
      const forms = [
        (...args: unknown[]) => finish(args),
        (a: unknown, ...rest: unknown[]) => finish([a, ...rest]),
        (a: unknown, b?: unknown, c?: unknown) =>
          finish([a, b, c].filter((arg) => arg !== undefined)),
        (a: unknown, b: unknown, c: unknown, d: unknown) =>
          finish([a, b, c, d].filter((arg) => arg !== undefined)),
      ]
      for (const verify of forms) {
        const strategy = new Strategy({ passReqToCallback } as object, verify)
        expect(await endingsOf(strategy, withCertificate())).to.deep.equal([
          ['success', user, undefined],
        ])
      }
      expect(seen).to.deep.equal(forms.map(() => certificate))
    })
  }
})

describe('req.clientCertificate', () => {
  const outcomes: [title: string, finish: (done: VerifyCallback) => unknown][] = [
    ['accepts', (done) => done(null, user)],
    ['rejects', (done) => done(null, false)],
    ['fails', () => throwAny(boom)],
    ['never answers', () => undefined],
  ]

  for (const [title, finish] of outcomes) {
    it(`is there when verify starts, and stays when verify ${title}`, async () => {
      const request: { socket: object; clientCertificate?: unknown } = withCertificate()
      const seen: unknown[] = []
      const strategy = new Strategy({ passReqToCallback: true }, (req, cert, done) => {
        seen.push(req.clientCertificate === cert, req.clientCertificate)
        return finish(done)
      })
      await endingsOf(strategy, request)
      expect(seen).to.deep.equal([true, certificate])
      expect(request.clientCertificate).to.deep.equal(certificate)
    })
  }

  it('is not set when no certificate was extracted', async () => {
    for (const request of [requestWith(null), requestWith({}), {}]) {
      await endingsOf(new Strategy(() => undefined), request)
      expect(request).not.to.have.property('clientCertificate')
    }
  })
})

describe('a strategy instance that Passport writes the actions of every request onto', () => {
  it('answers each request with the actions it started with', () => {
    const answers: unknown[] = []
    const waiting: VerifyCallback[] = []
    const strategy = new Strategy((_cert, done) => void waiting.push(done))
    for (const name of ['first', 'second', 'third']) {
      strategy.success = (who) => answers.push([name, 'success', who])
      strategy.fail = () => answers.push([name, 'fail'])
      strategy.error = (error) => answers.push([name, 'error', error])
      strategy.authenticate(withCertificate() as never)
    }
    waiting[1]?.(null, user)
    waiting[2]?.(boom)
    waiting[0]?.(null, false)
    expect(answers).to.deep.equal([
      ['second', 'success', user],
      ['third', 'error', boom],
      ['first', 'fail'],
    ])
  })

  it('calls each action as a method of the strategy', async () => {
    const receivers: unknown[] = []
    const record = function (this: unknown) {
      receivers.push(this)
    }
    const results: [(done: VerifyCallback) => unknown, object][] = [
      [(done) => done(null, user), withCertificate()],
      [(done) => done(null, false), withCertificate()],
      [(done) => done(boom), withCertificate()],
    ]
    for (const [finish, request] of results) {
      const strategy = new Strategy((_cert, done) => finish(done))
      Object.assign(strategy, { success: record, fail: record, error: record })
      strategy.authenticate(request as never)
      await setImmediate()
      expect(receivers.pop()).to.equal(strategy)
    }
  })
})
