import { expect } from 'chai'
import { createExtractor, type Extractor } from '../../../src/extractor/index.js'
import { fingerprints, pathOf } from '../../support/extract-over.js'
import { toBase64Der } from '../../support/header-values.js'
import { testPki, type TestPki } from '../../support/pki.js'
import { throwAny } from '../../support/run-verify.js'

const MISSING = 'header_missing_or_malformed'
const MISMATCH = 'verification_header_mismatch'
const UNTRUSTED = 'untrusted_proxy'
const UNAUTHORIZED = 'socket_not_authorized'

function fail(): never {
  throw new Error('gone')
}

function withGetter(name: string, rest: object = {}): object {
  return Object.defineProperty({ ...rest }, name, { get: fail, enumerable: true })
}

/** An object that throws whatever is done with it. */
function hostile(target: object = {}): object {
  const traps = Object.getOwnPropertyNames(Reflect).map((trap) => [trap, fail])
  return new Proxy(target, Object.fromEntries(traps) as ProxyHandler<object>)
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

describe('no request makes an extractor throw', () => {
  const header = { certificateHeader: 'X-Cert', headerEncoding: 'base64-der' } as const
  const verify = { verifyHeader: 'X-Verify', verifyValue: 'OK' }
  const fromSocket = createExtractor()
  const fromHeader = createExtractor(header)
  const fromVerified = createExtractor({ ...header, ...verify })
  const fromEither = createExtractor({ ...header, fallbackToSocket: true })
  const fromEvent = createExtractor({ certificateSource: 'api-gateway' })
  const fromEitherOf = [
    createExtractor({ ...header, fallbackToSocket: true, trustedProxies: '192.0.2.1' }),
    createExtractor({ ...header, fallbackToSocket: true, trustedProxies: () => false }),
  ]
  const fromChain = createExtractor({ ...header, includeChain: true, chainHeader: 'X-Chain' })

  let pki: TestPki
  let leaf: string
  before(async () => {
    pki = await testPki()
    leaf = toBase64Der(pki.ec)
  })

  const run = (extract: Extractor, request: unknown) => pathOf(extract(request as never))

  const requests: [what: string, request: unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['text', 'GET /'],
    ['a function', fail],
    ['an empty object', {}],
    ['an object without a prototype', Object.create(null)],
    ['an object that throws', hostile()],
    ['a revoked proxy', revoked()],
    ['headers: null', { headers: null, socket: null }],
    ['headers: text', { headers: 'x-cert: AAAA', socket: 'socket' }],
    ['headers: a list', { headers: ['x-cert', 'AAAA'], socket: [] }],
    ['headers that throw', { headers: hostile(), rawHeaders: [], socket: hostile() }],
    ['a getter of headers that throws', withGetter('headers')],
    ['a getter of rawHeaders that throws', withGetter('rawHeaders', { headers: {} })],
    ['a getter of socket that throws', withGetter('socket')],
    ['a header whose getter throws', { headers: withGetter('x-cert') }],
    ['rawHeaders that throw', { headers: {}, rawHeaders: hostile([]) }],
    ['a socket whose getters throw', { headers: {}, socket: withGetter('authorized') }],
    ['a socket that was made by something that throws', { socket: withGetter('server') }],
    ['another request within that throws', withGetter('raw')],
    ['an event that throws', withGetter('apiGateway')],
    [
      'a socket whose error throws',
      { socket: withGetter('authorizationError', { authorized: true }) },
    ],
  ]

  for (const [what, request] of requests) {
    it(`not ${what}`, () => {
      expect(run(fromSocket, request)).to.equal(UNAUTHORIZED)
      expect(run(fromHeader, request)).to.equal(MISSING)
      expect(run(fromChain, request)).to.equal(MISSING)
      expect(run(fromEither, request)).to.equal(UNAUTHORIZED)
      expect(run(fromEvent, request)).to.equal('lambda_event_missing_clientcert')
      for (const extract of fromEitherOf) expect(run(extract, request)).to.equal(UNTRUSTED)
      expect(run(fromVerified, request)).to.be.oneOf([MISSING, MISMATCH])
    })
  }

  it('not a list in place of a string, because the request is rejected', () => {
    const headers = { 'x-cert': [leaf], 'x-verify': ['OK'], 'x-chain': [leaf] }
    expect(run(fromHeader, { headers })).to.equal(MISSING)
    expect(run(fromVerified, { headers: { ...headers, 'x-cert': leaf } })).to.equal(MISMATCH)
    expect(run(fromChain, { headers: { ...headers, 'x-cert': leaf } })).to.equal(MISSING)
  })

  it('not a certificate header whose getter throws: the reason is that of a missing one', () => {
    const rawHeaders = ['X-Cert', leaf, 'X-Verify', 'OK']
    const noCert = withGetter('x-cert', { 'x-verify': 'OK' })
    expect(run(fromVerified, { headers: noCert, rawHeaders })).to.equal(MISSING)
    const noVerify = withGetter('x-verify', { 'x-cert': leaf })
    expect(run(fromVerified, { headers: noVerify, rawHeaders })).to.equal(MISMATCH)
  })

  it('not a chain header whose getter throws, because the request is rejected', () => {
    const headers = withGetter('x-chain', { 'x-cert': leaf })
    const rawHeaders = ['X-Cert', leaf]
    expect(run(fromChain, { headers, rawHeaders })).to.equal(MISSING)
    expect(run(fromHeader, { headers, rawHeaders })).to.deep.equal(fingerprints(pki.ec))
  })

  it('not a trustedProxies function that throws an unprintable value, because no peer is trusted', () => {
    for (const thrown of [Object.create(null), Symbol('x'), undefined, new Error('boom')]) {
      const trustedProxies = () => throwAny(thrown)
      const extract = createExtractor({ ...header, trustedProxies })
      expect(run(extract, { headers: { 'x-cert': leaf } })).to.equal('untrusted_proxy')
    }
  })

  it('not dates that are not strings, because the certificate is rejected', () => {
    for (const date of [Symbol('x'), null, 7, {}, Object.create(null), new Date()] as unknown[]) {
      const show = (certificate: object) => ({
        socket: { authorized: true, getPeerCertificate: () => certificate },
      })
      expect(run(fromSocket, show({ valid_from: date }))).to.equal('certificate_not_yet_valid')
      expect(run(fromSocket, show({ valid_to: date }))).to.equal('certificate_expired')
    }
  })

  it('not headers without a prototype or without raw lines: they are read', () => {
    const headers = Object.assign(Object.create(null), { 'x-cert': leaf }) as object
    const lines: unknown[] = [undefined, null, 'X-Cert', {}, [], ['X-Cert'], ['X-Cert', leaf, 7]]
    for (const rawHeaders of lines) {
      expect(run(fromHeader, { headers, rawHeaders })).to.deep.equal(fingerprints(pki.ec))
    }
  })
})
