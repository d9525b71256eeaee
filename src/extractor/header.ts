import { parseChain, parseEvidence } from '../certificate/chain.js'
import type {
  CertificateFault,
  ChainedPeerCertificate,
  ForwardedIdentity,
} from '../certificate/peer-certificate.js'
import type { ReadCertificate, StoredCertificate } from '../certificate/stored-certificate.js'
import type { HeaderEncoding } from '../parsers/encodings.js'
import { isFault } from '../parsers/decoding-fault.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'
import type { HeaderRule } from '../parsers/presets.js'
import { trace } from '../util/trace.js'
import type { CertificateCache } from './certificate-cache.js'
import type { ChainHeaderPlan } from './chain-header.js'
import { type Fields, openFields, readField, UNREADABLE } from './fields.js'
import type { HeaderPlan } from './header-plan.js'
import type { RequestLike } from './request.js'
import { type ExtractionFailure, failWith, isFailure } from './result.js'

const MALFORMED = 'header_missing_or_malformed'
const MISMATCH = 'verification_header_mismatch'

/** Reads the client's certificate from the header fields that the proxy added to the request. */
export function readHeader(
  request: RequestLike,
  plan: HeaderPlan,
  cache: CertificateCache,
): StoredCertificate | ExtractionFailure {
  try {
    const fields = openFields(request, plan.names)
    if (fields === 'too_many_headers') return failWith(MALFORMED, fields)
    if (!hasRequiredHeaders(fields, plan)) return failWith(MISMATCH)
    return fields.suspect === undefined ? readCertificate(fields, plan, cache) : failWith(MALFORMED)
  } catch {
    // The request object itself is odd: no headers, or a getter that throws.
    trace('the headers of the request could not be read')
    return failWith(plan.requiredHeaders.length === 0 ? MALFORMED : MISMATCH)
  }
}

function hasRequiredHeaders(fields: Fields, { requiredHeaders }: HeaderPlan): boolean {
  const broken = requiredHeaders.find((rule) => !isSatisfied(fields, rule))
  if (broken === undefined) return true
  trace('header %s does not say that the certificate was verified', broken.header)
  return false
}

/** A missing header breaks its rule unless it is optional, because proxies can be made to drop it. */
function isSatisfied(fields: Fields, { header, value, optional }: HeaderRule): boolean {
  if (fields.suspect?.name === header) return false
  const sent = readField(fields, header)
  return sent === undefined ? optional === true : sent === value
}

/** Parsing depends only on the values of the fields, so these are the key in the cache. */
function readCertificate(
  fields: Fields,
  plan: HeaderPlan,
  cache: CertificateCache,
): StoredCertificate | ExtractionFailure {
  const leaf = readField(fields, plan.header)
  if (typeof leaf !== 'string') return failWith(MALFORMED)
  const chain = readChain(fields, plan)
  if (chain === UNREADABLE) return failWith(MALFORMED)
  const key = chain === undefined ? leaf : joinValues(leaf, chain)
  const known = cache.get(key)
  if (known !== undefined) return known
  const read = parse(leaf, chain ?? [], plan)
  return isFailure(read) ? read : cache.add(key, read)
}

/** The lengths show where a value ends and the next one begins. */
function joinValues(leaf: string, chain: readonly string[]): string {
  return chain.reduce((key, value) => `${key}${value.length}:${value}`, `${leaf.length}:${leaf}`)
}

/**
 * The values of the chain's headers, up to the first header without a certificate. A certificate after
 * such a gap makes the chain unreadable, because the header in the gap may have been dropped.
 *
 * @returns `undefined` if the options don't ask for a chain header
 */
function readChain(
  fields: Fields,
  { readsChain, chain: plan }: HeaderPlan,
): string[] | typeof UNREADABLE | undefined {
  if (!readsChain || plan === undefined) return undefined
  const values: string[] = []
  let isOver = false
  let isBroken = false
  for (const header of plan.headers) {
    const value = readField(fields, header, plan.repeatable)
    if (value === UNREADABLE) isBroken = true
    else if (value === undefined || isUnfilled(value, plan.encoding)) isOver = true
    else if (isOver) isBroken = true
    else values.push(value)
  }
  if (!isBroken) return values
  trace('header %s is missing, or was sent more than once', plan.headers[0] as string)
  return UNREADABLE
}

/**
 * How proxies spell "there is none": nothing, Apache's `(null)`, Caddy's unfilled placeholder, and
 * HAProxy's `::`, which are the colons of RFC 9440 around nothing.
 */
function isUnfilled(text: string, encoding: HeaderEncoding): boolean {
  if (text === '' || text === '(null)') return true
  return (text.startsWith('{') && text.endsWith('}')) || (text === '::' && encoding === 'rfc9440')
}

/** Every certificate must parse, so that the next one in a list never replaces a damaged leaf. */
function parse(
  text: string,
  chain: readonly string[],
  plan: HeaderPlan,
): ReadCertificate | ExtractionFailure {
  const decoded = decodeLeaf(text, plan)
  if (isFailure(decoded)) return decoded
  // Typed as a certificate, so that only applications that set forwardedIdentity have to tell them apart.
  if (!Array.isArray(decoded)) return decoded as object as ChainedPeerCertificate
  const ders = appendChain(decoded, chain, plan)
  if (isFailure(ders)) return ders
  const parse = plan.validatesPaths ? parseEvidence : parseChain
  const read = parse(plan.readsChain ? ders : ders.slice(0, 1))
  return typeof read === 'string' ? rejectCertificate(read, plan) : read
}

function rejectCertificate(fault: CertificateFault, { header }: HeaderPlan): ExtractionFailure {
  if (fault === 'not_a_certificate') {
    trace('header %s holds something that is not a certificate', header)
    return failWith(MALFORMED)
  }
  trace("header %s holds a certificate with a public key that can't be used", header)
  return failWith(MALFORMED, fault)
}

/** Decodes the header of the leaf to the DER of one or more certificates, or to an identity. */
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

/** Adds the certificates of the chain's header, if there is one, to those of the leaf's header. */
function appendChain(
  ders: readonly Buffer[],
  chain: readonly string[],
  plan: HeaderPlan,
): Buffer[] | ExtractionFailure {
  const others = plan.chain === undefined ? [] : decodeChain(chain, plan.chain)
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
