import { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import type { VerifyCallback } from '../../../src/index.js'
import type { Outcome } from '../../../src/strategy/verify-callback.js'
import { calling, outcomesOf, runVerify, throwAny } from '../../support/run-verify.js'
import { unhandledRejections } from '../../support/unhandled.js'

const user = { id: 'alice' }
const boom = new Error('boom')
const accepted: Outcome[] = [{ kind: 'accepted', user, info: undefined }]

/** Runs a query when something subscribes to it, as those of Mongoose 5 and Knex do. */
class LazyQuery {
  runs = 0
  then(resolve: (value: unknown) => void): void {
    this.runs += 1
    resolve(user)
  }
  catch(): void {
    this.runs += 1
  }
  finally(): void {
    this.runs += 1
  }
}

describe('the return value of a verify that declares done', () => {
  const values: [what: string, make: () => unknown][] = [
    ['undefined', () => undefined],
    ['null', () => null],
    ['false', () => false],
    ['true', () => true],
    ['a number', () => 1],
    ['a string', () => 'alice'],
    ['a symbol', () => Symbol('user')],
    ['a plain object', () => user],
    ['an array', () => [user]],
    ['a map', () => new Map()],
    ['an emitter', () => new EventEmitter()],
    ['an error', () => boom],
    ['a function', () => () => user],
    ['a promise of undefined', () => Promise.resolve()],
    ['a promise of null', () => Promise.resolve(null)],
    ['a promise of a user', () => Promise.resolve(user)],
    ['a promise that never settles', () => new Promise(() => undefined)],
    ['a lazy query', () => new LazyQuery()],
    ['a thenable that rejects', () => ({ then: (_: unknown, reject: () => void) => reject() })],
    ['a thenable that throws', () => ({ then: () => throwAny(boom) })],
  ]

  for (const [what, make] of values) {
    it(`is ignored, and done is waited for: ${what}`, async () => {
      let done: VerifyCallback | undefined
      const outcomes: Outcome[] = []
      const verify = calling((callback) => {
        done = callback
        return make()
      })
      runVerify(verify, (outcome) => outcomes.push(outcome))
      await setImmediate()
      expect(outcomes).to.deep.equal([])
      done?.(null, user)
      expect(outcomes).to.deep.equal(accepted)
    })
  }

  it('is ignored when it is a timer, which answers by done', async () => {
    const outcome = await new Promise((resolve) => {
      runVerify(
        calling((done) => setTimeout(() => done(null, user), 0)),
        resolve,
      )
    })
    expect(outcome).to.deep.equal(accepted[0])
  })

  it('is not looked into: nothing of it is read', async () => {
    const touched: (string | symbol)[] = []
    const note = (name: string | symbol) => void touched.push(name)
    const trap = new Proxy(() => undefined, {
      get: (_target, name) => note(name),
      has: (_target, name) => (note(name), true),
      getPrototypeOf: () => (note('prototype'), Promise.prototype),
      setPrototypeOf: () => (note('prototype'), true),
      getOwnPropertyDescriptor: (_target, name) => (note(name), undefined),
      defineProperty: (_target, name) => (note(name), true),
      apply: () => note('apply'),
    })
    expect(await outcomesOf(calling(() => trap))).to.deep.equal([])
    expect(touched).to.deep.equal([])
  })

  it('does not run: nothing subscribes to a lazy query', async () => {
    const query = new LazyQuery()
    await outcomesOf(calling(() => query))
    expect(query.runs).to.equal(0)
  })
})

describe('a native promise that a verify that declares done returns', () => {
  it('is an error when it rejects, before done', async () => {
    const failed = [{ kind: 'error', error: boom }]
    expect(await outcomesOf(calling(() => Promise.reject(boom)))).to.deep.equal(failed)
    const both = calling((done) => {
      void setImmediate().then(() => done(null, user))
      return Promise.reject(boom)
    })
    expect(await outcomesOf(both)).to.deep.equal(failed)
  })

  it('is too late when it rejects after done, and is handled', async () => {
    let outcomes: Outcome[] = []
    const verify = calling((done) => {
      done(null, user)
      return Promise.reject(boom)
    })
    const unhandled = await unhandledRejections(async () => {
      outcomes = await outcomesOf(verify)
    })
    expect(outcomes).to.deep.equal(accepted)
    expect(unhandled).to.deep.equal([])
  })
})

describe('the return value of a verify that has called done already', () => {
  it('is not subscribed to either, in return style', async () => {
    const query = new LazyQuery()
    const verify = function (_cert: unknown): unknown {
      // eslint-disable-next-line prefer-rest-params -- so that it declares nothing but the certificate
      ;(arguments[1] as VerifyCallback)(null, false)
      return query
    }
    expect(await outcomesOf(verify)).to.deep.equal([{ kind: 'rejected', info: undefined }])
    expect(query.runs).to.equal(0)
  })
})
