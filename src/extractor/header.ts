import { linkChain } from '../certificate/chain.js'
import { parseDer, toPeerCertificate } from '../certificate/peer-certificate.js'
import type { Decoder } from '../parsers/decoders.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'
import { findTampered, readField, type RequestLike } from './request.js'
import { trace } from '../trace.js'
import { type ExtractionFailureReason, type ExtractionResult, failWith, succeed } from './result.js'

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
  /** Whether the proxy is known to forward certificates that nobody has validated. */
  readonly isUnvalidated: boolean
  /** Every header that is read, lower case. */
  readonly names: readonly string[]
}

export interface ChainHeaderPlan {
  readonly header: string
  readonly decode: Decoder
  /** Whether the header may be sent over several lines. */
  readonly repeatable: boolean
}

/** Reads the client's certificate from what the proxy in front wrote into the request. */
export function extractFromHeader(request: RequestLike, plan: HeaderPlan): ExtractionResult {
  let reason: ExtractionFailureReason =
    plan.verify === null ? 'header_missing_or_malformed' : 'verification_header_mismatch'
  try {
    const tampered = findTampered(request, plan.names)
    if (isVerified(request, plan, tampered)) {
      reason = 'header_missing_or_malformed'
      const ders = tampered === undefined ? readCertificates(request, plan) : undefined
      if (ders !== undefined) return parse(ders, plan)
    }
  } catch {
    // The request object itself is odd: no headers, or a getter that throws.
    trace('the headers of the request could not be read')
  }
  return failWith(reason)
}

/** A missing verification header is a mismatch: proxies can be made to drop it. */
function isVerified(request: RequestLike, { verify }: HeaderPlan, tampered?: string): boolean {
  if (verify === null) return true
  const { header, value } = verify
  if (tampered !== header && readField(request, header) === value) return true
  trace('header %s does not say that the certificate was verified', header)
  return false
}

/** The DER of the leaf and, where it is wanted, of the rest of the chain. */
function readCertificates(request: RequestLike, plan: HeaderPlan): Buffer[] | undefined {
  const text = readField(request, plan.header)
  if (typeof text !== 'string') return undefined
  const ders = plan.decode(text)
  if (ders === undefined || (ders.length > 1 && !plan.allowList)) {
    trace('header %s is not of its encoding', plan.header)
    return undefined
  }
  if (!plan.includeChain || plan.chain === null) return ders
  const chain = readChain(request, plan.chain)
  if (chain === undefined || ders.length + chain.length > MAX_CHAIN_CERTS) {
    trace('header %s is not of its encoding, or too long', plan.chain.header)
    return undefined
  }
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
  const known = others.filter((certificate) => certificate !== undefined)
  if (leaf === undefined || known.length < others.length) {
    trace('header %s holds something that is not a certificate', plan.header)
    return failWith('header_missing_or_malformed')
  }
  return succeed(known.length === 0 ? toPeerCertificate(leaf) : linkChain(leaf, known))
}
