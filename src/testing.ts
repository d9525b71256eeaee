/**
 * Certificates, servers and fakes **for tests only**. The private keys of these CAs are neither stored nor
 * protected. No other entry of the package loads this one.
 */
export { createSelfSignedCertificate, createTestCa, type TestCa } from './testing/ca.js'
export { fakeClientCertificate } from './testing/fake-certificate.js'
export type { FakeCertificateFields, FakeName } from './testing/fake-fields.js'
export type {
  TestCaOptions,
  TestCertificateOptions,
  TestCertificateUsage,
  TestKeyType,
} from './testing/options.js'
export type { TestClient, TestRequestOptions, TestResponse } from './testing/request.js'
export {
  startMtlsServer,
  type TestHandler,
  type TestServer,
  type TestServerOptions,
} from './testing/server.js'
export type { TestCertificate } from './testing/test-certificate.js'
