import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import type { VerifyCallback } from '../../../src/index.js'
import type { Outcome } from '../../../src/strategy/verify-callback.js'
import { fakeTimers, restoreTimers } from '../../support/fake-timers.js'
import {
  type AnyVerify,
  calling,
  outcomesOf,
  Query,
  rejectWith,
  returning,
  runVerify,
  throwAny,
} from '../../support/run-verify.js'

const user = { id: 'alice' }
const info = { scope: 'all' }
const boom = new Error('boom')

class Row {
  readonly id = 1
}

function callable(value: unknown): object {
  return Object.assign(() => value, { then: (resolve: (value: unknown) => void) => resolve(value) })
}

const accepted = (who: unknown, more?: unknown): Outcome[] => [
  { kind: 'accepted', user: who, info: more },
]
const rejected = (more?: unknown): Outcome[] => [{ kind: 'rejected', info: more }]
const failed = (error: unknown): Outcome[] => [{ kind: 'error', error }]

describe('the style in which verify answers', () => {
  // Some of these are warned of a second later, which is not what is tested here.
  beforeEach(fakeTimers)
  afterEach(restoreTimers)

  const forms: [
    form: string,
    verify: AnyVerify,
    alone: 'returns' | 'calls',
    withRequest: string,
  ][] = [
    ['()', () => user, 'calls', 'calls'],
    ['(...args)', (..._: never[]) => user, 'calls', 'calls'],
    ['(a = 1)', (_a: unknown = 1) => user, 'calls', 'calls'],
    ['(a)', (_a: never) => user, 'returns', 'returns'],
    ['(a, b = 1)', (_a: never, _b: unknown = 1) => user, 'returns', 'returns'],
    ['(a, ...rest)', (_a: never, ..._rest: never[]) => user, 'returns', 'returns'],
    ['({ subject })', ({ subject: _ }: { subject: unknown }) => user, 'returns', 'returns'],
    ['async (a)', async (_a: never) => Promise.resolve(user), 'returns', 'returns'],
    ['(a, b)', (_a: never, _b: never) => user, 'calls', 'returns'],
    ['async (a, b)', async (_a: never, _b: never) => Promise.resolve(user), 'calls', 'returns'],
    ['(a, b, ...rest)', (_a: never, _b: never, ..._rest: never[]) => user, 'calls', 'returns'],
    ['(a, b, c)', (_a: never, _b: never, _c: never) => user, 'calls', 'calls'],
    ['(a, b, c, d)', (_a: never, _b: never, _c: never, _d: never) => user, 'calls', 'calls'],
  ]

  for (const [form, verify, alone, withRequest] of forms) {
    it(`is decided by the length of ${form}: ${alone}, with the request ${withRequest}`, async () => {
      for (const passReqToCallback of [false, true]) {
        const style = passReqToCallback ? withRequest : alone
        const outcomes = await outcomesOf(verify, { passReqToCallback })
        expect(outcomes).to.deep.equal(style === 'returns' ? accepted(user) : [])
      }
    })
  }

  it('is decided by the length that a wrapper gives itself', async () => {
    const wrapper = (...args: unknown[]) => args[0] && user
    Object.defineProperty(wrapper, 'length', { value: 1 })
    expect(await outcomesOf(wrapper)).to.deep.equal(accepted(user))
    for (const length of [0, 2, -1, 1.5, '1', null]) {
      Object.defineProperty(wrapper, 'length', { value: length })
      expect(await outcomesOf(wrapper)).to.deep.equal([])
    }
  })

  it('is decided once: a length that changes later changes nothing', async () => {
    let reads = 0
    const verify = new Proxy(
      returning(() => user),
      {
        get(target, name, receiver): unknown {
          if (name === 'length') reads += 1
          return Reflect.get(target, name, receiver)
        },
      },
    )
    expect(await outcomesOf(verify)).to.deep.equal(accepted(user))
    expect(reads).to.equal(1)
  })

  it('passes done in either style, as the last argument', async () => {
    /* eslint-disable prefer-rest-params -- so that it declares nothing but the certificate */
    const byReturning = function (_cert: unknown): unknown {
      ;(arguments[1] as VerifyCallback)(null, user)
      return null
    }
    const withRequest = function (_req: unknown, _cert: unknown): unknown {
      ;(arguments[2] as VerifyCallback)(null, user)
      return null
    }
    /* eslint-enable prefer-rest-params */
    expect(await outcomesOf(byReturning)).to.deep.equal(accepted(user))
    const options = { passReqToCallback: true }
    expect(await outcomesOf(withRequest, options)).to.deep.equal(accepted(user))
  })
})

