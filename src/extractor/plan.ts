import type { TrustStoreOptions } from '../path/options.js'
import { createTrustStore, isTrustStore } from '../path/trust-store.js'
import { invalidValue } from '../util/errors.js'
import { assertDirectTls } from '../util/runtime.js'
import { compileHeader, type HeaderPlan } from './header-plan.js'
import {
  EXCLUDED_BY_API_GATEWAY,
  type ExtractorOptions,
  HEADER_OPTIONS,
  type ParsedExtractorOptions,
  TRUST_OPTIONS,
} from './options.js'
import type { PathTrust } from './path.js'
import { compileProxyTrust, type ProxyTrust } from './proxy-trust.js'

type Values = ParsedExtractorOptions['values']

/** The options, and what is resolved from several of them. */
export interface ExtractorPlan extends Readonly<Values> {
  /** Where the certificate is, if there is a choice. */
  readonly source: 'header' | 'socket' | 'api-gateway'
  /** `undefined`: no header is read. */
  readonly header: HeaderPlan | undefined
  /** `undefined`: no proxy was named, so every peer is trusted. */
  readonly trust: ProxyTrust | undefined
  /** `undefined`: paths aren't validated. */
  readonly paths: PathTrust | undefined
}

/**
 * Resolves options that were parsed.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE`, naming options that cannot be combined;
 *   `ERR_UNSUPPORTED_RUNTIME` where the TLS socket would be read and this runtime doesn't support it
 */
export function compilePlan({ given, values }: ParsedExtractorOptions): ExtractorPlan {
  const { certificateSource, certificateHeader } = values
  const isEvent = certificateSource === 'api-gateway'
  const isHeader = !isEvent && (certificateSource ?? certificateHeader) !== undefined
  const header = isHeader ? compileHeader(values) : undefined
  if (isEvent) forbidBesideApiGateway(given)
  else if (header === undefined) forbidWithoutHeader(given)
  const paths = compilePaths(given)
  const source = isEvent ? 'api-gateway' : header === undefined ? 'socket' : 'header'
  if (source === 'socket') assertDirectTls('options without a certificate header')
  if (values.fallbackToSocket) assertDirectTls('option "fallbackToSocket"')
  return Object.freeze({ ...values, source, header, trust: compileTrust(values), paths })
}

/** A ready trust store has its options already, and a function returns such stores. */
function compilePaths(given: ExtractorOptions): PathTrust | undefined {
  const { ca } = given
  if (ca === undefined) {
    forbidAny(given, TRUST_OPTIONS, 'needs "ca" with it')
    return undefined
  }
  if (typeof ca !== 'function' && !isTrustStore(ca))
    return createTrustStore(pickTrustOptions(given))
  const others = TRUST_OPTIONS.filter((name) => name !== 'ca')
  forbidAny(given, others, 'has no meaning beside a trust store; give it to createTrustStore()')
  return ca
}

function pickTrustOptions(given: ExtractorOptions): TrustStoreOptions {
  const entries = TRUST_OPTIONS.map((name) => [name, given[name]] as const)
  return Object.fromEntries(entries) as unknown as TrustStoreOptions
}

/** Without a header these would do nothing, so a check that the caller wanted would be lost. */
function forbidWithoutHeader(given: ExtractorOptions): void {
  forbidAny(given, HEADER_OPTIONS, 'needs "certificateSource" or "certificateHeader" with it')
  if (typeof given.cache !== 'object') return
  throw invalidValue(
    'option "cache"',
    'limits header certificates: it needs "certificateSource" or "certificateHeader" with it',
    given.cache,
  )
}

function forbidBesideApiGateway(given: ExtractorOptions): void {
  const problem = 'has no meaning with certificateSource "api-gateway"'
  forbidAny(given, EXCLUDED_BY_API_GATEWAY, problem)
}

function forbidAny(
  given: ExtractorOptions,
  names: readonly (keyof ExtractorOptions)[],
  problem: string,
): void {
  const name = names.find((each) => given[each] !== undefined)
  if (name !== undefined) throw invalidValue(`option "${name}"`, problem, given[name])
}

function compileTrust({ trustedProxies, fallbackToSocket }: Values): ProxyTrust | undefined {
  if (trustedProxies === undefined) return undefined
  if (trustedProxies === true && fallbackToSocket) {
    throw invalidValue(
      'option "fallbackToSocket"',
      'cannot tell a proxy from a client when "trustedProxies" is true; name the proxies',
      fallbackToSocket,
    )
  }
  return compileProxyTrust(trustedProxies)
}
