import { linkChain } from '../certificate/chain.js'
import {
  type ChainedPeerCertificate,
  type ForwardedIdentity,
  parseDer,
  toPeerCertificate,
} from '../certificate/peer-certificate.js'
import type { CertificateSnapshot } from '../certificate/snapshot.js'
import type { Decoder } from '../parsers/decoders.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'
import type { HeaderRule } from '../parsers/presets.js'
import { trace } from '../trace.js'
import type { CertificateCache } from './certificate-cache.js'
import { hasReachedLineLimit } from './line-limit.js'
import { findTampered, readField, type RequestLike } from './request.js'
import { type ExtractionFailure, failWith } from './result.js'

/** Where and how a certificate is read from a request's header; compiled from the options. */
export interface HeaderPlan {
  /** Lower case, like every name here. */
  readonly header: string
  readonly decode: Decoder
  /** Reads what the header says instead of a certificate; `null`: nothing else counts. */
  readonly readIdentity: ((text: string) => ForwardedIdentity | undefined) | null
  /** Whether the header may hold more than the leaf. */
  readonly allowList: boolean
  readonly chain: ChainHeaderPlan | null
  readonly includeChain: boolean
  /** What other headers must say. */
  readonly verify: readonly HeaderRule[]
  /** Whether the proxy is known to forward certificates that nobody has validated. */
  readonly isUnvalidated: boolean
  /** Every header that is read, lower case. */
  readonly names: readonly string[]
}

export interface ChainHeaderPlan {
  /** One, or several that are numbered. */
  readonly headers: readonly string[]
  readonly decode: Decoder
  /** Whether a header may be sent over several lines. */
  readonly repeatable: boolean
}

/** Reads the client's certificate from what the proxy in front wrote into the request. */
export function readHeader(
  request: RequestLike,
  plan: HeaderPlan,
  cache: CertificateCache,
): CertificateSnapshot | ExtractionFailure {
  let reason: ExtractionFailure['reason'] =
    plan.verify.length === 0 ? 'header_missing_or_malformed' : 'verification_header_mismatch'
  try {
    // Before anything is taken for missing: Node may have dropped it.
    if (hasReachedLineLimit(request)) {
      return failWith('header_missing_or_malformed', 'too_many_headers')
    }
    const tampered = findTampered(request, plan.names)
    if (isVerified(request, plan, tampered)) {
      reason = 'header_missing_or_malformed'
      if (tampered === undefined) return readCertificate(request, plan, cache) ?? failWith(reason)
    }
  } catch {
    // The request object itself is odd: no headers, or a getter that throws.
    trace('the headers of the request could not be read')
  }
  return failWith(reason)
}

function isVerified(request: RequestLike, { verify }: HeaderPlan, tampered?: string): boolean {
  const broken = verify.find((rule) => tampered === rule.header || !isObeyed(request, rule))
  if (broken === undefined) return true
  trace('header %s does not say that the certificate was verified', broken.header)
  return false
}

/** A missing verification header is a mismatch: proxies can be made to drop it. */
function isObeyed(request: RequestLike, { header, value, mayBeMissing }: HeaderRule): boolean {
  const said = readField(request, header)
  return said === null ? mayBeMissing === true : said === value
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
  const key = chain === null ? text : joinTexts(text, chain)
  const known = cache.get(key)
  if (known !== undefined) return known
  const certificate = parse(text, chain ?? [], plan)
  return certificate && cache.add(key, certificate)
}

/** The lengths say where one ends and the next begins. */
function joinTexts(text: string, others: readonly string[]): string {
  return others.reduce((all, other) => `${all}${other.length}:${other}`, `${text.length}:${text}`)
}

/** The texts that are there. Behind the first that says that there is none, none may be. */
function readChain(request: RequestLike, plan: ChainHeaderPlan): string[] | undefined {
  const texts = plan.headers.map((header) => readField(request, header, plan.repeatable))
  const isFilled = texts.map((text) => text !== null && (text === undefined || !isUnfilled(text)))
  const filled = texts.slice(0, isFilled.lastIndexOf(true) + 1)
  const known = filled.filter((text, at) => isFilled[at] === true && typeof text === 'string')
  if (known.length === filled.length) return known as string[]
  trace('header %s is missing, or was sent more than once', plan.headers[0] as string)
  return undefined
}

/** How proxies spell "there is none": nothing, Apache's `(null)`, Caddy's unfilled placeholder. */
function isUnfilled(text: string): boolean {
  return text === '' || text === '(null)' || (text.startsWith('{') && text.endsWith('}'))
}

/** Every certificate must parse: the next one in a list never stands in for a damaged leaf. */
function parse(
  text: string,
  chain: readonly string[],
  plan: HeaderPlan,
): ChainedPeerCertificate | undefined {
  const ders = decode(text, chain, plan)
  // Typed as a certificate so that nobody has to tell them apart who did not ask for it.
  if (ders === undefined) return plan.readIdentity?.(text) as ChainedPeerCertificate | undefined
  const [leaf, ...others] = (plan.includeChain ? ders : ders.slice(0, 1)).map(parseDer)
  const known = others.filter((certificate) => certificate !== undefined)
  if (leaf === undefined || known.length < others.length) {
    trace('header %s holds something that is not a certificate', plan.header)
    return undefined
  }
  return known.length === 0 ? toPeerCertificate(leaf) : linkChain(leaf, known)
}

/** The DER of the leaf and, where it is wanted, of the rest of the chain. */
function decode(text: string, chain: readonly string[], plan: HeaderPlan): Buffer[] | undefined {
  const ders = plan.decode(text)
  if (ders === undefined || (ders.length > 1 && !plan.allowList)) {
    trace('header %s is not of its encoding', plan.header)
    return undefined
  }
  const others = plan.chain === null ? [] : decodeChain(chain, plan.chain)
  if (others === undefined || ders.length + others.length <= MAX_CHAIN_CERTS) {
    return others && [...ders, ...others]
  }
  trace('header %s holds too many certificates, or another one together with it', plan.header)
  return undefined
}

function decodeChain(texts: readonly string[], plan: ChainHeaderPlan): Buffer[] | undefined {
  const ders: Buffer[] = []
  for (const [index, text] of texts.entries()) {
    const decoded = plan.decode(text)
    if (decoded === undefined) {
      trace('header %s is not of its encoding', plan.headers[index] as string)
      return undefined
    }
    ders.push(...decoded)
  }
  return ders
}
