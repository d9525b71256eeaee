import { linkChain } from '../certificate/chain.js'
import { parseDer, toPeerCertificate } from '../certificate/peer-certificate.js'
import type { Decoder } from '../parsers/decoders.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'
import { readField, type RequestLike } from './request.js'
import { type ExtractionResult, failWith, succeed } from './result.js'

/** Where and how a certificate is read from a request's header; compiled from the options. */
export interface HeaderPlan {
  /** Lower case, like every name here. */
  readonly header: string
  readonly decode: Decoder
  /** Whether the header may hold more than the leaf. */
  readonly allowList: boolean
  readonly chain: ChainHeaderPlan | null
  readonly includeChain: boolean
  readonly verify: { readonly header: string; readonly value: string } | null
}

export interface ChainHeaderPlan {
  readonly header: string
  readonly decode: Decoder
  /** Whether the header may be sent over several lines. */
  readonly repeatable: boolean
}

/** Reads the client's certificate from what the proxy in front wrote into the request. */
export function extractFromHeader(request: RequestLike, plan: HeaderPlan): ExtractionResult {
  try {
    if (!isVerified(request, plan)) return failWith('verification_header_mismatch')
    const ders = readCertificates(request, plan)
    return ders === undefined ? failWith('header_missing_or_malformed') : parse(ders, plan)
  } catch {
    // The request object itself is odd: no headers, or a getter that throws.
    return failWith('header_missing_or_malformed')
  }
}

/** A missing verification header is a mismatch: proxies can be made to drop it. */
function isVerified(request: RequestLike, { verify }: HeaderPlan): boolean {
  if (verify === null) return true
  try {
    return readField(request, verify.header) === verify.value
  } catch {
    return false
  }
}

/** The DER of the leaf and, where it is wanted, of the rest of the chain. */
function readCertificates(request: RequestLike, plan: HeaderPlan): Buffer[] | undefined {
  const text = readField(request, plan.header)
  const ders = typeof text === 'string' ? plan.decode(text) : undefined
  if (ders === undefined || (ders.length > 1 && !plan.allowList)) return undefined
  if (!plan.includeChain || plan.chain === null) return ders
  const chain = readChain(request, plan.chain)
  if (chain === undefined || ders.length + chain.length > MAX_CHAIN_CERTS) return undefined
  return [...ders, ...chain]
}

function readChain(request: RequestLike, plan: ChainHeaderPlan): Buffer[] | undefined {
  const text = readField(request, plan.header, plan.repeatable)
  if (text === undefined) return undefined
  return text === null || isUnfilled(text) ? [] : plan.decode(text)
}

/** How proxies spell "there is none": nothing, Apache's `(null)`, Caddy's unfilled placeholder. */
function isUnfilled(text: string): boolean {
  return text === '' || text === '(null)' || (text.startsWith('{') && text.endsWith('}'))
}

/** Every certificate must parse: the next one in a list never stands in for a damaged leaf. */
function parse(ders: readonly Buffer[], plan: HeaderPlan): ExtractionResult {
  const [leaf, ...others] = (plan.includeChain ? ders : ders.slice(0, 1)).map(parseDer)
  if (leaf === undefined) return failWith('header_missing_or_malformed')
  if (others.length === 0) return succeed(toPeerCertificate(leaf))
  const known = others.filter((certificate) => certificate !== undefined)
  if (known.length < others.length) return failWith('header_missing_or_malformed')
  return succeed(linkChain(leaf, known))
}
