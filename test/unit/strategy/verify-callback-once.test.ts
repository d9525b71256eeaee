import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { ClientCertificateError, type VerifyCallback } from '../../../src/index.js'
import type { Outcome } from '../../../src/strategy/verify-callback.js'
import {
  calling,
  outcomesOf,
  rejectWith,
  returning,
  runVerify,
  throwAny,
} from '../../support/run-verify.js'
import { unhandledRejections } from '../../support/unhandled.js'

const user = { id: 'alice' }
const boom = new Error('boom')
const later = new Error('too late')
const accepted: Outcome[] = [{ kind: 'accepted', user, info: undefined }]
const rejected: Outcome[] = [{ kind: 'rejected', info: undefined }]
const failed: Outcome[] = [{ kind: 'error', error: boom }]

/** A verify that declares only the certificate, and calls `done` all the same. */
function both(verify: (done: VerifyCallback) => unknown) {
  return function (_cert: unknown): unknown {
    // eslint-disable-next-line prefer-rest-params -- a parameter would change its length
    return verify(arguments[1] as VerifyCallback)
  }
}

function doneThen(done: VerifyCallback, next: () => unknown): unknown {
  done(null, user)
  return next()
}

describe('only the first outcome of verify is used, in callback style', () => {
  const sequences: [title: string, (done: VerifyCallback) => unknown, expected: Outcome[]][] = [
    ['done twice', (done) => doneThen(done, () => done(null, false)), accepted],
    ['done again with an error', (done) => doneThen(done, () => done(later)), accepted],
    ['a throw after done', (done) => doneThen(done, () => throwAny(later)), accepted],
    ['a rejection after done', (done) => doneThen(done, () => rejectWith(later)), accepted],
    [
      'a promise of null after done',
      (done) => doneThen(done, () => Promise.resolve(null)),
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
  ]

  for (const [title, verify, expected] of sequences) {
    it(title, async () => {
      let outcomes: Outcome[] = []
      const unhandled = await unhandledRejections(async () => {
        outcomes = await outcomesOf(calling(verify))
        await setImmediate()
      })
      expect(outcomes).to.deep.equal(expected)
      expect(unhandled).to.deep.equal([])
    })
  }
})

describe('only the first outcome of verify is used, in return style', () => {
  const sequences: [title: string, (done: VerifyCallback) => unknown, expected: Outcome[]][] = [
    ['a throw after done', (done) => doneThen(done, () => throwAny(later)), accepted],
    ['a rejection after done', (done) => doneThen(done, () => rejectWith(later)), accepted],
    [
      'a promise of null after done',
      (done) => doneThen(done, () => Promise.resolve(null)),
      accepted,
    ],
    ['a returned null after done', (done) => doneThen(done, () => null), accepted],
    [
      'done before a promise',
      async (done) => {
        await Promise.resolve()
        done(null, user)
        return null
      },
      accepted,
    ],
    [
      'done after a returned user',
      (done) => {
        process.nextTick(done, null, false)
        return user
      },
      accepted,
    ],
    [
      'done after a returned undefined',
      (done) => {
        process.nextTick(done, null, user)
      },
      rejected,
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
      'done after a promise of null',
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
        outcomes = await outcomesOf(both(verify))
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
      expect(await outcomesOf(returning(() => trap))).to.deep.equal(failed)
    }
  })
})

describe('the error of a verify that fails:', () => {
  const primitives = [
    'route',
    'not found',
    '',
    0,
    42,
    true,
    false,
    null,
    undefined,
    Symbol('odd'),
    1n,
  ]

  function expectWrapped(outcomes: Outcome[], cause: unknown): void {
    expect(outcomes).to.have.lengthOf(1)
    const [outcome] = outcomes as [Outcome & { error: ClientCertificateError }]
    expect(outcome.kind).to.equal('error')
    expect(outcome.error).to.be.instanceOf(ClientCertificateError)
    expect(outcome.error.code).to.equal('ERR_VERIFY_FAILED')
    const said = typeof cause === 'string' && cause !== '' ? `: ${cause}` : ''
    expect(outcome.error.message).to.equal(
      `The verify callback failed with something that is not an error${said}`,
    )
    expect(outcome.error).to.have.property('cause', cause)
  }

  for (const primitive of primitives) {
    it(`${typeof primitive} ${String(primitive)}, thrown or rejected, becomes an error`, async () => {
      for (const style of [calling, returning]) {
        expectWrapped(await outcomesOf(style(() => throwAny(primitive))), primitive)
        expectWrapped(await outcomesOf(style(() => rejectWith(primitive))), primitive)
      }
    })
  }

  for (const primitive of primitives.filter(Boolean)) {
    it(`${typeof primitive} ${String(primitive)}, given to done, becomes an error`, async () => {
      expectWrapped(await outcomesOf(calling((done) => done(primitive))), primitive)
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
        const [outcome] = await outcomesOf(calling(verify))
        expect(outcome).to.have.property('kind', 'error')
        expect(outcome).to.have.property('error', error)
      }
    }
  })
})

describe('an error after the decision', () => {
  const downstream = new Error('downstream')

  it('reaches the caller when verify decided at once, and is not a second outcome', () => {
    for (const verify of [calling((done) => done(null, user)), returning(() => user)]) {
      const outcomes: Outcome[] = []
      const report = (outcome: Outcome) => {
        outcomes.push(outcome)
        throw downstream
      }
      expect(() => runVerify(verify, report)).to.throw(downstream)
      expect(outcomes).to.deep.equal(accepted)
    }
  })

  it('reaches the caller of done, and is not a second outcome', () => {
    const outcomes: Outcome[] = []
    let done: VerifyCallback = () => undefined
    runVerify(
      calling((callback) => {
        done = callback
      }),
      (outcome) => {
        outcomes.push(outcome)
        throw downstream
      },
    )
    expect(() => done(null, user)).to.throw(downstream)
    done(null, false)
    expect(outcomes).to.deep.equal(accepted)
  })

  it('is an unhandled rejection when verify returned a promise, and is not a second outcome', async () => {
    const outcomes: Outcome[] = []
    const unhandled = await unhandledRejections(() => {
      runVerify(
        returning(() => Promise.resolve(user)),
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
