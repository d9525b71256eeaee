import { encodeDottedOid } from '../certificate/oid.js'
import {
  assertBoolean,
  assertFunction,
  assertIntegerBetween,
  assertOneOf,
  type Parse,
} from '../util/assert.js'
import { invalidType, invalidValue } from '../util/errors.js'
import { optional, type OptionTable, withDefault } from '../util/options.js'
import { type CertificateSources, loadCertificates } from './load.js'
import { checkCa } from './rules.js'
import type { PathCertificate } from './certificate.js'
import type { RevocationFunction } from './crl/ask.js'
import { type CrlSource, type CrlSources, parseCrlSources } from './crl/load.js'
import { ANY_POLICY, type PolicyId } from './policy-extensions.js'

/** Options of {@link createTrustStore}. */
export interface TrustStoreOptions {
  /**
   * The CAs that you trust to issue certificates of clients: PEM or DER, one or a bundle, or a list. They
   * needn't be roots. A path ends at the first of these CAs, and everything about it is checked but its
   * own signature.
   */
  ca: CertificateSources
  /**
   * CAs that may lie between a client and your CAs. They aren't trusted by themselves. Clients may send
   * them too, but Node loses them when a TLS session is resumed.
   */
  intermediates?: CertificateSources | undefined
  /** Certificate policies in dotted form. At least one of them has to hold for the path. */
  policies?: readonly string[] | undefined
  /** Whether a path needs a valid policy. Default: `true` with `policies`, else `false`. */
  requireExplicitPolicy?: boolean | undefined
  /** Whether CAs must not map policies to others. Default: `false`. */
  inhibitPolicyMapping?: boolean | undefined
  /** Whether anyPolicy in a certificate doesn't include the policies that you require. Default: `false`. */
  inhibitAnyPolicy?: boolean | undefined
  /**
   * Extended key usages in dotted form. Each certificate of the path that has the extension needs all of
   * them. Default: `['1.3.6.1.5.5.7.3.2']`, client authentication.
   */
  extendedKeyUsage?: readonly string[] | undefined
  /** Whether anyExtendedKeyUsage in a certificate includes all of these. Default: `false`. */
  anyExtendedKeyUsage?: boolean | undefined
  /** The most CAs between the leaf and your CA: 0 to 10. Default: 5. */
  maxDepth?: number | undefined
  /**
   * Certificate revocation lists (CRLs): PEM or DER, one or a bundle, or a list. Each is complete, and signed by
   * the CA whose certificates it is about. Without a list for each CA of a path, `revocationPolicy` decides.
   */
  crl?: CrlSources | undefined
  /**
   * Says whether a certificate is revoked, from your own cache. It must return `'good'`, `'revoked'` or
   * `'unknown'` at once. It is called on every request, for each certificate below your CA. With `crl`, either
   * can reject a certificate.
   */
  revocation?: RevocationFunction | undefined
  /**
   * How to decide about a certificate whose status isn't known: `'require'` rejects it, and `'soft'` accepts it.
   * Default: `'require'`, if `crl` or `revocation` is given.
   */
  revocationPolicy?: 'require' | 'soft' | undefined
}

/** The options that are compiled to another type. */
export interface CompiledOptions {
  ca: readonly PathCertificate[] | undefined
  intermediates: readonly PathCertificate[]
  policies: ReadonlySet<PolicyId> | undefined
  inhibitPolicyMapping: boolean
  inhibitAnyPolicy: boolean
  extendedKeyUsage: readonly string[]
  anyExtendedKeyUsage: boolean
  maxDepth: number
  crl: readonly CrlSource[] | undefined
  revocation: RevocationFunction | undefined
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const LABELS = /^(?:X509 )?CERTIFICATE$/

export const TRUST_STORE_OPTIONS: OptionTable<keyof TrustStoreOptions, CompiledOptions> = {
  ca: optional((name, value) =>
    loadCertificates(value, { name, noun: 'CA certificate', labels: LABELS }, checkCa),
  ),
  intermediates: { parse: parseIntermediates, default: [] },
  policies: optional(assertPolicies),
  requireExplicitPolicy: optional(assertBoolean),
  inhibitPolicyMapping: withDefault(assertBoolean, false),
  inhibitAnyPolicy: withDefault(assertBoolean, false),
  extendedKeyUsage: withDefault(assertOids, [CLIENT_AUTH]),
  anyExtendedKeyUsage: withDefault(assertBoolean, false),
  maxDepth: withDefault(assertIntegerBetween(0, 10), 5),
  crl: optional(parseCrlSources),
  revocation: optional(assertFunction as Parse<RevocationFunction>),
  revocationPolicy: optional(assertOneOf(['require', 'soft'])),
}

/** An application may have none, and then gives an empty list. */
function parseIntermediates(name: string, value: unknown): PathCertificate[] {
  if (Array.isArray(value) && value.length === 0) return []
  const option = { name, noun: 'certificate', labels: LABELS }
  // A certificate that can't be an issuer is never used, so it does no harm in a bundle.
  return loadCertificates(value, option, () => undefined)
}

/** The list with any policy is the same as no list (RFC 5280 6.1.1 (c)). */
function assertPolicies(name: string, value: unknown): ReadonlySet<PolicyId> {
  const policies = new Set(assertOids(name, value))
  if (!policies.has(ANY_POLICY)) return policies
  throw invalidValue(
    name,
    'must not hold anyPolicy: leave the option out, or set requireExplicitPolicy',
    value,
  )
}

/** Object identifiers as hexadecimal digits of their contents. */
function assertOids(...[name, value]: Parameters<Parse>): string[] {
  if (!Array.isArray(value)) throw invalidType(name, 'a list of object identifiers', value)
  if (value.length === 0) throw invalidValue(name, 'must not be empty', value)
  return value.map((text: unknown) => {
    const oid = typeof text === 'string' ? encodeDottedOid(text) : undefined
    if (oid !== undefined) return oid
    throw invalidValue(name, "must hold object identifiers such as '1.3.6.1.5.5.7.3.2'", text)
  })
}
