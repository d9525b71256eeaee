import { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { type Outcome, runVerify, type VerifyCallback } from '../../src/verification.js'
import { outcomesOf, Query, rejectWith, throwAny } from '../support/run-verify.js'

type Verify = (done: VerifyCallback) => unknown

const user = { id: 'alice' }
const info = { scope: 'all' }
const boom = new Error('boom')

function callable(value: unknown): object {
  return Object.assign(() => value, { then: (resolve: (value: unknown) => void) => resolve(value) })
}

const accepted = (who: unknown, more?: unknown): Outcome[] => [
  { kind: 'accepted', user: who, info: more },
]
const rejected = (more?: unknown): Outcome[] => [{ kind: 'rejected', info: more }]
const failed = (error: unknown): Outcome[] => [{ kind: 'error', error }]

describe('what verify decides', () => {
  const decisions: [title: string, verify: Verify, expected: Outcome[]][] = [
    ['done(null, user) accepts', (done) => done(null, user), accepted(user)],
    ['done(null, user, info) keeps info', (done) => done(null, user, info), accepted(user, info)],
    ['done(null, 7) accepts a user that is no object', (done) => done(null, 7), accepted(7)],
    ['done(null, false) rejects', (done) => done(null, false), rejected()],
    ['done(null, null) rejects', (done) => done(null, null), rejected()],
    ['done() rejects', (done) => done(), rejected()],
    ['done(null, "") rejects: an empty name is nobody', (done) => done(null, ''), rejected()],
    ['done(null, false, info) keeps info', (done) => done(null, false, info), rejected(info)],
    ['done(undefined, user) accepts', (done) => done(undefined, user), accepted(user)],
    ['done(false, user) accepts: false is no error', (done) => done(false, user), accepted(user)],
    ['done(err) is an error', (done) => done(boom), failed(boom)],
    ['done(err, user) is an error', (done) => done(boom, user), failed(boom)],
    ['a throw is an error', () => throwAny(boom), failed(boom)],
    ['a rejection is an error', () => rejectWith(boom), failed(boom)],
    ['a promise of a user accepts', () => Promise.resolve(user), accepted(user)],
    ['a promise of a name accepts', () => Promise.resolve('alice'), accepted('alice')],
    ['a promise of null rejects', () => Promise.resolve(null), rejected()],
    ['a promise of false rejects', () => Promise.resolve(false), rejected()],
    ['a promise of "" rejects', () => Promise.resolve(''), rejected()],
    ['a thenable of a user accepts', () => new Query(user), accepted(user)],
    ['a thenable of null rejects', () => new Query(null), rejected()],
    [
      'a thenable of a promise of a user accepts',
      () => new Query(Promise.resolve(user)),
      accepted(user),
    ],
    ['a callable thenable of a user accepts', () => callable(user), accepted(user)],
    ['a returned plain object accepts', () => user, accepted(user)],
    ['a returned null rejects', () => null, rejected()],
    ['a returned false rejects', () => false, rejected()],
  ]

  for (const [title, verify, expected] of decisions) {
    it(title, async () => {
      expect(await outcomesOf(verify)).to.deep.equal(expected)
    })
  }

  it('a returned object without prototype accepts', async () => {
    const bare = Object.assign(Object.create(null) as object, { id: 'bare' })
    const [outcome] = await outcomesOf(() => bare)
    expect(outcome).to.include({ kind: 'accepted', user: bare })
  })

  it('a returned plain object whose "then" is no function accepts', async () => {
    const schedule = { then: 'later' }
    const [outcome] = await outcomesOf(() => schedule)
    expect(outcome).to.include({ kind: 'accepted', user: schedule })
  })

  it('done may be called much later', async () => {
    let done: VerifyCallback | undefined
    const outcomes: Outcome[] = []
    runVerify(
      (callback) => {
        done = callback
      },
      (outcome) => outcomes.push(outcome),
    )
    await setImmediate()
    expect(outcomes).to.deep.equal([])
    done?.(null, user)
    expect(outcomes).to.deep.equal(accepted(user))
  })
})

describe('what verify returns by accident decides nothing', () => {
  class Row {
    readonly id = 1
  }
  const accidents: [what: string, make: () => unknown][] = [
    ['undefined', () => undefined],
    ['true', () => true],
    ['a number', () => 1],
    ['zero', () => 0],
    ['a text', () => 'alice'],
    ['an empty text', () => ''],
    ['a bigint', () => 1n],
    ['a symbol', () => Symbol('user')],
    ['an array', () => [user]],
    ['a class instance', () => new Row()],
    ['a map', () => new Map()],
    ['an emitter', () => new EventEmitter()],
    ['an error', () => boom],
    ['a function', () => () => user],
    ['a promise of undefined', () => Promise.resolve()],
    ['a thenable of undefined', () => new Query(undefined)],
  ]

  for (const [what, make] of accidents) {
    it(`${what}: done is waited for`, async () => {
      let done: VerifyCallback | undefined
      const outcomes: Outcome[] = []
      runVerify(
        (callback) => {
          done = callback
          return make()
        },
        (outcome) => outcomes.push(outcome),
      )
      await setImmediate()
      expect(outcomes).to.deep.equal([])
      done?.(null, user)
      expect(outcomes).to.deep.equal(accepted(user))
    })
  }

  it('a timer: done is waited for', async () => {
    const outcome = await new Promise((resolve) => {
      runVerify((done) => setTimeout(() => done(null, user), 0), resolve)
    })
    expect(outcome).to.deep.equal(accepted(user)[0])
  })
})
