import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { allOf, allowCN, allowOU, anyOf, type CertificateTest } from '../../../src/helpers/index.js'
import { certificateLike } from '../../support/certificates.js'

const alice = certificateLike({ subject: { CN: 'alice', OU: 'Ops' } })

const yes: CertificateTest = () => true
const no: CertificateTest = () => false
const later =
  (answer: boolean): CertificateTest =>
  async () => {
    await setImmediate()
    return answer
  }
const boom = new Error('boom')
const throwing: CertificateTest = () => {
  throw boom
}
const rejecting: CertificateTest = () => Promise.reject(boom)

/** The reason with which a promise was rejected. */
async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('The promise was not rejected')
}

describe('allOf() and anyOf()', () => {
  const truths: [tests: CertificateTest[], all: boolean, any: boolean][] = [
    [[yes], true, true],
    [[no], false, false],
    [[yes, yes], true, true],
    [[yes, no], false, true],
    [[no, yes], false, true],
    [[no, no], false, false],
    [[yes, yes, no], false, true],
    [[no, no, yes], false, true],
    [[later(true)], true, true],
    [[later(false)], false, false],
    [[later(true), yes], true, true],
    [[yes, later(false)], false, true],
    [[no, later(true)], false, true],
  ]
  for (const [index, [tests, all, any]] of truths.entries()) {
    it(`follow logic, even when answers come later (${index})`, async () => {
      expect(await allOf(...tests)(alice)).to.equal(all)
      expect(await anyOf(...tests)(alice)).to.equal(any)
    })
  }

  it('accept the predicates of this package, nested as well', async () => {
    const isOps = allOf(allowOU('Ops'), anyOf(allowCN('bob'), allowCN('alice')))
    expect(await isOps(alice)).to.equal(true)
    expect(await isOps(certificateLike({ subject: { CN: 'alice', OU: 'Dev' } }))).to.equal(false)
    expect(await isOps(certificateLike({ subject: { CN: 'eve', OU: 'Ops' } }))).to.equal(false)
  })

  it('allow a certificate only by true, so a forgotten await or a user object allows no client', async () => {
    for (const answer of [1, 'true', {}, [], alice, undefined, null, 0, '', () => true]) {
      const test = (() => answer) as unknown as CertificateTest
      const promised = (() => Promise.resolve(answer)) as unknown as CertificateTest
      for (const each of [test, promised]) {
        expect(await allOf(each)(alice)).to.equal(false)
        expect(await allOf(yes, each)(alice)).to.equal(false)
        expect(await anyOf(each)(alice)).to.equal(false)
        expect(await anyOf(each, yes)(alice)).to.equal(true)
      }
    }
  })

  it('run tests one after another, and only until the answer is known', async () => {
    const log: string[] = []
    const logging = (name: string, answer: boolean): CertificateTest => {
      return async () => {
        log.push(`${name} begins`)
        await setImmediate()
        log.push(`${name} ends`)
        return answer
      }
    }
    const [a, b, c] = [logging('a', true), logging('b', false), logging('c', true)]
    const runs: [combined: CertificateTest, answer: boolean, ran: string[]][] = [
      [allOf(a, b, c), false, ['a begins', 'a ends', 'b begins', 'b ends']],
      [anyOf(b, a, c), true, ['b begins', 'b ends', 'a begins', 'a ends']],
    ]
    for (const [combined, answer, ran] of runs) {
      log.length = 0
      expect(await combined(alice)).to.equal(answer)
      expect(log).to.deep.equal(ran)
    }
  })

  for (const [what, failing] of Object.entries({ throwing, rejecting })) {
    it(`pass on the error of a ${what} test`, async () => {
      for (const combined of [
        allOf(failing),
        anyOf(failing),
        allOf(yes, failing),
        anyOf(no, failing),
      ]) {
        expect(await rejectionOf(combined(alice))).to.equal(boom)
      }
    })

    it(`do not run a ${what} test that is not reached`, async () => {
      expect(await allOf(no, failing)(alice)).to.equal(false)
      expect(await anyOf(yes, failing)(alice)).to.equal(true)
    })
  }

  it('pass the certificate and all further arguments to every test', async () => {
    const calls: unknown[][] = []
    const record =
      (answer: boolean) =>
      (...args: unknown[]) => {
        calls.push(args)
        return answer
      }
    type Combined = (...args: unknown[]) => Promise<boolean>
    const req = { url: '/' }
    await (allOf(record(true), record(true)) as unknown as Combined)(alice, req, 7)
    await (anyOf(record(false), record(false)) as unknown as Combined)(alice, req, 7)
    expect(calls).to.have.lengthOf(4)
    for (const call of calls) {
      expect(call).to.have.lengthOf(3)
      expect(call[0]).to.equal(alice)
      expect(call[1]).to.equal(req)
      expect(call[2]).to.equal(7)
    }
  })

  for (const [name, combine] of Object.entries({ allOf, anyOf })) {
    const what = `passport-client-certificate-auth: ${name}(...tests)`

    it(`throw without any test, which would allow every client or none: ${name}()`, () => {
      expect(() => combine())
        .to.throw(TypeError, `${what} needs at least one test. Received []`)
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    })

    it(`throw for anything but functions: ${name}()`, () => {
      const values: unknown[] = [undefined, null, true, 'CN', {}, [yes], Promise.resolve(true)]
      for (const value of values) {
        expect(() => combine(value as never))
          .to.throw(TypeError, `${what}[0] must be a function. Received `)
          .with.property('code', 'ERR_INVALID_ARG_TYPE')
        expect(() => combine(yes, yes, value as never)).to.throw(
          TypeError,
          `${what}[2] must be a function. Received `,
        )
      }
    })
  }
})
