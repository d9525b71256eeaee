import {
  type Assert,
  assertBoolean,
  assertHeaderName,
  assertIntegerBelow,
  assertOneOf,
  takeOptions,
  assertText,
} from '../assert.js'
import { invalidValue } from '../errors.js'
import { type Decoder, DECODERS, ENCODINGS, type HeaderEncoding } from '../parsers/decoders.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'
import { type CertificateSource, type Preset, PRESETS } from '../parsers/presets.js'
import { decodeXfccHop } from '../parsers/xfcc.js'
import type { ChainHeaderPlan, HeaderPlan } from './header.js'
import {
  assertTrustedProxies,
  compileProxyTrust,
  type ProxyTrust,
  type TrustedProxies,
} from './proxy-trust.js'

/** Where the client's certificate comes from. Without any option: from the TLS socket. */
export interface ExtractorOptions {
  /** A known proxy in front, which sets header names, encoding and chain convention. Default: none. */
  certificateSource?: CertificateSource | undefined
  /** Name of the header with the certificate; overrides the preset's. Default: the preset's. */
  certificateHeader?: string | undefined
  /** Name of a second header that carries the rest of the chain. Default: the preset's, if any. */
  chainHeader?: string | undefined
  /** How the header is encoded. Required with `certificateHeader` alone. Default: the preset's. */
  headerEncoding?: HeaderEncoding | undefined
  /**
   * Whether to try the TLS socket when the header yields nothing. A verification header that does
   * not match is an answer, not nothing: it still refuses. Default: `false`.
   */
  fallbackToSocket?: boolean | undefined
  /** Whether `issuerCertificate` links are kept, from socket and header alike. Default: `false`. */
  includeChain?: boolean | undefined
  /** Name of the header in which the proxy says whether it verified the certificate. Default: none. */
  verifyHeader?: string | undefined
  /** What `verifyHeader` must say, to the letter. Required with it. Default: none. */
  verifyValue?: string | undefined
  /**
   * Who may say who the client is, when it is said in a header: IP addresses, networks such as
   * `'10.0.0.0/8'`, the words `'loopback'`, `'linklocal'`, `'uniquelocal'` and `'unix'`, a list of
   * those, or a function that decides about the peer of each request and must return `true`. The
   * header of anybody else is not read. `true` trusts every peer: the network sees to it that only
   * the proxy connects. Default: every peer, with a warning once per process.
   */
  trustedProxies?: TrustedProxies | undefined
  /**
   * Whose element of `X-Forwarded-Client-Cert` to read where proxies append theirs: 0 is the
   * nearest proxy's, 1 the one before, up to 9. Default: there must be exactly one element.
   */
  xfccHop?: number | undefined
  /**
   * Whether the certificate's dates are compared with the clock on every request: a handshake
   * checks them once, and its connection may live for days. Default: `true`.
   */
  checkValidity?: boolean | undefined
}

/** How each option is checked. */
export const EXTRACTOR_OPTIONS: Readonly<Record<keyof ExtractorOptions, Assert>> = {
  certificateSource: assertOneOf(Object.keys(PRESETS)),
  certificateHeader: assertHeaderName,
  chainHeader: assertHeaderName,
  headerEncoding: assertOneOf(ENCODINGS),
  fallbackToSocket: assertBoolean,
  includeChain: assertBoolean,
  verifyHeader: assertHeaderName,
  verifyValue: assertText,
  trustedProxies: assertTrustedProxies,
  xfccHop: assertIntegerBelow(MAX_CHAIN_CERTS),
  checkValidity: assertBoolean,
}

