import { type Decoder, DECODERS } from '../parsers/decoders.js'
import type { HeaderEncoding } from '../parsers/encodings.js'
import { type HeaderRule, type Preset, PRESETS } from '../parsers/presets.js'
import { readXfcc } from '../parsers/xfcc/identity.js'
import { decodeXfccHop } from '../parsers/xfcc/index.js'
import type { ForwardedIdentity } from '../certificate/peer-certificate.js'
import { invalidValue } from '../util/errors.js'
import { type ChainHeaderPlan, compileChainHeader } from './chain-header.js'
import type { ParsedExtractorOptions } from './options.js'

type Values = ParsedExtractorOptions['values']

/** Where and how a certificate is read from a request's header; compiled from the options. */
export interface HeaderPlan {
  /** Lower case, like every name here. */
  readonly header: string
  readonly encoding: HeaderEncoding
  readonly decode: HeaderDecoder
  /** Whether the header may hold more than the leaf. */
  readonly mayHoldChain: boolean
  /** `undefined`: the chain has no separate header. */
  readonly chain: ChainHeaderPlan | undefined
  /** Whether certificates after the leaf are read: to show them, or to validate paths. */
  readonly readsChain: boolean
  readonly validatesPaths: boolean
  /** Other headers, with the values that they must have. */
  readonly requiredHeaders: readonly HeaderRule[]
  /** Whether the proxy is known to forward certificates without validating them. */
  readonly isUnvalidated: boolean
  /** Every header that is read, lower case. */
  readonly names: readonly string[]
}

/** A decoder that may also read what the header says about a certificate that it doesn't hold. */
export type HeaderDecoder = (text: string) => ReturnType<Decoder> | ForwardedIdentity

/**
 * Resolves where and how a certificate is read from a header.
 *
 * @param options - with the name of a header, or of a preset for one
 * @throws TypeError `ERR_INVALID_ARG_VALUE`, naming options that cannot be combined
 */
export function compileHeader(options: Values): HeaderPlan {
  const preset = findPreset(options)
  const { header, encoding, chainHeader } = override(preset, options)
  if (encoding === undefined) {
    throw invalidValue('option "certificateHeader"', 'needs "headerEncoding" with it', header)
  }
  const chain = compileChainHeader(chainHeader, encoding, options.chainHeader !== undefined)
  const requiredHeaders = compileRequiredHeaders(options, preset)
  const validatesPaths = options.ca !== undefined
  const readsChain = options.includeChain || validatesPaths
  const plan: HeaderPlan = {
    header: header.toLowerCase(),
    encoding,
    decode: compileDecoder(encoding, options),
    mayHoldChain: preset?.chainInLeafHeader ?? mayCarryChain(encoding, chain, readsChain),
    chain,
    readsChain,
    validatesPaths,
    requiredHeaders,
    isUnvalidated: preset?.validates === 'never',
    names: listNames(header, readsChain ? chain : undefined, requiredHeaders),
  }
  assertDifferentHeaders(plan)
  return Object.freeze(plan)
}

function findPreset({ certificateSource: source }: Values): Preset | undefined {
  return source === undefined || source === 'api-gateway' ? undefined : PRESETS[source]
}

/** Combines the preset's names and encoding with those of the options, which take precedence. */
function override(preset: Preset | undefined, options: Values) {
  return {
    header: (options.certificateHeader ?? preset?.header) as string,
    encoding: options.headerEncoding ?? preset?.encoding,
    chainHeader: options.chainHeader ?? preset?.chainHeader,
  }
}

/**
 * Whether a header without a preset may hold a list. A comma in base64 is read as one only where
 * the chain is wanted and has no separate header. Everywhere else, two copies of a header look like
 * that after something joined them.
 */
function mayCarryChain(
  encoding: HeaderEncoding,
  chain: ChainHeaderPlan | undefined,
  readsChain: boolean,
): boolean {
  return encoding !== 'base64-der' || (chain === undefined && readsChain)
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
  { trustedProxies, xfccHop, ca }: Values,
): HeaderDecoder {
  if (encoding !== 'xfcc') {
    throw invalidValue('option "forwardedIdentity"', `has no meaning with "${encoding}"`, true)
  }
  if (trustedProxies === undefined) {
    throw invalidValue('option "forwardedIdentity"', 'needs "trustedProxies" with it', true)
  }
  if (ca !== undefined) {
    throw invalidValue(
      'option "forwardedIdentity"',
      'cannot be combined with "ca", because a forwarded identity comes without a certificate',
      true,
    )
  }
  return (text) => readXfcc(text, xfccHop)
}

function compileRequiredHeaders(
  { verifyHeader, verifyValue }: Values,
  preset: Preset | undefined,
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
  chain: ChainHeaderPlan | undefined,
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
