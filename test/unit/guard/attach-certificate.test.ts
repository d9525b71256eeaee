import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { Strategy, type StrategyOptions, type VerifyFunction } from '../../../src/index.js'
import {
  type CertificateCheck,
  clientCertificateAuth,
  type ClientCertificateAuthOptions,
  requireCertificate,
} from '../../../src/middleware.js'
import { endingsOf, requestWith } from '../../support/run-strategy.js'

const CERT = { subject: { CN: 'alice' }, fingerprint256: 'AB:CD' }
const OTHER = { subject: { CN: 'bob' }, fingerprint256: 'EF:01' }

type Extractor = NonNullable<ClientCertificateAuthOptions<object>['extractor']>
interface Request {
  clientCertificate?: unknown
}

const giving = (certificate: object | null): Extractor =>
  (certificate === null
    ? () => ({ success: false, certificate, reason: 'none' })
    : () => ({ success: true, certificate, reason: null })) as Extractor

const failing = () => {
  throw new Error('broken')
}

/** The answer of `requireCertificate()`, and which certificate its predicate was asked about. */
async function requireOf(req: object): Promise<unknown> {
  let asked: unknown
  let error: { status?: number; reason?: string } | undefined
  const predicate: CertificateCheck<object> = (cert) => {
    asked = cert
    return true
  }
  requireCertificate<object>(predicate)(req, {}, (given) => (error = given as typeof error))
  await setImmediate()
  return error === undefined ? asked : [error.status, error.reason]
}

const NOT_AUTHENTICATED = [401, 'not_authenticated']

/** Ways to authenticate a request with a certificate. */
type Door = (req: object, extractor: Extractor, answer: boolean) => Promise<unknown>
const DOORS: Record<string, Door> = {
  'the middleware': async (req, extractor, answer) => {
    const errors: unknown[] = []
    const guard = clientCertificateAuth<object>(() => answer, { extractor })
    guard(req, {}, (error) => errors.push(error))
    await setImmediate()
    return errors
  },
  'the strategy': (req, extractor, answer) => {
    const verify: VerifyFunction = (_cert) => (answer ? { id: 1 } : null)
    return endingsOf(new Strategy<object>({ extractor }, verify), req)
  },
}

