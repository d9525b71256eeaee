import { linkChain } from '../certificate/chain.js'
import {
  type ChainedPeerCertificate,
  parseDer,
  toPeerCertificate,
} from '../certificate/peer-certificate.js'
import type { CertificateSnapshot } from '../certificate/snapshot.js'
import type { Decoder } from '../parsers/decoders.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'
import { trace } from '../trace.js'
import type { CertificateCache } from './certificate-cache.js'
import { findTampered, readField, type RequestLike } from './request.js'
import type { ExtractionFailureReason } from './result.js'

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
export function readHeader(
  request: RequestLike,
  plan: HeaderPlan,
  cache: CertificateCache,
): CertificateSnapshot | ExtractionFailureReason {
  let reason: ExtractionFailureReason =
    plan.verify === null ? 'header_missing_or_malformed' : 'verification_header_mismatch'
  try {
    const tampered = findTampered(request, plan.names)
    if (isVerified(request, plan, tampered)) {
      reason = 'header_missing_or_malformed'
      if (tampered === undefined) return readCertificate(request, plan, cache) ?? reason
    }
  } catch {
    // The request object itself is odd: no headers, or a getter that throws.
    trace('the headers of the request could not be read')
  }
  return reason
}

/** A missing verification header is a mismatch: proxies can be made to drop it. */
function isVerified(request: RequestLike, { verify }: HeaderPlan, tampered?: string): boolean {
  if (verify === null) return true
  const { header, value } = verify
  if (tampered !== header && readField(request, header) === value) return true
  trace('header %s does not say that the certificate was verified', header)
  return false
}

/** What the texts say depends on nothing but the texts, so that they are read once. */
function readCertificate(
  request: RequestLike,
  plan: HeaderPlan,
  cache: CertificateCache,
): CertificateSnapshot | undefined {
  const text = readField(request, plan.header)
  if (typeof text !== 'string') return undefined
  const chain = plan.includeChain && plan.chain !== null ? readChain(request, plan.chain) : null
  if (chain === undefined) return undefined
  // The length says where one ends and the other begins.
  const key = chain === null ? text : `${text.length}:${text}${chain}`
  const known = cache.get(key)
  if (known !== undefined) return known
  const certificate = parse(text, chain, plan)
  return certificate && cache.add(key, certificate)
}

/** Empty when there is none. */
function readChain(request: RequestLike, plan: ChainHeaderPlan): string | undefined {
  const text = readField(request, plan.header, plan.repeatable)
  return text === null || (text !== undefined && isUnfilled(text)) ? '' : text
}

/** How proxies spell "there is none": nothing, Apache's `(null)`, Caddy's unfilled placeholder. */
function isUnfilled(text: string): boolean {
  return text === '' || text === '(null)' || (text.startsWith('{') && text.endsWith('}'))
}

/** Every certificate must parse: the next one in a list never stands in for a damaged leaf. */
function parse(
  text: string,
  chain: string | null,
  plan: HeaderPlan,
): ChainedPeerCertificate | undefined {
  const ders = decode(text, chain, plan)
  if (ders === undefined) return undefined
  const [leaf, ...others] = (plan.includeChain ? ders : ders.slice(0, 1)).map(parseDer)
  const known = others.filter((certificate) => certificate !== undefined)
  if (leaf === undefined || known.length < others.length) {
    trace('header %s holds something that is not a certificate', plan.header)
    return undefined
  }
  return known.length === 0 ? toPeerCertificate(leaf) : linkChain(leaf, known)
}

/** The DER of the leaf and, where it is wanted, of the rest of the chain. */
function decode(text: string, chain: string | null, plan: HeaderPlan): Buffer[] | undefined {
  const ders = plan.decode(text)
  if (ders === undefined || (ders.length > 1 && !plan.allowList)) {
    trace('header %s is not of its encoding', plan.header)
    return undefined
  }
  if (plan.chain === null || !chain) return ders
  const others = plan.chain.decode(chain)
  if (others === undefined || ders.length + others.length > MAX_CHAIN_CERTS) {
    trace('header %s is not of its encoding, or too long', plan.chain.header)
    return undefined
  }
  return [...ders, ...others]
}