describe('a decision of verify by calling done', () => {
  const decisions: [title: string, verify: (done: VerifyCallback) => unknown, Outcome[]][] = [
    ['done(null, user) accepts', (done) => done(null, user), accepted(user)],
    ['done(null, user, info) keeps info', (done) => done(null, user, info), accepted(user, info)],
    ['done(null, 7) accepts a user that is not an object', (done) => done(null, 7), accepted(7)],
    ['done(null, false) rejects', (done) => done(null, false), rejected()],
    ['done(null, null) rejects', (done) => done(null, null), rejected()],
    ['done() rejects', (done) => done(), rejected()],
    [
      'done(null, "") rejects, because an empty name is falsy',
      (done) => done(null, ''),
      rejected(),
    ],
    ['done(null, false, info) keeps info', (done) => done(null, false, info), rejected(info)],
    ['done(undefined, user) accepts', (done) => done(undefined, user), accepted(user)],
    [
      'done(false, user) accepts, because false is not an error',
      (done) => done(false, user),
      accepted(user),
    ],
    ['done(err) is an error', (done) => done(boom), failed(boom)],
    ['done(err, user) is an error', (done) => done(boom, user), failed(boom)],
    ['a throw is an error', () => throwAny(boom), failed(boom)],
    ['a rejection is an error', () => rejectWith(boom), failed(boom)],
  ]

  for (const [title, verify, expected] of decisions) {
    it(title, async () => {
      expect(await outcomesOf(calling(verify))).to.deep.equal(expected)
    })
  }

  it('may come much later', async () => {
    let done: VerifyCallback | undefined
    const outcomes: Outcome[] = []
    const verify = calling((callback) => {
      done = callback
    })
    runVerify(verify, (outcome) => outcomes.push(outcome))
    await setImmediate()
    expect(outcomes).to.deep.equal([])
    done?.(null, user)
    expect(outcomes).to.deep.equal(accepted(user))
  })
})

describe('a decision of verify by its return value', () => {
  const users = [user, 'alice', 7, 1n, true, Symbol('user'), [user], [], new Row(), new Map(), boom]
  const bare = Object.assign(Object.create(null) as object, { id: 'bare' })
  for (const value of [...users, bare, () => user, { then: 'later' }]) {
    const title = Object.prototype.toString.call(value)
    it(`accepts anything truthy, promised or not: ${title}`, async () => {
      for (const verify of [
        () => value,
        () => Promise.resolve(value),
        () => new Query(value),
        () => new Query(Promise.resolve(value)),
        () => callable(value),
      ]) {
        const [outcome, ...more] = await outcomesOf(returning(verify))
        expect(outcome).to.include({ kind: 'accepted', info: undefined })
        expect((outcome as { user?: unknown }).user).to.equal(value)
        expect(more).to.deep.equal([])
      }
    })
  }

  for (const value of [undefined, null, false, 0, -0, NaN, 0n, '']) {
    it(`rejects anything falsy, promised or not: ${String(value)}`, async () => {
      for (const verify of [
        () => value,
        () => Promise.resolve(value),
        () => new Query(value),
        () => new Query(Promise.resolve(value)),
        () => callable(value),
      ]) {
        expect(await outcomesOf(returning(verify))).to.deep.equal(rejected())
      }
    })
  }

  it('rejects a client that a Map or an array does not hold', async () => {
    const users = new Map([['bob', { id: 'bob' }]])
    interface Cert {
      subject: { CN: string }
    }
    for (const verify of [
      ({ subject }: Cert) => users.get(subject.CN),
      async ({ subject }: Cert) => Promise.resolve(users.get(subject.CN)),
      ({ subject }: Cert) => [...users.values()].find(({ id }) => id === subject.CN),
      (_cert: Cert) => {
        // Forgot to return.
      },
    ]) {
      expect(await outcomesOf(verify)).to.deep.equal(rejected())
    }
  })

  it('is an error when it throws or rejects', async () => {
    for (const fail of [() => throwAny(boom), () => rejectWith(boom)]) {
      expect(await outcomesOf(returning(fail))).to.deep.equal(failed(boom))
    }
  })

  it('comes at once when what it returns does', () => {
    for (const [value, expected] of [
      [user, accepted(user)],
      [undefined, rejected()],
    ]) {
      const outcomes: Outcome[] = []
      runVerify(
        returning(() => value),
        (outcome) => outcomes.push(outcome),
      )
      expect(outcomes).to.deep.equal(expected)
    }
  })
})
