// Every entry by `require`.
const assert = require('node:assert/strict')
const { ClientCertificateError, Strategy } = require('passport-client-certificate-auth')
const { createExtractor } = require('passport-client-certificate-auth/extractor')
const { createFetchExtractor } = require('passport-client-certificate-auth/fetch')
const { allowCN } = require('passport-client-certificate-auth/helpers')
const {
  extractClientCertificateFromLambdaEvent,
} = require('passport-client-certificate-auth/lambda')
const {
  default: main,
  CertificateRejectedError,
  clientCertificateAuth,
} = require('passport-client-certificate-auth/middleware')
const { getCertificateFromHeaders, parseXfcc } = require('passport-client-certificate-auth/parsers')
const { mtlsServerOptions } = require('passport-client-certificate-auth/server')
const { createTestCa, fakeClientCertificate } = require('passport-client-certificate-auth/testing')
const { createTrustStore } = require('passport-client-certificate-auth/trust')

assert.equal(new Strategy(() => null).name, 'client-cert')
assert.ok(new ClientCertificateError('ERR_VERIFY_FAILED', 'text') instanceof Error)
assert.equal(createExtractor()({}).reason, 'socket_not_authorized')
assert.equal(parseXfcc(''), null)
assert.equal(allowCN('alice')({ subject: { CN: 'alice' } }), true)

const fetch = createFetchExtractor({ certificateSource: 'envoy', trustedProxies: 'loopback' })
assert.equal(fetch({ headers: [] }).reason, 'untrusted_proxy')
assert.equal(extractClientCertificateFromLambdaEvent({}).reason, 'lambda_event_missing_clientcert')
clientCertificateAuth(() => true)({}, {}, (error) => {
  assert.ok(error instanceof CertificateRejectedError && error instanceof ClientCertificateError)
})
assert.equal(main, clientCertificateAuth)
assert.equal(getCertificateFromHeaders({}, {}), null)
assert.throws(() => mtlsServerOptions({}), TypeError)
assert.throws(() => createTrustStore({}), TypeError)

const testCa = createTestCa()
assert.equal(createTrustStore({ ca: testCa.ca }).validate(testCa.issue().raw).ok, true)
assert.equal(allowCN('bob')(fakeClientCertificate({ subject: { CN: 'bob' } })), true)
