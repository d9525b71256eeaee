import type { PeerCertificate } from 'node:tls'
import { assertFunction } from '../util/assert.js'
import { invalidValue } from '../util/errors.js'
import type { CertificateTest } from './predicate.js'

type CombinedTest = (cert: PeerCertificate, ...rest: unknown[]) => Promise<boolean>

/**
 * Allows a certificate that every test allows. Tests run one after another; the first that says
 * no ends it.
 *
 * @param tests - predicates, or functions of one's own, which may be asynchronous; only `true`
 *   counts as a yes, and what a test throws rejects the promise
 * @throws TypeError without any test, or with anything but functions
 */
export function allOf(...tests: CertificateTest[]): CombinedTest {
  assertTests('allOf', tests)
  return async (...args) => {
    for (const test of tests) if (!(await allows(test, args))) return false
    return true
  }
}

/** Like {@link allOf}, for a certificate that at least one test allows. */
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
  if (tests.length === 0) throw invalidValue(`${name}(...tests)`, 'needs at least one', tests)
  tests.forEach((test, index) => {
    assertFunction(`${name}(...tests)[${String(index)}]`, test)
  })
}