/** The options, checked and resolved once. */
export interface ExtractorPlan {
  /** `null`: only the TLS socket is read. */
  readonly header: HeaderPlan | null
  /** `null`: nobody was named, so every peer is believed. */
  readonly trust: ProxyTrust | null
  readonly fallbackToSocket: boolean
  readonly includeChain: boolean
  readonly checkValidity: boolean
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the option. */
export function compileExtractorOptions(options: ExtractorOptions): ExtractorPlan {
  const own = takeOptions(options, EXTRACTOR_OPTIONS)
  return Object.freeze({
    header: compileHeader(own),
    trust: compileTrust(own),
    fallbackToSocket: own.fallbackToSocket ?? false,
    includeChain: own.includeChain ?? false,
    checkValidity: own.checkValidity ?? true,
  })
}

function compileHeader(options: ExtractorOptions): HeaderPlan | null {
  const preset = options.certificateSource ? PRESETS[options.certificateSource] : null
  const { header, encoding, chainHeader } = override(preset, options)
  if (header === undefined) return refuseHeaderOptions(options)
  if (encoding === undefined) {
    throw invalidValue('option "certificateHeader"', 'needs "headerEncoding" with it', header)
  }
  const chain = compileChain(chainHeader, encoding, options.chainHeader !== undefined)
  const verify = compileVerify(options)
  const plan: HeaderPlan = {
    header: header.toLowerCase(),
    decode: compileDecoder(encoding, options),
    allowList: preset?.carriesChain ?? mayCarryChain(encoding, chain, options),
    chain,
    includeChain: options.includeChain === true,
    verify,
    isUnvalidated: preset?.validates === 'never',
    names: listNames(header, options.includeChain === true ? chain : null, verify),
  }
  refuseSameHeader(plan)
  return Object.freeze(plan)
}

/** The preset's names and encoding, and in front of them the options' own. */
function override(preset: Preset | null, options: ExtractorOptions) {
  return {
    header: options.certificateHeader ?? preset?.header,
    encoding: options.headerEncoding ?? preset?.encoding,
    chainHeader: options.chainHeader ?? preset?.chainHeader ?? null,
  }
}

/**
 * Whether a header without a preset may hold a list. A comma in base64 is read as one only where
 * the chain is wanted and has no header of its own: everywhere else it is what two copies of a
 * header look like after something joined them.
 */
function mayCarryChain(
  encoding: HeaderEncoding,
  chain: ChainHeaderPlan | null,
  options: ExtractorOptions,
): boolean {
  return encoding !== 'base64-der' || (chain === null && options.includeChain === true)
}

const HEADER_OPTIONS = [
  'headerEncoding',
  'chainHeader',
  'verifyHeader',
  'verifyValue',
  'trustedProxies',
  'xfccHop',
] as const

/** Options that mean something only beside a certificate header: ignoring one would lose a check. */
function refuseHeaderOptions(options: ExtractorOptions): null {
  for (const name of HEADER_OPTIONS) {
    if (options[name] !== undefined) {
      throw invalidValue(
        `option "${name}"`,
        'needs "certificateSource" or "certificateHeader" with it',
        options[name],
      )
    }
  }
  return null
}

function compileDecoder(encoding: HeaderEncoding, { xfccHop }: ExtractorOptions): Decoder {
  if (xfccHop === undefined) return DECODERS[encoding].leaf
  if (encoding !== 'xfcc') {
    throw invalidValue('option "xfccHop"', `has no meaning with "${encoding}"`, xfccHop)
  }
  return (text) => decodeXfccHop(text, xfccHop)
}

function compileTrust({ trustedProxies, fallbackToSocket }: ExtractorOptions): ProxyTrust | null {
  if (trustedProxies === undefined) return null
  if (trustedProxies === true && fallbackToSocket === true) {
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
  return { header: name.toLowerCase(), decode, repeatable: encoding === 'rfc9440' }
}

function compileVerify({ verifyHeader, verifyValue }: ExtractorOptions): HeaderPlan['verify'] {
  if (verifyHeader === undefined && verifyValue === undefined) return null
  if (verifyHeader === undefined || verifyValue === undefined) {
    throw invalidValue(
      'options "verifyHeader" and "verifyValue"',
      'must be given together',
      verifyHeader ?? verifyValue,
    )
  }
  return { header: verifyHeader.toLowerCase(), value: verifyValue }
}

function listNames(
  header: string,
  chain: ChainHeaderPlan | null,
  verify: HeaderPlan['verify'],
): string[] {
  return [header.toLowerCase(), chain?.header, verify?.header].filter((name) => name !== undefined)
}

function refuseSameHeader({ header, chain, verify }: HeaderPlan): void {
  const names = listNames(header, chain, verify)
  // `_` and `-` are told apart by nobody who turns names into variables.
  if (new Set(names.map((name) => name.replaceAll('_', '-'))).size < names.length) {
    throw invalidValue(
      'options "certificateHeader", "chainHeader" and "verifyHeader"',
      'must name different headers',
      names,
    )
  }
}
