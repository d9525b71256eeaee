import { invalidValue } from '../util/errors.js'
import { DECODERS, type HeaderEncoding } from '../parsers/decoders.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'
import { type HeaderRule, type Preset, PRESETS } from '../parsers/presets.js'
import { decodeXfccHop } from '../parsers/xfcc/index.js'
import { readXfcc } from '../parsers/xfcc/identity.js'
import { assertDirectTls } from '../util/runtime.js'
import type { ChainHeaderPlan, HeaderDecoder, HeaderPlan } from './header.js'
import {
  EXCLUDED_BY_API_GATEWAY,
  type ExtractorOptions,
  HEADER_OPTIONS,
  type ParsedExtractorOptions,
} from './options.js'
import { compileProxyTrust, type ProxyTrust } from './proxy-trust.js'

type Values = ParsedExtractorOptions['values']

/** The options, and what is resolved from several of them. */
export interface ExtractorPlan extends Readonly<Values> {
  /** Where the certificate is, if there is a choice. */
  readonly source: 'header' | 'socket' | 'api-gateway'
  /** `null`: no header is read. */
  readonly header: HeaderPlan | null
  /** `null`: no proxy was named, so every peer is trusted. */
  readonly trust: ProxyTrust | null
}

/**
 * Resolves options that were parsed.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE`, naming options that cannot be combined;
 *   `ERR_UNSUPPORTED_RUNTIME` where the TLS socket would be read and this runtime doesn't support it
 */
export function compilePlan({ given, values }: ParsedExtractorOptions): ExtractorPlan {
  const isEvent = values.certificateSource === 'api-gateway'
  const header = isEvent ? null : compileHeader(values)
  if (isEvent) forbidBesideApiGateway(given)
  else if (header === null) forbidWithoutHeader(given)
  const source = isEvent ? 'api-gateway' : header === null ? 'socket' : 'header'
  if (source === 'socket') assertDirectTls('options without a certificate header')
  if (values.fallbackToSocket) assertDirectTls('option "fallbackToSocket"')
  return Object.freeze({ ...values, source, header, trust: compileTrust(values) })
}

function compileHeader(options: Values): HeaderPlan | null {
  const preset = findPreset(options)
  const { header, encoding, chainHeader } = override(preset, options)
  if (header === undefined) return null
  if (encoding === undefined) {
    throw invalidValue('option "certificateHeader"', 'needs "headerEncoding" with it', header)
  }
  const chain = compileChain(chainHeader, encoding, options.chainHeader !== undefined)
  const requiredHeaders = compileRequiredHeaders(options, preset)
  const plan: HeaderPlan = {
    header: header.toLowerCase(),
    encoding,
    decode: compileDecoder(encoding, options),
    mayHoldChain: preset?.chainInLeafHeader ?? mayCarryChain(encoding, chain, options),
    chain,
    includeChain: options.includeChain,
    requiredHeaders,
    isUnvalidated: preset?.validates === 'never',
    names: listNames(header, options.includeChain ? chain : null, requiredHeaders),
  }
  assertDifferentHeaders(plan)
  return Object.freeze(plan)
}

function findPreset({ certificateSource: source }: Values): Preset | null {
  return source === undefined || source === 'api-gateway' ? null : PRESETS[source]
}

/** Combines the preset's names and encoding with those of the options, which take precedence. */
function override(preset: Preset | null, options: Values) {
  return {
    header: options.certificateHeader ?? preset?.header,
    encoding: options.headerEncoding ?? preset?.encoding,
    chainHeader: options.chainHeader ?? preset?.chainHeader ?? null,
  }
}

/**
 * Whether a header without a preset may hold a list. A comma in base64 is read as one only where
 * the chain is wanted and has no separate header. Everywhere else, two copies of a header look like
 * that after something joined them.
 */
