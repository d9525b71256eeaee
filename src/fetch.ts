import { assertText, takeOptions } from './util/assert.js'
import { invalidType, invalidValue } from './util/errors.js'
import { createExtractor, extractClientCertificate } from './extractor/index.js'
import { EXTRACTOR_OPTIONS, type ExtractorOptions } from './extractor/options.js'
import type { RequestLike as NodeRequest } from './extractor/request.js'
import { DEFAULT_MAX_LINES } from './extractor/line-limit.js'
import {
  type ExtractionFailure,
  type ExtractionResult,
  failWith,
  isFailure,
} from './extractor/result.js'
import { trace } from './util/trace.js'

export type { ChainedPeerCertificate, ForwardedIdentity } from './certificate/peer-certificate.js'
export type { CacheOptions } from './extractor/certificate-cache.js'
export type { ProxyPeer, TrustedProxies } from './extractor/proxy-trust.js'
export type {
  ExtractionFailure,
  ExtractionFailureReason,
  ExtractionResult,
  ExtractionSuccess,
  FailureDetail,
} from './extractor/result.js'

/** What is read of a web-standard `Request`. */
export interface FetchRequest {
  /** A `Headers`, or pairs in another form; a name that occurs twice, in any case, is rejected. */
  readonly headers: Iterable<readonly [name: string, value: string]>
}

/** A {@link FetchRequest}, under its name in `client-certificate-auth`. */
export type RequestLike = FetchRequest

/** IP address of whoever connected, from the server: a `Request` does not say. */
export type PeerAddress<Req extends FetchRequest = FetchRequest> =
  string | ((request: Req) => string | null | undefined)

/** Options of an extractor that reads headers; there is no socket to read. */
export interface FetchOptions<Req extends FetchRequest = FetchRequest> extends Omit<
  ExtractorOptions,
  'fallbackToSocket'
> {
  /**
   * Who connected, for `trustedProxies`: the address that the server tells, never one from a header.
   * Default: unknown, which no list of proxies trusts.
   */
  peerAddress?: PeerAddress<Req> | undefined
}

/** Reads the client's certificate from a request. Never throws because of anything in it. */
export type FetchExtractor<Req extends FetchRequest = FetchRequest> = (
  request: Req,
  peerAddress?: string | null,
) => ExtractionResult

/**
 * Like `createExtractor` of `./extractor`, for the `Request` of Hono, Next.js, SvelteKit, Astro, Bun,
 * Deno and the like, and for the headers of a proxy only.
 *
 * @returns a function that takes a request and, if the options have none, the peer's address
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the option
 */
export function createFetchExtractor<Req extends FetchRequest = FetchRequest>(
  options: FetchOptions<Req>,
): FetchExtractor<Req> {
  const { peerAddress, extraction } = splitOptions(options)
  const extract = createExtractor(extraction)
  return (request, address) => {
    const adapted = adapt(request, address ?? peerAddress)
    return isFailure(adapted) ? adapted : extract(adapted)
  }
}

/**
 * The one-shot form of {@link createFetchExtractor}. It checks the options on every call, and keeps
 * no certificate: where requests come often, keep an extractor instead.
 */
export function extractClientCertificateFromRequest<Req extends FetchRequest = FetchRequest>(
  request: Req,
  options: FetchOptions<Req>,
): ExtractionResult {
  const { peerAddress, extraction } = splitOptions(options)
  const adapted = adapt(request, peerAddress)
  const result = extractClientCertificate(isFailure(adapted) ? {} : adapted, extraction)
  return isFailure(adapted) ? adapted : result
}

const FETCH_OPTIONS = { ...EXTRACTOR_OPTIONS, peerAddress: assertPeerAddress }

function assertPeerAddress(what: string, value: unknown): void {
  if (typeof value === 'function') return
  if (typeof value !== 'string') throw invalidType(what, 'a string or a function', value)
  assertText(what, value)
}

function splitOptions<Req extends FetchRequest>(options: FetchOptions<Req>) {
  const own: FetchOptions<Req> & ExtractorOptions = takeOptions(options, FETCH_OPTIONS)
  const { peerAddress, ...rest } = own
  const extraction = Object.assign(Object.create(null), rest) as typeof rest
  if (extraction.fallbackToSocket === true) {
    throw invalidValue('option "fallbackToSocket"', 'has no meaning without a socket', true)
  }
  if (extraction.certificateSource === 'api-gateway') {
    const source = extraction.certificateSource
    throw invalidValue('option "certificateSource"', 'is no header; see ./lambda', source)
  }
  if (extraction.certificateSource === undefined && extraction.certificateHeader === undefined) {
    throw invalidValue('options', 'need "certificateSource" or "certificateHeader"', options)
  }
  refuseTrust(own)
  return { peerAddress, extraction }
}

/** Where these say who may speak, it would be decided by something else, or by nothing. */
function refuseTrust({
  peerAddress,
  trustedProxies,
}: Pick<ExtractorOptions, 'trustedProxies'> & { peerAddress?: unknown }): void {
  if (peerAddress !== undefined && trustedProxies === undefined) {
    throw invalidValue('option "peerAddress"', 'needs "trustedProxies" with it', peerAddress)
  }
  if ([trustedProxies].flat().includes('unix')) {
    const problem = "cannot be 'unix': a Request does not show its connection"
    throw invalidValue('option "trustedProxies"', problem, trustedProxies)
  }
}

/** The request as an extractor knows it, or why it can't be read. */
function adapt<Req extends FetchRequest>(
  request: Req,
  peerAddress: PeerAddress<Req> | undefined,
): NodeRequest | ExtractionFailure {
  try {
    const headers = readHeaders(request.headers)
    if (countLines(headers) >= DEFAULT_MAX_LINES) {
      trace('the request has as many header lines as Node keeps, so some may be missing')
      return failWith('header_missing_or_malformed', 'too_many_headers')
    }
    const remoteAddress = typeof peerAddress === 'function' ? peerAddress(request) : peerAddress
    return { headers, socket: { remoteAddress } }
  } catch {
    return failWith('header_missing_or_malformed')
  }
}

/**
 * How many lines the headers were sent on at most. A `Headers` object has joined repeated names, with
 * `; ` for cookies and `, ` for all others, and text in one line may look the same.
 */
function countLines(headers: NonNullable<NodeRequest['headers']>): number {
  let lines = 0
  for (const [name, value] of Object.entries(headers)) {
    lines += String(value).split(name === 'cookie' ? '; ' : ', ').length
  }
  return lines
}

/**
 * The value of each header, in which several lines are joined with `, `, as `Headers` does: no
 * encoding takes that for a single line. Where there is a `get()`, the value is what that says, because
 * the iterator of some runtimes leaves out an empty first line.
 */
function readHeaders(lines: FetchRequest['headers']): NonNullable<NodeRequest['headers']> {
  const { get } = lines as { get?: unknown }
  const headers = Object.create(null) as Record<string, string>
  for (const [name, value] of lines) {
    const key = name.toLowerCase()
    const earlier = headers[key]
    if (earlier !== undefined) headers[key] = `${earlier}, ${value}`
    else
      headers[key] =
        typeof get === 'function' ? (Reflect.apply(get, lines, [name]) as string) : value
  }
  return headers
}
