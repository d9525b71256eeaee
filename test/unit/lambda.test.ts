import { X509Certificate } from 'node:crypto'
import express from 'express'
import { expect } from 'chai'
import { Passport } from 'passport'
import serverless from 'serverless-http'
import { createExtractor } from '../../src/extractor/index.js'
import { Strategy } from '../../src/index.js'
import { extractClientCertificateFromLambdaEvent } from '../../src/lambda.js'
import { restoreClock, turnClock } from '../support/clock.js'
import { countCalls, stopCounting } from '../support/count-calls.js'
import { fingerprints, pathOf } from '../support/extract-over.js'
import { certificateOf, ecSpki, oid, toPem } from '../support/der-writer.js'
import { httpEvent, restEvent } from '../support/lambda-events.js'
import { partsOf } from '../support/parts-of.js'
import { type Issued, testPki, type TestPki } from '../support/pki.js'

const MISSING = 'lambda_event_missing_clientcert'
const MALFORMED = 'lambda_event_clientcert_malformed'
const FAILURE = { success: false, certificate: null } as const

describe('the certificate in an event of API Gateway', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(restoreClock)

  for (const [api, event] of Object.entries({ REST: restEvent, HTTP: httpEvent })) {
    const extract = (client: Pick<Issued, 'cert'> | null) =>
      pathOf(extractClientCertificateFromLambdaEvent(event(client)))

    it(`is read from the event of a ${api} API`, () => {
      for (const client of [pki.ec, pki.rsa]) {
        expect(extract(client)).to.deep.equal(fingerprints(client))
      }
    })

    it(`is missing where the ${api} API has no mutual TLS`, () => {
      expect(extract(null)).to.equal(MISSING)
      expect(extract({ cert: '' })).to.equal(MISSING)
    })

    it(`is rejected when it is not exactly one certificate: ${api}`, () => {
      const { cert } = pki.ec
      const spaced = cert.replaceAll('\n', ' ')
      for (const wrong of ['x', cert + pki.rsa.cert, `x${cert}`, spaced, cert.slice(0, -40)]) {
        expect(extract({ cert: wrong })).to.equal(MALFORMED)
      }
      const damaged = cert.replace('\nMI', '\nMJ')
      expect(extract({ cert: damaged })).to.equal(MALFORMED)
    })

    it(`is rejected with a detail when its public key can't be used: ${api}`, () => {
      const unusable = toPem(certificateOf({ spki: ecSpki(oid('1.2.3'), Buffer.alloc(65, 4)) }))
      expect(extractClientCertificateFromLambdaEvent(event({ cert: unusable }))).to.deep.equal({
        ...FAILURE,
        reason: MALFORMED,
        detail: 'unsupported_key',
      })
      const damaged = pki.ec.cert.replace('\nMI', '\nMJ')
      expect(extractClientCertificateFromLambdaEvent(event({ cert: damaged }))).to.deep.equal({
        ...FAILURE,
        reason: MALFORMED,
        detail: 'not_a_certificate',
      })
      const both = pki.ec.cert + pki.rsa.cert
      expect(extractClientCertificateFromLambdaEvent(event({ cert: both }))).to.deep.equal({
        ...FAILURE,
        reason: MALFORMED,
        detail: 'too_many_certificates',
      })
    })
  }

  it('is not read from where a REST API puts it in an event of payload format 2.0', () => {
    const { requestContext } = restEvent(pki.ec) as { requestContext: object }
    const moved = { ...httpEvent(null), requestContext }
    expect(pathOf(extractClientCertificateFromLambdaEvent(moved))).to.equal(MISSING)
  })

  it('is read from where an HTTP API puts it in an event that names no payload format', () => {
    const { version: _, ...event } = httpEvent(pki.ec) as { version: string }
    const result = extractClientCertificateFromLambdaEvent(event)
    expect(pathOf(result)).to.deep.equal(fingerprints(pki.ec))
  })

  it('is the one of the HTTP API in an event that has both, whatever it holds', () => {
    const { requestContext: rest } = restEvent(pki.rsa) as { requestContext: object }
    const both = (authentication: object) => ({ requestContext: { ...rest, authentication } })
    const run = (authentication: object) =>
      pathOf(extractClientCertificateFromLambdaEvent(both(authentication)))

    expect(run({ clientCert: { clientCertPem: pki.ec.cert } })).to.deep.equal(fingerprints(pki.ec))
    expect(run({ clientCert: { clientCertPem: 'x' } })).to.equal(MALFORMED)
    expect(run({ clientCert: {} })).to.equal(MISSING)
    expect(run({})).to.deep.equal(fingerprints(pki.rsa))
  })

  it('is checked against the clock, unless that is turned off', async () => {
    const notAfter = new Date(Date.now() + 1000)
    const client = await pki.root.issue({ notAfter })
    turnClock(2000)
    for (const event of [restEvent(client), httpEvent(client)]) {
      const { reason } = extractClientCertificateFromLambdaEvent(event)
      expect(reason).to.equal('certificate_expired')
      const unchecked = extractClientCertificateFromLambdaEvent(event, { checkValidity: false })
      expect(unchecked.success).to.equal(true)
    }
    turnClock(-3 * 24 * 60 * 60 * 1000)
    const { reason } = extractClientCertificateFromLambdaEvent(restEvent(client))
    expect(reason).to.equal('certificate_not_yet_valid')
  })

  it("is missing from anything that isn't an event, which never throws", () => {
    const trap = new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => {
          throw new Error('trap')
        },
      },
    )
    const odd = [
      ...[undefined, null, 0, '', 'event', [], {}, () => 'event', trap],
      { requestContext: null },
      { requestContext: { identity: 'x' } },
      { requestContext: { identity: { clientCert: null } } },
      { requestContext: { identity: { clientCert: { clientCertPem: 7 } } } },
      { requestContext: trap },
      {
        get requestContext() {
          throw new Error('trap')
        },
      },
      Object.create(restEvent(pki.ec)) as object,
    ]
    for (const event of odd) {
      expect(extractClientCertificateFromLambdaEvent(event).reason).to.equal(MISSING)
    }
  })

  it('has options that are checked', () => {
    for (const [options, code] of [
      [{ checkValidity: 'no' }, 'ERR_INVALID_ARG_TYPE'],
      [{ includeChain: true }, 'ERR_INVALID_ARG_VALUE'],
      [null, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      expect(() => extractClientCertificateFromLambdaEvent({}, options as never))
        .to.throw(TypeError)
        .that.includes({ code })
    }
  })
})