function mayCarryChain(
  encoding: HeaderEncoding,
  chain: ChainHeaderPlan | null,
  { includeChain }: Values,
): boolean {
  return encoding !== 'base64-der' || (chain === null && includeChain)
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

function compileDecoder(encoding: HeaderEncoding, options: Values): HeaderDecoder {
  const { xfccHop, forwardedIdentity } = options
  if (xfccHop !== undefined && encoding !== 'xfcc') {
    throw invalidValue('option "xfccHop"', `has no meaning with "${encoding}"`, xfccHop)
  }
  if (forwardedIdentity) return compileIdentityDecoder(encoding, options)
  return xfccHop === undefined ? DECODERS[encoding].leaf : (text) => decodeXfccHop(text, xfccHop)
}

function compileIdentityDecoder(
  encoding: HeaderEncoding,
  { trustedProxies, xfccHop }: Values,
): HeaderDecoder {
  if (encoding !== 'xfcc') {
    throw invalidValue('option "forwardedIdentity"', `has no meaning with "${encoding}"`, true)
  }
  if (trustedProxies === undefined) {
    throw invalidValue('option "forwardedIdentity"', 'needs "trustedProxies" with it', true)
  }
  return (text) => readXfcc(text, xfccHop)
}

function compileTrust({ trustedProxies, fallbackToSocket }: Values): ProxyTrust | null {
  if (trustedProxies === undefined) return null
  if (trustedProxies === true && fallbackToSocket) {
    throw invalidValue(
      'option "fallbackToSocket"',
      'cannot tell a proxy from a client when "trustedProxies" is true; name the proxies',
      fallbackToSocket,
    )
  }
  return compileProxyTrust(trustedProxies)
}

function compileChain(
  name: string | null,
  encoding: HeaderEncoding,
  isOwn: boolean,
): ChainHeaderPlan | null {
  if (name === null) return null
  const decode = DECODERS[encoding].chain
  if (decode === null) {
    if (!isOwn) {
      throw invalidValue(
        'option "headerEncoding"',
        `has no chain header such as "${name}"`,
        encoding,
      )
    }
    throw invalidValue('option "chainHeader"', `has no meaning with "${encoding}"`, name)
  }
  return {
    headers: listNumbered(name.toLowerCase()),
    encoding,
    decode,
    repeatable: encoding === 'rfc9440',
  }
}

/** Apache has a separate variable for each certificate of a chain, and `*` means their numbers. */
function listNumbered(name: string): string[] {
  const star = name.indexOf('*')
  if (star === -1) return [name]
  if (star < name.length - 1) {
    throw invalidValue('option "chainHeader"', 'may have a * at its end only, for a number', name)
  }
  return Array.from({ length: MAX_CHAIN_CERTS - 1 }, (_, number) => name.replace('*', `${number}`))
}

function compileRequiredHeaders(
  { verifyHeader, verifyValue }: Values,
  preset: Preset | null,
): readonly HeaderRule[] {
  if (verifyHeader === undefined && verifyValue === undefined) return preset?.requiredHeaders ?? []
  if (verifyHeader === undefined || verifyValue === undefined) {
    throw invalidValue(
      'options "verifyHeader" and "verifyValue"',
      'must be given together',
      verifyHeader ?? verifyValue,
    )
  }
  const rule: HeaderRule = { header: verifyHeader.toLowerCase(), value: verifyValue }
  // Ignores properties of Object.prototype.
  return [Object.freeze(Object.setPrototypeOf(rule, null) as HeaderRule)]
}

function listNames(
  header: string,
  chain: ChainHeaderPlan | null,
  requiredHeaders: HeaderPlan['requiredHeaders'],
): string[] {
  const others = [...(chain?.headers ?? []), ...requiredHeaders.map((rule) => rule.header)]
  return [header.toLowerCase(), ...others]
}

function assertDifferentHeaders({ header, chain, requiredHeaders }: HeaderPlan): void {
  const names = listNames(header, chain, requiredHeaders)
  // Servers that turn names into variables don't tell `_` and `-` apart.
  if (new Set(names.map((name) => name.replaceAll('_', '-'))).size < names.length) {
    throw invalidValue(
      'options "certificateHeader", "chainHeader" and "verifyHeader"',
      'must name different headers',
      names,
    )
  }
}
