import { parseChain } from '../certificate/chain.js'
import type {
  CertificateFault,
  ChainedPeerCertificate,
  ForwardedIdentity,
} from '../certificate/peer-certificate.js'
import type { StoredCertificate } from '../certificate/stored-certificate.js'
import type { ChainDecoder, Decoder, HeaderEncoding } from '../parsers/decoders.js'
import { isFault } from '../parsers/decoding-fault.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'
import type { HeaderRule } from '../parsers/presets.js'
import { trace } from '../util/trace.js'
import type { CertificateCache } from './certificate-cache.js'
import { hasReachedLineLimit } from './line-limit.js'
import { findSuspectHeader, readField, type RequestLike } from './request.js'
import { type ExtractionFailure, failWith, isFailure } from './result.js'

/** Where and how a certificate is read from a request's header; compiled from the options. */
export interface HeaderPlan {
  /** Lower case, like every name here. */
  readonly header: string
  readonly encoding: HeaderEncoding
  readonly decode: HeaderDecoder
  /** Whether the header may hold more than the leaf. */
  readonly mayHoldChain: boolean
  readonly chain: ChainHeaderPlan | null
  readonly includeChain: boolean
  /** What other headers must say. */
  readonly verify: readonly HeaderRule[]
  /** Whether the proxy is known to forward certificates that nobody has validated. */
  readonly isUnvalidated: boolean
  /** Every header that is read, lower case. */
  readonly names: readonly string[]
}

/** A decoder that may also read what the header says about a certificate that it doesn't hold. */
export type HeaderDecoder = (text: string) => ReturnType<Decoder> | ForwardedIdentity

export interface ChainHeaderPlan {
  /** One, or several that are numbered. */
  readonly headers: readonly string[]
  readonly encoding: HeaderEncoding
  readonly decode: ChainDecoder
  /** Whether a header may be sent over several lines. */
  readonly repeatable: boolean
}

const MALFORMED = 'header_missing_or_malformed'

/** Reads the client's certificate from what the proxy in front wrote into the request. */
export function readHeader(
  request: RequestLike,
  plan: HeaderPlan,
  cache: CertificateCache,
): StoredCertificate | ExtractionFailure {
  let reason: ExtractionFailure['reason'] =
    plan.verify.length === 0 ? MALFORMED : 'verification_header_mismatch'
  try {
    // Before anything is taken for missing: Node may have dropped it.
    if (hasReachedLineLimit(request)) {
      return failWith('header_missing_or_malformed', 'too_many_headers')
    }
    const tampered = findSuspectHeader(request, plan.names)
    if (isVerified(request, plan, tampered)) {
      reason = MALFORMED
      if (tampered === undefined) return readCertificate(request, plan, cache)
    }
  } catch {
    // The request object itself is odd: no headers, or a getter that throws.
    trace('the headers of the request could not be read')
  }
  return failWith(reason)
}

function isVerified(request: RequestLike, { verify }: HeaderPlan, tampered?: string): boolean {
  const broken = verify.find((rule) => tampered === rule.header || !isSatisfied(request, rule))
  if (broken === undefined) return true
  trace('header %s does not say that the certificate was verified', broken.header)
  return false
}

/** A missing verification header is a mismatch: proxies can be made to drop it. */
function isSatisfied(request: RequestLike, { header, value, optional }: HeaderRule): boolean {
  const said = readField(request, header)
  return said === null ? optional === true : said === value
}

/** What the texts say depends on nothing but the texts, so that they are read once. */
function readCertificate(
  request: RequestLike,
  plan: HeaderPlan,
  cache: CertificateCache,
): StoredCertificate | ExtractionFailure {
  const text = readField(request, plan.header)
  if (typeof text !== 'string') return failWith(MALFORMED)
  const chain = plan.includeChain && plan.chain !== null ? readChain(request, plan.chain) : null
  if (chain === undefined) return failWith(MALFORMED)
  const key = chain === null ? text : joinTexts(text, chain)
  const known = cache.get(key)
  if (known !== undefined) return known
  const certificate = parse(text, chain ?? [], plan)
  return isFailure(certificate) ? certificate : cache.add(key, certificate)
}

