import {
  type Assert,
  assertBoolean,
  assertHeaderName,
  assertOneOf,
  takeOptions,
  assertText,
} from '../assert.js'
import { invalidValue } from '../errors.js'
import { DECODERS, ENCODINGS, type HeaderEncoding } from '../parsers/decoders.js'
import { type CertificateSource, type Preset, PRESETS } from '../parsers/presets.js'
import type { ChainHeaderPlan, HeaderPlan } from './header.js'

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
}

/** The options, checked and resolved once. */
export interface ExtractorPlan {
  /** `null`: only the TLS socket is read. */
  readonly header: HeaderPlan | null
  readonly fallbackToSocket: boolean
  readonly includeChain: boolean
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the option. */
export function compileExtractorOptions(options: ExtractorOptions): ExtractorPlan {
  const own = takeOptions(options, EXTRACTOR_OPTIONS)
  return Object.freeze({
    header: compileHeader(own),
    fallbackToSocket: own.fallbackToSocket ?? false,
    includeChain: own.includeChain ?? false,
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
  const plan: HeaderPlan = {
    header: header.toLowerCase(),
    decode: DECODERS[encoding].leaf,
    allowList: preset?.carriesChain ?? mayCarryChain(encoding, chain, options),
    chain,
    includeChain: options.includeChain === true,
    verify: compileVerify(options),
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

/** Options that mean something only beside a certificate header: ignoring one would lose a check. */
function refuseHeaderOptions(options: ExtractorOptions): null {
  for (const name of ['headerEncoding', 'chainHeader', 'verifyHeader', 'verifyValue'] as const) {
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

function refuseSameHeader({ header, chain, verify }: HeaderPlan): void {
  const names = [header, chain?.header, verify?.header].filter((name) => name !== undefined)
  if (new Set(names).size < names.length) {
    throw invalidValue(
      'options "certificateHeader", "chainHeader" and "verifyHeader"',
      'must name different headers',
      names,
    )
  }
}