for (const [name, authenticate] of Object.entries(DOORS)) {
  describe(`a certificate that is required behind ${name}`, () => {
    it('is the one that was accepted', async () => {
      const req: Request = {}
      await authenticate(req, giving(CERT), true)
      expect(await requireOf(req)).to.equal(CERT)
      req.clientCertificate = OTHER
      expect(await requireOf(req)).to.equal(CERT)
      delete req.clientCertificate
      expect(await requireOf(req)).to.equal(CERT)
    })

    it('is accepted where something has added members to Object.prototype', async () => {
      const req: Request = {}
      for (const kind of ['failure', 'fault']) {
        Object.defineProperty(Object.prototype, 'kind', { configurable: true, value: kind })
        try {
          await authenticate(req, giving(CERT), true)
        } finally {
          Reflect.deleteProperty(Object.prototype, 'kind')
        }
        expect(await requireOf(req)).to.equal(CERT)
      }
    })

    it('is none that was rejected, though it is on the request', async () => {
      const req: Request = {}
      await authenticate(req, giving(CERT), false)
      expect(req.clientCertificate).to.equal(CERT)
      expect(await requireOf(req)).to.deep.equal(NOT_AUTHENTICATED)
    })

    it('is that of this request, where an extractor gives one object for many', async () => {
      const [first, second, third] = [{}, {}, {}]
      await authenticate(first, giving(CERT), true)
      await authenticate(second, giving(CERT), false)
      expect(await requireOf(first)).to.equal(CERT)
      expect(await requireOf(second)).to.deep.equal(NOT_AUTHENTICATED)
      expect(await requireOf(third)).to.deep.equal(NOT_AUTHENTICATED)
    })

    it('is none once a later authentication has rejected, failed, or found nothing', async () => {
      const later: Record<string, [Extractor, boolean]> = {
        'the same, rejected': [giving(CERT), false],
        'another one, rejected': [giving(OTHER), false],
        none: [giving(null), true],
        'an extractor that throws': [failing, true],
        'an extractor that returns nothing': [(() => undefined) as never, true],
      }
      for (const [what, [extractor, answer]] of Object.entries(later)) {
        const req: Request = {}
        await authenticate(req, giving(CERT), true)
        await authenticate(req, extractor, answer)
        expect(await requireOf(req), what).to.deep.equal(NOT_AUTHENTICATED)
      }
    })

    it('is the later one, if that was accepted', async () => {
      const req: Request = {}
      await authenticate(req, giving(CERT), false)
      await authenticate(req, giving(OTHER), true)
      expect(await requireOf(req)).to.equal(OTHER)
      expect(req.clientCertificate).to.equal(OTHER)
    })

    it('is gone from the request where a later extraction fails', async () => {
      for (const extractor of [giving(null), failing]) {
        const req: Request = {}
        await authenticate(req, giving(CERT), false)
        await authenticate(req, extractor, true)
        expect(req).not.to.have.property('clientCertificate')
      }
    })

    it("belongs to Node's request, whichever of a framework's requests is at hand", async () => {
      for (const property of ['raw', 'req']) {
        const node = { rawHeaders: [] }
        const wrap = (): Request => ({ [property]: node })
        await authenticate(wrap(), giving(CERT), true)
        for (const req of [wrap(), node]) expect(await requireOf(req)).to.equal(CERT)
        await authenticate(wrap(), giving(CERT), false)
        for (const req of [wrap(), node]) {
          expect(await requireOf(req)).to.deep.equal(NOT_AUTHENTICATED)
        }
      }
    })

    it('does not belong to whatever else an application keeps under such a name', async () => {
      const shared = { body: '' }
      const [first, second] = [{ raw: shared }, { raw: shared }]
      await authenticate(first, giving(CERT), true)
      expect(await requireOf(first)).to.equal(CERT)
      expect(await requireOf(second)).to.deep.equal(NOT_AUTHENTICATED)
    })

    it('may be on a request that cannot say what it was made after', async () => {
      const req = Object.defineProperty({}, 'raw', { get: failing })
      await authenticate(req, giving(CERT), true)
      expect(await requireOf(req)).to.equal(CERT)
    })
  })
}

describe('the certificate on a request', () => {
  const fail = (req: object) => endingsOf(new Strategy<object>((_cert) => null), req)

  it('does not outlive an extraction that fails, even where it is inherited', async () => {
    const inherited = Object.create({ clientCertificate: CERT }) as Request
    const req = Object.assign(inherited, requestWith(null))
    expect(await fail(req)).to.have.nested.property('[0][0]', 'fail')
    expect(req.clientCertificate).to.equal(undefined)
  })

  it('is an error where it cannot be taken off', async () => {
    const req = Object.freeze({ clientCertificate: CERT, ...requestWith(null) })
    const [[action] = []] = await fail(req)
    expect(action).to.equal('error')
    expect(await requireOf(req)).to.deep.equal(NOT_AUTHENTICATED)
  })

  it('stays where the application says that there is none, and none is found', async () => {
    const req = { clientCertificate: null, ...requestWith(null) }
    await fail(req)
    expect(req).to.have.property('clientCertificate', null)
  })
})

describe('a certificate that verify accepts too late', () => {
  it('is not accepted once another authentication of the request has begun', async () => {
    const pending: ((user: unknown) => void)[] = []
    const options: StrategyOptions<object> = { extractor: giving(CERT) }
    const verify: VerifyFunction = (_cert) => new Promise((resolve) => pending.push(resolve))
    const req = {}
    const first = endingsOf(new Strategy<object>(options, verify), req)
    await endingsOf(new Strategy<object>({ extractor: giving(OTHER) }, (_cert) => null), req)
    pending[0]?.({ id: 1 })
    await first
    await setImmediate()
    expect(await requireOf(req)).to.deep.equal(NOT_AUTHENTICATED)
  })
})
