import { setImmediate } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'
import { types } from 'node:util'
import { expect } from 'chai'
import { listenToNativePromise } from '../../../src/strategy/native-promise.js'
import { unhandledRejections } from '../../support/unhandled.js'

const boom = new Error('boom')

/** Returns what is heard of a promise. Meanwhile, `calls` gets each run of the promise's code. */
async function heardFrom(promise: Promise<unknown>): Promise<unknown[]> {
  expect(types.isPromise(promise)).to.equal(true)
  const heard: unknown[] = []
  listenToNativePromise(
    promise,
    (value) => heard.push(['fulfilled', value]),
    (reason) => heard.push(['rejected', reason]),
  )
  await setImmediate()
  return heard
}

let calls: string[] = []
beforeEach(() => {
  calls = []
})

/** As that of postgres.js: `then` runs it, and whatever comes of `then` is a plain promise. */
class LazyQuery extends Promise<unknown> {
  static override get [Symbol.species](): PromiseConstructor {
    calls.push('species')
    return Promise
  }
  override then(): never {
    calls.push('then')
    throw new Error('The query ran')
  }
  override catch(): never {
    calls.push('catch')
    throw new Error('The query ran')
  }
}

/** Takes other arguments than a promise does, so that the built-in `then` cannot make one. */
class StatementPromise extends Promise<unknown> {
  reject: (reason: unknown) => void = () => undefined
  constructor(_statement: string) {
    let rejectIt: (reason: unknown) => void = () => undefined
    super((_resolve, reject) => (rejectIt = reject))
    calls.push('constructor')
    this.reject = rejectIt
  }
}

describe('a native promise', () => {
  it('tells what it resolves to, and what it rejects with', async () => {
    expect(await heardFrom(Promise.resolve(7))).to.deep.equal([['fulfilled', 7]])
    expect(await heardFrom(Promise.reject(boom))).to.deep.equal([['rejected', boom]])
    expect(await heardFrom(new Promise(() => undefined))).to.deep.equal([])
  })

  it('is heard when it is frozen', async () => {
    expect(await heardFrom(Object.freeze(Promise.resolve(7)))).to.deep.equal([['fulfilled', 7]])
  })

  it('is heard when it comes from another context, such as that of Jest', async () => {
    const foreign = runInNewContext('Promise.reject(7)') as Promise<unknown>
    expect(foreign).not.to.be.instanceOf(Promise)
    expect(await heardFrom(foreign)).to.deep.equal([['rejected', 7]])
  })

  it('is heard where the application has replaced the global Promise', async () => {
    const { Promise: original } = globalThis
    const promise = Promise.reject(boom)
    globalThis.Promise = (() => undefined) as never
    try {
      expect(await heardFrom(promise)).to.deep.equal([['rejected', boom]])
    } finally {
      globalThis.Promise = original
    }
  })

  it('is heard without a call of the "then" that it has itself', async () => {
    const promise = Object.assign(Promise.reject(boom), {
      then: () => calls.push('then'),
      catch: () => calls.push('catch'),
    })
    expect(await heardFrom(promise)).to.deep.equal([['rejected', boom]])
    expect(calls).to.deep.equal([])
  })
})

describe('a promise of a subclass', () => {
  it('is heard without a run of its "then" or its species', async () => {
    const promise = LazyQuery.reject(boom)
    calls = []
    expect(await heardFrom(promise)).to.deep.equal([['rejected', boom]])
    expect(calls).to.deep.equal([])
  })

  it('is heard without a run of its constructor', async () => {
    const promise = new StatementPromise('select 1')
    calls = []
    promise.reject(boom)
    expect(await heardFrom(promise)).to.deep.equal([['rejected', boom]])
    expect(calls).to.deep.equal([])
  })

  it('is heard though it has its own constructor, which stays there', async () => {
    const promise = Object.assign(Promise.reject(boom), { constructor: StatementPromise })
    calls = []
    expect(await heardFrom(promise)).to.deep.equal([['rejected', boom]])
    expect(calls).to.deep.equal([])
    expect(Object.entries(promise)).to.deep.equal([['constructor', StatementPromise]])
  })

  it('is what it was afterwards', async () => {
    const promise = new StatementPromise('select 1')
    const keys = Reflect.ownKeys(promise)
    await heardFrom(promise)
    expect(promise).to.be.instanceOf(StatementPromise)
    expect(Object.getPrototypeOf(promise)).to.equal(StatementPromise.prototype)
    expect(Reflect.ownKeys(promise)).to.deep.equal(keys)
  })

  it('is left alone when listening would run its code: frozen, or with a constructor', async () => {
    const trap = {
      get() {
        calls.push('constructor')
        return Promise
      },
    }
    const odd = Object.defineProperty(Promise.reject(boom), 'constructor', trap)
    const frozen = Object.freeze(LazyQuery.reject(boom))
    calls = []
    const unhandled = await unhandledRejections(async () => {
      expect(await heardFrom(frozen)).to.deep.equal([])
      expect(await heardFrom(odd)).to.deep.equal([])
    })
    expect(calls).to.deep.equal([])
    expect(unhandled).to.have.lengthOf(2)
  })
})