/** The lengths say where one ends and the next begins. */
function joinTexts(text: string, others: readonly string[]): string {
  return others.reduce((all, other) => `${all}${other.length}:${other}`, `${text.length}:${text}`)
}

/** The texts that are there. Behind the first that says that there is none, none may be. */
function readChain(request: RequestLike, plan: ChainHeaderPlan): string[] | undefined {
  const texts = plan.headers.map((header) => readField(request, header, plan.repeatable))
  const isFilled = texts.map(
    (text) => text !== null && (text === undefined || !isUnfilled(text, plan.encoding)),
  )
  const filled = texts.slice(0, isFilled.lastIndexOf(true) + 1)
  const known = filled.filter((text, at) => isFilled[at] === true && typeof text === 'string')
  if (known.length === filled.length) return known as string[]
  trace('header %s is missing, or was sent more than once', plan.headers[0] as string)
  return undefined
}

/**
 * How proxies spell "there is none": nothing, Apache's `(null)`, Caddy's unfilled placeholder, and
 * HAProxy's `::`, which are the colons of RFC 9440 around nothing.
 */
function isUnfilled(text: string, encoding: HeaderEncoding): boolean {
  if (text === '' || text === '(null)') return true
  return (text.startsWith('{') && text.endsWith('}')) || (text === '::' && encoding === 'rfc9440')
}

/** Every certificate must parse: the next one in a list never stands in for a damaged leaf. */
function parse(
  text: string,
  chain: readonly string[],
  plan: HeaderPlan,
): ChainedPeerCertificate | ExtractionFailure {
  const decoded = decodeLeaf(text, plan)
  if (isFailure(decoded)) return decoded
  // Typed as a certificate so that nobody has to tell them apart who did not ask for it.
  if (!Array.isArray(decoded)) return decoded as object as ChainedPeerCertificate
  const ders = appendChain(decoded, chain, plan)
  if (isFailure(ders)) return ders
  const certificate = parseChain(plan.includeChain ? ders : ders.slice(0, 1))
  return typeof certificate === 'string' ? rejectCertificate(certificate, plan) : certificate
}

function rejectCertificate(fault: CertificateFault, { header }: HeaderPlan): ExtractionFailure {
  if (fault === 'not_a_certificate') {
    trace('header %s holds something that is not a certificate', header)
    return failWith(MALFORMED)
  }
  trace("header %s holds a certificate with a public key that can't be used", header)
  return failWith(MALFORMED, fault)
}

/** What the header of the leaf holds: the DER of one or more certificates, or an identity. */
function decodeLeaf(
  text: string,
  { header, encoding, decode, mayHoldChain }: HeaderPlan,
): Buffer[] | ForwardedIdentity | ExtractionFailure {
  const decoded = decode(text)
  if (decoded === undefined) {
    if (isUnfilled(text, encoding)) trace('header %s says that there is no certificate', header)
    else trace('header %s is not valid %s', header, encoding)
    return failWith(MALFORMED)
  }
  if (isFault(decoded)) {
    trace('header %s is rejected: %s', header, decoded.problem)
    return failWith(MALFORMED, decoded.detail)
  }
  if (!Array.isArray(decoded) || decoded.length === 1 || mayHoldChain) return decoded
  trace('header %s holds more than one certificate, and only one may be in it', header)
  return failWith(MALFORMED)
}

/** The leaf's header and, where it is wanted, the rest of the chain from a header of its own. */
function appendChain(
  ders: readonly Buffer[],
  chain: readonly string[],
  plan: HeaderPlan,
): Buffer[] | ExtractionFailure {
  const others = plan.chain === null ? [] : decodeChain(chain, plan.chain)
  if (isFailure(others)) return others
  if (ders.length + others.length <= MAX_CHAIN_CERTS) return [...ders, ...others]
  trace('header %s holds too many certificates, or another one together with it', plan.header)
  return failWith(MALFORMED)
}

function decodeChain(
  texts: readonly string[],
  { headers, encoding, decode }: ChainHeaderPlan,
): Buffer[] | ExtractionFailure {
  const ders: Buffer[] = []
  for (const [index, text] of texts.entries()) {
    const decoded = decode(text)
    if (decoded === undefined) {
      trace('header %s is not valid %s', headers[index] as string, encoding)
      return failWith(MALFORMED)
    }
    ders.push(...decoded)
  }
  return ders
}
