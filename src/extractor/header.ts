import { parseChain, parseEvidence } from '../certificate/chain.js'
import type { ChainedPeerCertificate, ForwardedIdentity } from '../certificate/peer-certificate.js'
import type { ReadCertificate, StoredCertificate } from '../certificate/stored-certificate.js'
import { isFault } from '../parsers/decoding-fault.js'
import type { HeaderEncoding } from '../parsers/encodings.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'
import { isSameEncoding, recognizeEncoding } from '../parsers/recognize.js'
import type { CertificateCache } from './certificate-cache.js'
import type { ChainHeaderPlan } from './chain-header.js'
import { type Facts, note } from './facts.js'
import { explainUnreadable, type Fields, openFields, readField, UNREADABLE } from './fields.js'
import type { HeaderPlan } from './header-plan.js'
import type { RequestLike } from './request.js'
import { checkRequiredHeaders } from './required-headers.js'
import { type ExtractionFailure, failWith, type HeaderDetail, isFailure } from './result.js'

const UNREADABLE_HEADERS = "can't be read, because the request has no ordinary headers"

/** Reads the client's certificate from the header fields that the proxy added to the request. */
export function readHeader(
  request: RequestLike,
  plan: HeaderPlan,
  cache: CertificateCache,
): StoredCertificate | ExtractionFailure {
  try {
    const fields = openFields(request, plan.names)
    if (fields === 'too_many_headers') return reject(fields, plan)
    const unverified = checkRequiredHeaders(fields, plan)
    if (unverified !== undefined) return unverified
    const { suspect } = fields
    if (suspect === undefined) return readCertificate(fields, plan, cache)
    const { detail, name, line } = suspect
    return reject(detail, plan, () => ({ header: name, line: line.toLowerCase() }))
  } catch {
    // The request object itself is odd: no headers, or a getter that throws.
    const [first] = plan.requiredHeaders
    if (first === undefined)
      return reject('not_sent', plan, () => ({ problem: UNREADABLE_HEADERS }))
    const failure = failWith('verification_header_mismatch', 'not_sent')
    return note(failure, () => ({ header: first.header }))
  }
}

function reject(
  detail: HeaderDetail,
  { header, encoding }: Pick<HeaderPlan, 'header' | 'encoding'>,
  collect?: () => Facts,
): ExtractionFailure {
  const failure = failWith('header_missing_or_malformed', detail)
  return note(failure, () => ({ header, encoding, ...collect?.() }))
}

/** Parsing depends only on the values of the fields, so these are the key in the cache. */
function readCertificate(
  fields: Fields,
  plan: HeaderPlan,
  cache: CertificateCache,
): StoredCertificate | ExtractionFailure {
  const leaf = readField(fields, plan.header)
  if (leaf === undefined) return reject('not_sent', plan)
  if (leaf === UNREADABLE) {
    const detail = explainUnreadable(fields, plan.header)
    return reject(detail, plan, () => ({ problem: UNREADABLE_HEADERS }))
  }
  const chain = readChain(fields, plan)
  if (chain === UNREADABLE) return rejectChain(plan.chain as ChainHeaderPlan)
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
  return isBroken ? UNREADABLE : values
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
  if (typeof read !== 'string') return read
  // Base64 of PEM is valid base64 too.
  const detail = read === 'not_a_certificate' && isOther(text, plan) ? 'wrong_encoding' : read
  return reject(detail, plan, () => ({ der: ders[0], value: text }))
}

function isOther(text: string, { encoding }: HeaderPlan): boolean {
  const seen = recognizeEncoding(text)
  return seen !== undefined && !isSameEncoding(seen, encoding)
}

/** Decodes the header of the leaf to the DER of one or more certificates, or to an identity. */
function decodeLeaf(
  text: string,
  plan: HeaderPlan,
): Buffer[] | ForwardedIdentity | ExtractionFailure {
  const decoded = plan.decode(text)
  if (decoded === undefined) {
    return isUnfilled(text, plan.encoding)
      ? reject('not_sent', plan, () => ({ problem: 'says that there is no certificate' }))
      : reject('wrong_encoding', plan, () => ({ value: text }))
  }
  if (isFault(decoded)) {
    const { detail = 'wrong_encoding', problem } = decoded
    return reject(detail, plan, () => ({ problem }))
  }
  const isAllowed = !Array.isArray(decoded) || decoded.length === 1 || plan.mayHoldChain
  return isAllowed ? decoded : reject('too_many_certificates', plan)
}

/** Adds the certificates of the chain's header, if there is one, to those of the leaf's header. */
function appendChain(
  ders: readonly Buffer[],
  chain: readonly string[],
  plan: HeaderPlan,
): Buffer[] | ExtractionFailure {
  const others = plan.chain === undefined ? [] : decodeChain(chain, plan.chain)
  if (isFailure(others)) return others
  const isAllowed = ders.length + others.length <= MAX_CHAIN_CERTS
  return isAllowed ? [...ders, ...others] : reject('too_many_certificates', plan)
}

function decodeChain(
  texts: readonly string[],
  plan: ChainHeaderPlan,
): Buffer[] | ExtractionFailure {
  const ders: Buffer[] = []
  for (const text of texts) {
    const decoded = plan.decode(text)
    if (!Array.isArray(decoded)) return rejectChain(plan)
    ders.push(...decoded)
  }
  return ders
}

function rejectChain({ headers: [header = ''], encoding }: ChainHeaderPlan): ExtractionFailure {
  return reject('chain_malformed', { header, encoding })
}
