import {
  assertBoolean,
  assertHeaderName,
  assertIntegerBetween,
  assertOneOf,
  assertText,
} from '../util/assert.js'
import {
  optional,
  type OptionTable,
  type ParsedOptions,
  parseOptions,
  withDefault,
} from '../util/options.js'
import { ENCODINGS, type HeaderEncoding } from '../parsers/encodings.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'
import { type CertificateSource, PRESETS } from '../parsers/presets.js'
import type { CertificateSources } from '../path/load.js'
import type { TrustStoreOptions } from '../path/options.js'
import type { PathTrust } from './path.js'
import { type CacheLimits, type CacheOptions, parseCacheLimits } from './certificate-cache.js'
import { parseTrustedProxies, type TrustedPeers, type TrustedProxies } from './proxy-trust.js'

/**
 * Where the client's certificate comes from, and which CAs have to have issued it. Without any option: from
 * the TLS socket, whose CAs Node checks.
 */
export interface ExtractorOptions extends Omit<TrustStoreOptions, 'ca'> {
  /**
   * A known proxy in front, which sets header names, encoding and chain convention; or
   * `'api-gateway'`, for an application that serverless-http or the like runs in a Lambda function:
   * then the certificate is in the event, and the event in `req.apiGateway.event`. Default: none.
   */
  certificateSource?: CertificateSource | 'api-gateway' | undefined
  /** Name of the header with the certificate; overrides the preset's. Default: the preset's. */
  certificateHeader?: string | undefined
  /**
   * Name of a second header that carries the rest of the chain; a `*` at its end means the
   * numbers 0 to 8, one header each. Default: the preset's, if any.
   */
  chainHeader?: string | undefined
  /** How the header is encoded. Required with `certificateHeader` alone. Default: the preset's. */
  headerEncoding?: HeaderEncoding | undefined
  /**
   * Whether to try the TLS socket when the header yields nothing. A verification header that doesn't
   * match still rejects the client. Default: `false`.
   */
  fallbackToSocket?: boolean | undefined
  /** Whether `issuerCertificate` links are kept, from socket and header alike. Default: `false`. */
  includeChain?: boolean | undefined
  /**
   * Name of the header in which the proxy says whether it verified the certificate. Default: what the
   * preset knows of such headers, if anything.
   */
  verifyHeader?: string | undefined
  /** The exact value that `verifyHeader` must have. Required with it. Default: none. */
  verifyValue?: string | undefined
  /**
   * The proxies whose certificate header is trusted: IP addresses, networks such as
   * `'10.0.0.0/8'`, the words `'loopback'`, `'linklocal'`, `'uniquelocal'` and `'unix'`, a list of
   * those; `{ ca, intermediates, allow }`, to trust proxies that present a certificate of these CAs; or a
   * function that decides about the peer of each request and must return `true`. The
   * header of any other peer isn't read. `true` trusts every peer, so use it only where the network lets
   * no other peer than the proxy connect. Default: every peer, with a warning once per process.
   */
  trustedProxies?: TrustedProxies | undefined
  /**
   * The element of `X-Forwarded-Client-Cert` to read when several proxies append one: 0 is the
   * element of the nearest proxy, 1 the one before it, up to 9. Default: there must be exactly one element.
   */
  xfccHop?: number | undefined
  /**
   * Whether an element of `X-Forwarded-Client-Cert` without a certificate is accepted, for its
   * fingerprint, subject and URI. There are no dates to check then, and no key.
   * Only with `trustedProxies`. Default: `false`.
   */
  forwardedIdentity?: boolean | undefined
  /**
   * The CAs that you trust to issue certificates of clients: PEM or DER, one or a bundle, or a list; a store
   * from `createTrustStore()`, which can be replaced while the server runs; or a function that returns the
   * store for a request, such as that of a tenant, and `undefined` to reject the request. A certificate is
   * then accepted only if a valid path leads from it to one of these CAs (RFC 5280 section 6). With
   * `includeChain`, the request gets this path. Default: none, so the server or the proxy that terminates TLS
   * has to validate paths.
   */
  ca?: CertificateSources | PathTrust | undefined
  /**
   * Whether the certificate's dates are compared with the clock on every request: a handshake
   * checks them once, and its connection may live for days. Default: `true`.
   */
  checkValidity?: boolean | undefined
  /**
   * Whether certificates are kept between requests, so that each is read once: those from a header
   * by their exact text, within limits, and that of a connection for as long as its handshake is the
   * last. Every request gets a separate copy. With `ca`, the verdict about a path is kept too: until the
   * first CA on the path expires, or the trust store is replaced, and for a minute if it is a rejection.
   * Default: `true`, at most 1,000 header certificates (or chains) and 16 MiB of them.
   */
  cache?: boolean | CacheOptions | undefined
}

