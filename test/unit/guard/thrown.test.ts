import { connect } from 'node:net'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { runInNewContext, runInThisContext } from 'node:vm'
import { expect } from 'chai'
import { CertificateRejectedError, ClientCertificateError } from '../../../src/util/errors.js'
import { describeThrown } from '../../../src/guard/thrown.js'
import { listenHttp } from '../../support/servers.js'

/** Returns the value that a function throws. */
function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown')
}

const errorWith = (fields: object) => Object.assign(new Error('no'), fields)

describe('a value that a callback throws', () => {
  describe('when it is an object', () => {
    it('is passed on as it is, with the default status under both names', () => {
      for (const status of [401, 500] as const) {
        for (const thrown of [new Error('no'), { code: 7 }, new Date(), () => 'no']) {
          const { error, ...rest } = describeThrown(thrown, status)
          expect(error).to.equal(thrown)
          expect(error).to.include({ status, statusCode: status })
          expect(rest.status).to.equal(status)
        }
      }
    })

    const kept: [fields: object, status: number][] = [
      [{ status: 403 }, 403],
      [{ status: 400 }, 400],
      [{ status: 599 }, 599],
      [{ status: 503, statusCode: 400 }, 503],
      [{ statusCode: 503 }, 503],
      [{ status: undefined, statusCode: 403 }, 403],
      [{ status: 0, statusCode: 429 }, 429],
    ]
    for (const [fields, status] of kept) {
      it(`keeps the status of ${inspect(fields)}`, () => {
        const thrown = errorWith(fields)
        expect(describeThrown(thrown, 401)).to.deep.equal({ error: thrown, reason: 'no', status })
        expect(thrown).to.have.property('status', status)
      })
    }

    for (const status of [200, 302, 399, 600, 403.5, NaN, '403', null, true]) {
      it(`replaces the status ${inspect(status)}, which no error has`, () => {
        const thrown = errorWith({ status })
        expect(describeThrown(thrown, 401)).to.include({ error: thrown, status: 401 })
        expect(thrown).to.have.property('status', 401)
      })
    }

    it('leaves a frozen error with a status alone', () => {
      const thrown = Object.freeze(errorWith({ status: 403 }))
      expect(describeThrown(thrown, 401)).to.include({ error: thrown, status: 403 })
    })

    const define = (descriptor: PropertyDescriptor) =>
      Object.defineProperty(new Error('no'), 'status', descriptor)
    const unsettable = {
      'is frozen': () => Object.freeze(new Error('no')),
      'is sealed': () => Object.seal(new Error('no')),
      'has a getter for its status': () => define({ get: () => undefined }),
      'has a setter that does nothing': () => define({ get: () => 200, set: () => undefined }),
    }
    for (const [what, make] of Object.entries(unsettable)) {
      it(`is wrapped, with what it says, when it ${what}`, () => {
        const thrown = make()
        const rejected = describeThrown(thrown, 401)
        expect(rejected).to.include({ reason: 'no', status: 401 })
        expect(rejected.error).to.be.instanceOf(CertificateRejectedError)
        expect(rejected.error).to.include({ message: 'no', reason: 'no', status: 401 })
        expect(rejected.error).to.have.property('cause', thrown)

        const { error } = describeThrown(make(), 500)
        expect(error).to.be.instanceOf(ClientCertificateError)
        expect(error).not.to.be.instanceOf(CertificateRejectedError)
        expect(error).to.include({ code: 'ERR_VERIFY_FAILED', message: 'no', status: 500 })
      })
    }

    it('gives its message as the reason, or the reason of a rejection', () => {
      const rejection = new CertificateRejectedError(403, 'revoked', 'Revoked')
      expect(describeThrown(rejection, 401)).to.include({ reason: 'revoked', status: 403 })
      for (const thrown of [new Error(''), {}, { message: 7 }, { message: null }]) {
        expect(describeThrown(thrown, 401)).to.have.property('reason', 'callback_threw')
      }
    })
  })

  describe('when it says nothing about the client', () => {
    const faults: [what: string, thrown: unknown][] = [
      ["a call of something that isn't a function", thrownBy(() => (7 as never as () => void)())],
      ['a name that does not exist', thrownBy(() => runInThisContext('missing') as unknown)],
      ['a text that is not JSON', thrownBy(() => JSON.parse('{') as unknown)],
      ['a text that is not percent-encoded', thrownBy(() => decodeURIComponent('%'))],
      ['a length that is out of range', thrownBy(() => 'x'.repeat(-1))],
      ['an argument that Node rejects', thrownBy(() => Buffer.from(7 as never))],
      ['a file that is missing', thrownBy(() => readFileSync('/no/such/file'))],
      ['a time limit', AbortSignal.abort().reason],
      ['an error of another context', thrownBy(() => runInNewContext('undefined()') as unknown)],
    ]
    for (const [what, thrown] of faults) {
      it(`is a fault of the server: ${what}`, () => {
        expect(describeThrown(thrown, 401)).to.include({ error: thrown, status: 500 })
        expect(thrown).to.include({ status: 500, statusCode: 500 })
      })
    }

    it('is a fault of the server: a connection that was refused, by one address or by all', async () => {
      const server = await listenHttp(() => undefined)
      const { port } = server
      await server.close()
      const host = '127.0.0.1'
      const [one] = (await once(connect({ port, host }), 'error')) as [Error]
      const lookup = (_host: string, _options: object, done: (...args: unknown[]) => void) => {
        done(
          null,
          ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 })),
        )
      }
      const options = { port, host: 'two.example', autoSelectFamily: true, lookup: lookup as never }
      const [all] = (await once(connect(options), 'error')) as [Error]
      expect(all).to.be.instanceOf(AggregateError)
      for (const thrown of [one, all]) {
        expect(describeThrown(thrown, 401)).to.include({ error: thrown, status: 500 })
      }
    })

    it('keeps its own status if the application gave it one', () => {
      const thrown = Object.assign(new TypeError('no'), { status: 401 })
      expect(describeThrown(thrown, 401)).to.include({ error: thrown, status: 401 })
    })
  })

  describe('when it says something about the client', () => {
    class RevokedError extends TypeError {
      override readonly name = 'RevokedError'
    }
    const rejections: [what: string, thrown: object][] = [
      ['an error', new Error('revoked')],
      ['an error with a code', errorWith({ code: 'REVOKED' })],
      ["the application's own class", new RevokedError('revoked')],
      ['an object that has only the name', { name: 'TypeError', message: 'no' }],
      ['several checks that all rejected', new AggregateError([new Error('no')], 'no')],
    ]
    for (const [what, thrown] of rejections) {
      it(`has the default status: ${what}`, () => {
        expect(describeThrown(thrown, 401)).to.include({ error: thrown, status: 401 })
      })
    }
  })

  describe('when it is not an object', () => {
    it('has a string as its message and as its reason', () => {
      for (const thrown of ['certificate revoked', 'route', 'router']) {
        const { error, ...rest } = describeThrown(thrown, 401)
        expect(error).to.be.instanceOf(CertificateRejectedError)
        expect(error).to.include({ message: thrown, reason: thrown, status: 401, statusCode: 401 })
        expect(error).to.have.property('cause', thrown)
        expect(rest).to.deep.equal({ reason: thrown, status: 401 })
      }
    })

    for (const thrown of [null, undefined, '', 0, 7, 7n, true, Symbol('s')]) {
      it(`has a fixed message: ${inspect(thrown)}`, () => {
        const reason = 'callback_threw'
        const { error } = describeThrown(thrown, 401)
        expect(error).to.include({ message: 'Client certificate rejected', reason, status: 401 })
        expect(error).to.have.property('cause', thrown)

        const { error: fault } = describeThrown(thrown, 500)
        expect(fault).to.include({ code: 'ERR_VERIFY_FAILED', status: 500, statusCode: 500 })
        expect(fault).to.have.property('message', 'The check of the client certificate failed')
      })
    }
  })

  it('never makes it throw', () => {
    const trap = new Proxy(new Error('no'), {
      get: () => {
        throw new Error('trap')
      },
    })
    const { error, ...rest } = describeThrown(trap, 401)
    expect(rest).to.deep.equal({ reason: 'callback_threw', status: 401 })
    expect(error).to.be.instanceOf(CertificateRejectedError).with.property('cause', trap)

    const mute = Object.defineProperty(new Error(), 'message', {
      get: () => {
        throw new Error('trap')
      },
    })
    expect(describeThrown(mute, 401)).to.include({ error: mute, reason: 'callback_threw' })
  })
})
