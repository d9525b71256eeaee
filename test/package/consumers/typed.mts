// Every entry with its types, and with no other types than Node's.
import {
  type ChainedPeerCertificate,
  Strategy,
  type StrategyOptions,
} from 'passport-client-certificate-auth'
import { createExtractor, type ExtractionResult } from 'passport-client-certificate-auth/extractor'
import { createFetchExtractor } from 'passport-client-certificate-auth/fetch'
import { allOf, allowCN } from 'passport-client-certificate-auth/helpers'
import { extractClientCertificateFromLambdaEvent } from 'passport-client-certificate-auth/lambda'
import {
  clientCertificateAuth,
  requireCertificate,
} from 'passport-client-certificate-auth/middleware'
import { type HeaderParser, parseXfcc } from 'passport-client-certificate-auth/parsers'
import { mtlsServerOptions, reloadable } from 'passport-client-certificate-auth/server'
import {
  createTestCa,
  fakeClientCertificate,
  startMtlsServer,
  type TestCa,
  type TestServer,
} from 'passport-client-certificate-auth/testing'
import {
  createTrustStore,
  type TrustStore,
  type TrustVerdict,
} from 'passport-client-certificate-auth/trust'

const options: StrategyOptions = { name: 'devices', certificateSource: 'envoy' }
const strategy = new Strategy(options, async (cert, done) => {
  // @ts-expect-error if TypeScript didn't find the type, it would be `any`, which has every member
  cert.nothing()
  const certificate: ChainedPeerCertificate = cert
  const isAllowed: boolean = await allOf(allowCN('alice'))(certificate)
  done(null, isAllowed && { id: cert.fingerprint256.toLowerCase() })
})
const withRequest = new Strategy({ passReqToCallback: true }, (req, cert, done) => {
  // @ts-expect-error the request's type must not be `any` either
  req.nothing()
  done(null, req.url === '/' && { id: cert.serialNumber, own: req.clientCertificate === cert })
})

const result: ExtractionResult = createExtractor({ certificateSource: 'envoy' })({ headers: {} })
const parse: HeaderParser = parseXfcc
if (result.reason !== 'header_missing_or_malformed' || parse('') !== null) throw new Error('wrong')
if (strategy.name !== 'devices' || withRequest.name !== 'client-cert') throw new Error('wrong')

const middleware = clientCertificateAuth((cert, req) => {
  // @ts-expect-error the type in the middleware must not be `any` either
  cert.nothing()
  return req.url === '/' && cert.forwardedIdentity !== true
})
const required = requireCertificate(async (cert) => allOf(allowCN('alice'))(cert))
const fetched: ExtractionResult = createFetchExtractor({ certificateSource: 'nginx' })(
  new Request('http://localhost'),
  '127.0.0.1',
)
const event: ExtractionResult = extractClientCertificateFromLambdaEvent({})
if (fetched.success || event.success || middleware === required) throw new Error('wrong')
if (typeof mtlsServerOptions !== 'function' || typeof reloadable !== 'function') throw new Error()

const explain = (store: TrustStore): string => {
  const verdict: TrustVerdict = store.validate('', { now: Date.now() })
  return verdict.ok ? `${verdict.path.length}` : verdict.reason
}
if (typeof createTrustStore !== 'function' || typeof explain !== 'function') throw new Error()

const testCa: TestCa = createTestCa({ keyType: 'ec' })
const start = (): Promise<TestServer> =>
  startMtlsServer({ ca: testCa, handler: (_req, res) => res.end(), tls: { maxVersion: 'TLSv1.3' } })
const fake: ChainedPeerCertificate = fakeClientCertificate({ subject: { CN: 'bob', OU: ['a'] } })
// @ts-expect-error a fake has no bytes
if (typeof start !== 'function') fakeClientCertificate({ raw: fake.raw })
if (!allowCN('bob')(fake) || testCa.issue({ san: 'DNS:a' }).raw.length === 0) throw new Error()