/** The options with a default, and those that are compiled. The others stay as they are given. */
export interface CompiledExtractorOptions {
  readonly fallbackToSocket: boolean
  readonly includeChain: boolean
  /** `undefined`: no proxy was named, so every peer is trusted, with a warning. */
  readonly trustedProxies: TrustedPeers | undefined
  readonly forwardedIdentity: boolean
  readonly checkValidity: boolean
  /** `undefined`: nothing is kept between requests. */
  readonly cache: CacheLimits | undefined
}

export type ParsedExtractorOptions = ParsedOptions<ExtractorOptions, CompiledExtractorOptions>

/** Not taken from the table in `path/`, because that would load the code for paths in every application. */
const TRUST_OPTION_NAMES: Readonly<Record<keyof TrustStoreOptions, true>> = {
  ca: true,
  intermediates: true,
  policies: true,
  requireExplicitPolicy: true,
  inhibitPolicyMapping: true,
  inhibitAnyPolicy: true,
  extendedKeyUsage: true,
  anyExtendedKeyUsage: true,
  maxDepth: true,
  crl: true,
  revocation: true,
  revocationPolicy: true,
}

/** The options of a trust store, which `createTrustStore()` checks. */
export const TRUST_OPTIONS = Object.keys(TRUST_OPTION_NAMES) as (keyof TrustStoreOptions)[]

const UNCHECKED = optional((_name, value) => value)

export const PATH_OPTIONS = Object.fromEntries(
  TRUST_OPTIONS.map((name) => [name, UNCHECKED]),
) as OptionTable<keyof TrustStoreOptions>

/** How each option is checked, and its default. */
export const EXTRACTOR_OPTIONS: OptionTable<keyof ExtractorOptions, CompiledExtractorOptions> = {
  certificateSource: optional(assertOneOf([...Object.keys(PRESETS), 'api-gateway'])),
  certificateHeader: optional(assertHeaderName),
  chainHeader: optional(assertHeaderName),
  headerEncoding: optional(assertOneOf(ENCODINGS)),
  fallbackToSocket: withDefault(assertBoolean, false),
  includeChain: withDefault(assertBoolean, false),
  verifyHeader: optional(assertHeaderName),
  verifyValue: optional(assertText),
  trustedProxies: optional(parseTrustedProxies),
  xfccHop: optional(assertIntegerBetween(0, MAX_CHAIN_CERTS - 1)),
  forwardedIdentity: withDefault(assertBoolean, false),
  ...PATH_OPTIONS,
  // A server takes the same store as "trust".
  ca: { ...UNCHECKED, otherName: 'trust' },
  checkValidity: withDefault(assertBoolean, true),
  cache: withDefault(parseCacheLimits, true),
}

export function parseExtractorOptions(options: ExtractorOptions): ParsedExtractorOptions {
  return parseOptions(options, EXTRACTOR_OPTIONS)
}

/** The options that need a certificate header. A message names the first of them that is given. */
export const HEADER_OPTIONS: readonly (keyof ExtractorOptions)[] = [
  'headerEncoding',
  'chainHeader',
  'verifyHeader',
  'verifyValue',
  'trustedProxies',
  'xfccHop',
  'forwardedIdentity',
]

/** The options that `certificateSource: 'api-gateway'` excludes, in the same way. */
export const EXCLUDED_BY_API_GATEWAY: readonly (keyof ExtractorOptions)[] = [
  ...HEADER_OPTIONS,
  'certificateHeader',
  'fallbackToSocket',
  'includeChain',
]