describe('the Strategy behind serverless-http', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(stopCounting)

  async function answerTo(event: object): Promise<[status: number, body: string]> {
    const passport = new Passport()
    const reasons: string[] = []
    const onRejected = (_cert: unknown, _req: unknown, reason: string) => reasons.push(reason)
    passport.use(
      new Strategy({ certificateSource: 'api-gateway', onRejected }, (cert) => ({
        id: cert.fingerprint256,
      })),
    )
    const app = express()
    const guard = passport.authenticate('client-cert', { session: false }) as express.RequestHandler
    app.get('/', guard, (req, res) => {
      res.json(req.user)
    })
    const answer = (await serverless(app)(event, {})) as { statusCode: number; body: string }
    return [answer.statusCode, reasons[0] ?? answer.body]
  }

  for (const [api, event] of Object.entries({ REST: restEvent, HTTP: httpEvent })) {
    it(`authenticates clients of a ${api} API, and no other client`, async () => {
      const [id] = fingerprints(pki.ec)
      expect(await answerTo(event(pki.ec))).to.deep.equal([200, JSON.stringify({ id })])
      expect(await answerTo(event(null))).to.deep.equal([401, MISSING])
      expect(await answerTo(event({ cert: 'x' }))).to.deep.equal([401, MALFORMED])
      expect(await answerTo(event(pki.expired))).to.deep.equal([401, 'certificate_expired'])
    })

    it(`believes no header that pretends to be the event of a ${api} API`, async () => {
      const forged = encodeURIComponent(JSON.stringify(event(pki.ec)))
      const headers = { 'x-apigateway-event': forged, apigateway: forged, host: 'a' }
      expect(await answerTo({ ...event(null), headers })).to.deep.equal([401, MISSING])
    })
  }

  it('is rejected where there is no event, as in front of an ordinary server', () => {
    const extract = createExtractor({ certificateSource: 'api-gateway' })
    for (const request of [{}, { apiGateway: null }, { apiGateway: {} }] as object[]) {
      expect(extract(request).reason).to.equal(MISSING)
    }
  })

  it('reads a certificate once, and gives each request its own', () => {
    const parses = countCalls(X509Certificate.prototype, 'toLegacyObject')
    const extract = createExtractor({ certificateSource: 'api-gateway' })
    const request: object = { apiGateway: { event: httpEvent(pki.ec) } }
    const [first, second] = [1, 2].map(() => partsOf(extract(request)))
    expect([...(first ?? [])].filter((part) => second?.has(part))).to.deep.equal([])
    expect(parses()).to.equal(1)
  })

  it('has no options of headers or sockets', () => {
    const options = { certificateSource: 'api-gateway' } as const
    for (const more of [
      { certificateHeader: 'X-Cert' },
      { headerEncoding: 'url-pem' },
      { chainHeader: 'X-Chain' },
      { verifyHeader: 'X-Verify' },
      { trustedProxies: 'loopback' },
      { forwardedIdentity: true },
      { fallbackToSocket: true },
      { includeChain: true },
    ] as const) {
      expect(() => createExtractor({ ...options, ...more }))
        .to.throw(TypeError)
        .that.includes({ code: 'ERR_INVALID_ARG_VALUE' })
        .and.has.property('message')
        .that.includes('has no meaning with certificateSource "api-gateway"')
    }
    expect(() => createExtractor({ ...options, cache: { maxEntries: 5 } })).not.to.throw()
  })
})
