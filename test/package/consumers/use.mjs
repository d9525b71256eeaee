// Every entry by `import`.
import assert from 'node:assert/strict'
import { ClientCertificateError, Strategy } from 'passport-client-certificate-auth'
import { createExtractor } from 'passport-client-certificate-auth/extractor'
import { createFetchExtractor } from 'passport-client-certificate-auth/fetch'
import { allowCN } from 'passport-client-certificate-auth/helpers'
import { extractClientCertificateFromLambdaEvent } from 'passport-client-certificate-auth/lambda'
import main, {
  CertificateRejectedError,
  clientCertificateAuth,
} from 'passport-client-certificate-auth/middleware'
import { getCertificateFromHeaders, parseXfcc } from 'passport-client-certificate-auth/parsers'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { createTestCa, fakeClientCertificate } from 'passport-client-certificate-auth/testing'
import { createTrustStore } from 'passport-client-certificate-auth/trust'

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
