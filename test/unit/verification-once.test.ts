import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { ClientCertificateError } from '../../src/errors.js'
import { type Outcome, runVerify, type VerifyCallback } from '../../src/verification.js'
import { outcomesOf, rejectWith, throwAny } from '../support/run-verify.js'
import { unhandledRejections } from '../support/unhandled.js'

type Verify = (done: VerifyCallback) => unknown

const user = { id: 'alice' }
const boom = new Error('boom')
const later = new Error('too late')
const accepted: Outcome[] = [{ kind: 'accepted', user, info: undefined }]
const rejected: Outcome[] = [{ kind: 'rejected', info: undefined }]
const failed: Outcome[] = [{ kind: 'error', error: boom }]

function doneThen(done: VerifyCallback, next: () => unknown): unknown {
  done(null, user)
  return next()
}

describe('only the first outcome of verify counts', () => {
  const sequences: [title: string, verify: Verify, expected: Outcome[]][] = [
    ['done twice', (done) => doneThen(done, () => done(null, false)), accepted],
    ['done again with an error', (done) => doneThen(done, () => done(later)), accepted],
    ['a throw after done', (done) => doneThen(done, () => throwAny(later)), accepted],
    ['a rejection after done', (done) => doneThen(done, () => rejectWith(later)), accepted],
    [
      'a promise of nobody after done',
      (done) => doneThen(done, () => Promise.resolve(null)),
      accepted,
    ],
    ['a returned null after done', (done) => doneThen(done, () => null), accepted],
    [
      'done after a returned user',
      (done) => {
        process.nextTick(done, null, false)
        return user
      },
      accepted,
    ],
    [
      'done after a throw',
      (done) => {
        process.nextTick(done, null, user)
        return throwAny(boom)
      },
      failed,
    ],
    [
      'done after a rejection',
      async (done) => {
        void setImmediate().then(() => done(null, user))
        await Promise.resolve()
        throw boom
      },
      failed,
    ],
    [
      'done after a promise of nobody',
      (done) => {
        void setImmediate().then(() => done(null, user))
        return Promise.resolve(null)
      },
      rejected,
    ],
    [
      'a thenable that resolves, rejects and throws',
      () => ({
        then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
          resolve(user)
          resolve(null)
          reject(later)
          throw later
        },
      }),
      accepted,
    ],
    ['a thenable whose "then" throws', () => ({ then: () => throwAny(boom) }), failed],
  ]

  for (const [title, verify, expected] of sequences) {
    it(title, async () => {
      let outcomes: Outcome[] = []
      const unhandled = await unhandledRejections(async () => {
        outcomes = await outcomesOf(verify)
        await setImmediate()
      })
      expect(outcomes).to.deep.equal(expected)
      expect(unhandled).to.deep.equal([])
    })
  }

  it('a getter "then" that throws is an error, at whichever read', async () => {
    for (const goodReads of [0, 1]) {
      let reads = 0
      const trap = {
        get then() {
          return reads++ < goodReads ? () => undefined : throwAny(boom)
        },
      }
      expect(await outcomesOf(() => trap)).to.deep.equal(failed)
    }
  })
})

describe('what verify fails with', () => {
  const primitives = ['route', 'router', '', 0, 42, true, false, null, undefined, Symbol('odd'), 1n]

  function expectWrapped(outcomes: Outcome[], cause: unknown): void {
    expect(outcomes).to.have.lengthOf(1)
    const [outcome] = outcomes as [Outcome & { error: ClientCertificateError }]
    expect(outcome.kind).to.equal('error')
    expect(outcome.error).to.be.instanceOf(ClientCertificateError)
    expect(outcome.error.code).to.equal('ERR_VERIFY_FAILED')
    expect(outcome.error.message).to.equal(
      'The verify callback failed with something that is not an error',
    )
    expect(outcome.error).to.have.property('cause', cause)
  }

  for (const primitive of primitives) {
    it(`${typeof primitive} ${String(primitive)}, thrown or rejected, becomes an error`, async () => {
      expectWrapped(await outcomesOf(() => throwAny(primitive)), primitive)
      expectWrapped(await outcomesOf(() => rejectWith(primitive)), primitive)
    })
  }

  for (const primitive of primitives.filter(Boolean)) {
    it(`${typeof primitive} ${String(primitive)}, given to done, becomes an error`, async () => {
      expectWrapped(await outcomesOf((done) => done(primitive)), primitive)
    })
  }

  it('an object or a function is passed on as it is, frozen or not', async () => {
    const odd = [Object.freeze(new Error('frozen')), { code: 'E' }, Object.create(null), () => boom]
    for (const error of odd as unknown[]) {
      for (const verify of [
        () => throwAny(error),
        () => rejectWith(error),
        (done: VerifyCallback) => done(error),
      ]) {
        const [outcome] = await outcomesOf(verify)
        expect(outcome).to.have.property('kind', 'error')
        expect(outcome).to.have.property('error', error)
      }
    }
  })
})

describe('what fails after the decision', () => {
  const downstream = new Error('downstream')

  it('reaches the caller when verify decided at once, and is no second outcome', () => {
    for (const verify of [(done: VerifyCallback) => done(null, user), () => user]) {
      const outcomes: Outcome[] = []
      const report = (outcome: Outcome) => {
        outcomes.push(outcome)
        throw downstream
      }
      expect(() => runVerify(verify, report)).to.throw(downstream)
      expect(outcomes).to.deep.equal(accepted)
    }
  })

  it('reaches whoever called done, and is no second outcome', () => {
    const outcomes: Outcome[] = []
    let done: VerifyCallback = () => undefined
    runVerify(
      (callback) => {
        done = callback
      },
      (outcome) => {
        outcomes.push(outcome)
        throw downstream
      },
    )
    expect(() => done(null, user)).to.throw(downstream)
    done(null, false)
    expect(outcomes).to.deep.equal(accepted)
  })

  it('is an unhandled rejection when verify returned a promise, and is no second outcome', async () => {
    const outcomes: Outcome[] = []
    const unhandled = await unhandledRejections(() => {
      runVerify(
        () => Promise.resolve(user),
        (outcome) => {
          outcomes.push(outcome)
          throw downstream
        },
      )
    })
    expect(unhandled).to.deep.equal([downstream])
    expect(outcomes).to.deep.equal(accepted)
  })
})
