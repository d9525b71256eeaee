import type { PeerCertificate } from 'node:tls'
import { assertFunction } from '../util/assert.js'
import { invalidValue } from '../util/errors.js'
import type { CertificateTest } from './predicate.js'

type CombinedTest = (cert: PeerCertificate, ...rest: unknown[]) => Promise<boolean>

/**
 * Allows a certificate if every test allows it. Tests run one after another, and the first test that
 * doesn't return `true` is the last to run.
 *
 * @param tests - predicates, or your own functions, which may be asynchronous; a test allows the
 *   certificate only by returning `true`. If a test throws, the promise is rejected with its error.
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` without any test, or `ERR_INVALID_ARG_TYPE` if a
 *   test isn't a function
 * @example
 * import { allOf, allowIssuer, allowOU } from 'passport-client-certificate-auth/helpers'
 *
 * const isAllowed = allOf(allowIssuer({ CN: 'Example CA' }), allowOU('Engineering'))
 * const verify = async (cert) => ((await isAllowed(cert)) ? { name: cert.subject.CN } : null)
 */
export function allOf(...tests: CertificateTest[]): CombinedTest {
  assertTests('allOf', tests)
  return async (...args) => {
    for (const test of tests) if (!(await allows(test, args))) return false
    return true
  }
}

/**
 * Allows a certificate if at least one test allows it. Tests run one after another, and the first test
 * that returns `true` is the last to run.
 *
 * @param tests - as for {@link allOf}
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` without any test, or `ERR_INVALID_ARG_TYPE` if a
 *   test isn't a function
 * @example
 * import { allowCN, allowOU, anyOf } from 'passport-client-certificate-auth/helpers'
 *
 * const isAllowed = anyOf(allowOU('Engineering'), allowCN(['alice', 'bob']))
 */
export function anyOf(...tests: CertificateTest[]): CombinedTest {
  assertTests('anyOf', tests)
  return async (...args) => {
    for (const test of tests) if (await allows(test, args)) return true
    return false
  }
}

async function allows(test: CertificateTest, args: Parameters<CombinedTest>): Promise<boolean> {
  const answer: unknown = await test(...(args as Parameters<CertificateTest>))
  return answer === true
}

function assertTests(name: string, tests: readonly unknown[]): void {
  if (tests.length === 0) throw invalidValue(`${name}(...tests)`, 'needs at least one test', tests)
  tests.forEach((test, index) => {
    assertFunction(`${name}(...tests)[${String(index)}]`, test)
  })
}
