import { parseOptions } from '../util/options.js'
import { createIdentity, type Identity, signCertificate, writeName } from './certificate.js'
import { caExtensions, leafExtensions } from './extensions.js'
import {
  CA_OPTIONS,
  LEAF_OPTIONS,
  type TestCaOptions,
  type TestCertificateOptions,
} from './options.js'
import { type TestCertificate, toTestCertificate } from './test-certificate.js'

/** A CA **for tests only**. Never configure it in a server that other people can reach. */
export interface TestCa extends TestCertificate {
  /** The certificate of the root, in PEM: what a server trusts, as its option `ca`. */
  readonly ca: string
  /**
   * Issues a certificate, for a client unless `usage` says otherwise.
   *
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
   */
  readonly issue: (options?: TestCertificateOptions) => TestCertificate
  /**
   * Makes a CA below this one. Clients have to present the `chain` of certificates that it issues.
   *
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
   */
  readonly createIntermediate: (options?: TestCaOptions) => TestCa
}

/** The issuer of a certificate, with what its clients have to present and its servers have to trust. */
interface Parent extends Identity {
  readonly ca: string
  readonly intermediates: readonly Buffer[]
}

/**
 * Makes a CA **for tests only**, in memory and synchronously, in about a millisecond. Anyone who can read
 * your tests can also make such a CA, and nothing stores or protects its private key.
 *
 * @param options - the subject, the validity and the kind of key; all have defaults
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
 * @example
 * import { createTestCa } from 'passport-client-certificate-auth/testing'
 *
 * const ca = createTestCa()
 * const alice = ca.issue({ commonName: 'alice', san: 'email:alice@example.com' })
 * const expired = ca.issue({ commonName: 'alice', notAfter: new Date(Date.now() - 60_000) })
 * const users = new Map([[alice.fingerprint256, { name: 'alice' }]])
 */
export function createTestCa(options: TestCaOptions = {}): TestCa {
  return makeCa(options, 'Test CA', undefined)
}

/**
 * Makes a certificate **for tests only** that no CA has issued: its own key signs it, so a server rejects
 * it with `DEPTH_ZERO_SELF_SIGNED_CERT`.
 *
 * @param options - as for `issue()` of a test CA
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
 * @example
 * import { createSelfSignedCertificate } from 'passport-client-certificate-auth/testing'
 *
 * const impostor = createSelfSignedCertificate({ commonName: 'alice' })
 */
export function createSelfSignedCertificate(options: TestCertificateOptions = {}): TestCertificate {
  return issue(options, undefined)
}

function issue(options: TestCertificateOptions, parent: Parent | undefined): TestCertificate {
  const { values } = parseOptions(options, LEAF_OPTIONS)
  const { commonName = 'Test client', keyType } = values
  const own = createIdentity(writeName(commonName, values), keyType)
  const issuer = parent ?? own
  const extensions = leafExtensions(own, issuer, values)
  const raw = signCertificate(own, issuer, extensions, values)
  const intermediates = parent?.intermediates ?? []
  return toTestCertificate({ raw, key: own.key, commonName, intermediates })
}

function makeCa(options: TestCaOptions, defaultName: string, parent: Parent | undefined): TestCa {
  const { values } = parseOptions(options, CA_OPTIONS)
  const { commonName = defaultName, keyType } = values
  const own = createIdentity(writeName(commonName, values), keyType)
  const issuer = parent ?? own
  const raw = signCertificate(own, issuer, caExtensions(own, issuer), values)
  const above = parent?.intermediates ?? []
  const certificate = toTestCertificate({ raw, key: own.key, commonName, intermediates: above })
  const ca = parent?.ca ?? certificate.cert
  // Servers already have the root, so clients present only the CAs below it.
  const self: Parent = { ...own, ca, intermediates: parent === undefined ? [] : [raw, ...above] }
  return Object.freeze({
    ...certificate,
    ca,
    issue: (leaf: TestCertificateOptions = {}) => issue(leaf, self),
    createIntermediate: (next: TestCaOptions = {}) => makeCa(next, 'Test intermediate CA', self),
  })
}
