import { assertText, type Parse } from './util/assert.js'
import { invalidType, invalidValue } from './util/errors.js'
import { optional, type OptionTable, type ParsedOptions, parseOptions } from './util/options.js'
import { NO_CACHE } from './extractor/certificate-cache.js'
import {
  type CompiledExtractorOptions,
  EXTRACTOR_OPTIONS,
  type ExtractorOptions,
  type ParsedExtractorOptions,
} from './extractor/options.js'
import type { FindTrustStore } from './extractor/path.js'
import { compileExtractor } from './extractor/pipeline.js'
import { traced } from './extractor/traced.js'
import type { CertificateSources } from './path/load.js'
import type { TrustStore } from './path/trust-store.js'
import type { RequestLike as NodeRequest } from './extractor/request.js'
import { note } from './extractor/facts.js'
import { DEFAULT_MAX_LINES } from './extractor/line-limit.js'
import {
  type ExtractionFailure,
  type ExtractionResult,
  failWith,
  isFailure,
} from './extractor/result.js'

export type { ChainedPeerCertificate, ForwardedIdentity } from './certificate/peer-certificate.js'
export type { CacheOptions } from './extractor/certificate-cache.js'
export type { ProxyPeer, TrustedProxies } from './extractor/proxy-trust.js'
export type {
  DetailsByReason,
  EventDetail,
  ExtractionFailure,
  ExtractionFailureReason,
  ExtractionResult,
  ExtractionSuccess,
  FailureDetail,
  HeaderDetail,
  ProxyDetail,
  RetrievalDetail,
  SocketDetail,
  TamperingDetail,
  VerificationDetail,
} from './extractor/result.js'

/** The members of a web-standard `Request` that are read. */
export interface FetchRequest {
  /** A `Headers`, or pairs in another form; a name that occurs twice, in any case, is rejected. */
  readonly headers: Iterable<readonly [name: string, value: string]>
}

/** A {@link FetchRequest}, under its name in `client-certificate-auth`. */
export type RequestLike = FetchRequest

/** The peer's IP address, from the server, because a `Request` doesn't have it. */
export type PeerAddress<Req extends FetchRequest = FetchRequest> =
  string | ((request: Req) => string | null | undefined)

/** Options of an extractor that reads headers; there is no socket to read. */
export interface FetchOptions<Req extends FetchRequest = FetchRequest> extends Omit<
  ExtractorOptions,
  'ca' | 'fallbackToSocket'
> {
  /** As in {@link ExtractorOptions}; a function is called with the `Request`. */
  ca?: CertificateSources | TrustStore | FindTrustStore<Req> | undefined
  /**
   * The peer's address for `trustedProxies`, from the server and never from a header.
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
 * @example
 * import { createFetchExtractor } from 'passport-client-certificate-auth/fetch'
 *
 * const extract = createFetchExtractor({ certificateSource: 'nginx', trustedProxies: '10.0.0.0/8' })
 * Bun.serve({
 *   fetch(request, server) {
 *     const { certificate, reason } = extract(request, server.requestIP(request)?.address)
 *     return new Response(certificate?.subject.CN ?? reason, { status: certificate ? 200 : 401 })
 *   },
 * })
 */
export function createFetchExtractor<Req extends FetchRequest = FetchRequest>(
  options: FetchOptions<Req>,
): FetchExtractor<Req> {
  const parsed = parseFetchOptions(options)
  const { peerAddress } = parsed.values
  const extract = compileExtractor(forOriginals(parsed))
  return traced((request, address) => {
    const adapted = adapt(request, address ?? peerAddress)
    return isFailure(adapted) ? adapted : extract(adapted)
  })
}

/**
 * The one-shot form of {@link createFetchExtractor}. It checks the options on every call, and keeps
 * no certificate: where requests come often, keep an extractor instead.
 *
 * @param request - nothing in it makes this throw
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the option
 * @example
 * import { extractClientCertificateFromRequest } from 'passport-client-certificate-auth/fetch'
 *
 * const result = extractClientCertificateFromRequest(request, {
 *   certificateSource: 'nginx',
 *   trustedProxies: '10.0.0.0/8',
 *   peerAddress: address,
 * })
 */
export function extractClientCertificateFromRequest<Req extends FetchRequest = FetchRequest>(
  request: Req,
  options: FetchOptions<Req>,
): ExtractionResult {
  const parsed = parseFetchOptions(options)
  const extract = compileExtractor(forOriginals(parsed), NO_CACHE)
  const adapted = adapt(request, parsed.values.peerAddress)
  return traced(() => (isFailure(adapted) ? adapted : extract(adapted)))()
}

/** A request in the shape that an extractor reads, and the request that the application knows. */
interface AdaptedRequest extends NodeRequest {
  readonly original?: FetchRequest
}

/** Calls the function `ca` with the application's request. */
function forOriginals<Req extends FetchRequest>({
  given,
  values,
}: ParsedOptions<GivenOptions<Req>, CompiledExtractorOptions>): ParsedExtractorOptions {
  const { ca } = given
  if (typeof ca !== 'function') return { given, values } as ParsedExtractorOptions
  const find: FindTrustStore<AdaptedRequest> = ({ original }) => ca(original as Req)
  return { given: { ...given, ca: find }, values: { ...values, ca: find } }
}

/** `fallbackToSocket` is among them for a message that says why it has no meaning here. */
type GivenOptions<Req extends FetchRequest> = FetchOptions<Req> & Omit<ExtractorOptions, 'ca'>

const assertPeerAddress: Parse = (name, value) => {
  if (typeof value === 'function') return value
  if (typeof value !== 'string') throw invalidType(name, 'a string or a function', value)
  return assertText(name, value)
}

const FETCH_OPTIONS: OptionTable<keyof GivenOptions<never>, CompiledExtractorOptions> = {
  ...EXTRACTOR_OPTIONS,
  peerAddress: optional(assertPeerAddress),
}

function parseFetchOptions<Req extends FetchRequest>(
  options: GivenOptions<Req>,
): ParsedOptions<GivenOptions<Req>, CompiledExtractorOptions> {
  const parsed = parseOptions(options, FETCH_OPTIONS)
  const { fallbackToSocket, certificateSource, certificateHeader } = parsed.values
  if (fallbackToSocket) {
    throw invalidValue('option "fallbackToSocket"', 'has no meaning without a socket', true)
  }
  if (certificateSource === 'api-gateway') {
    throw invalidValue(
      'option "certificateSource"',
      "isn't a header; see ./lambda",
      certificateSource,
    )
  }
  if (certificateSource === undefined && certificateHeader === undefined) {
    throw invalidValue('options', 'need "certificateSource" or "certificateHeader"', options)
  }
  assertPeerOptions(parsed)
  return parsed
}

/** Without these checks, the options would promise a decision about the peer that nothing makes. */
function assertPeerOptions<Req extends FetchRequest>({
  given,
  values: { peerAddress, trustedProxies },
}: ParsedOptions<GivenOptions<Req>, CompiledExtractorOptions>): void {
  if (peerAddress !== undefined && trustedProxies === undefined) {
    throw invalidValue('option "peerAddress"', 'needs "trustedProxies" with it', peerAddress)
  }
  if (typeof trustedProxies !== 'object') return
  const needsConnection = 'store' in trustedProxies ? 'an object with "ca"' : "'unix'"
  if ('store' in trustedProxies || trustedProxies.unix) {
    const problem = `cannot be ${needsConnection}: a Request does not show its connection`
    throw invalidValue('option "trustedProxies"', problem, given.trustedProxies)
  }
}

/** The request as an extractor knows it, or why it can't be read. */
function adapt<Req extends FetchRequest>(
  request: Req,
  peerAddress: PeerAddress<Req> | undefined,
): AdaptedRequest | ExtractionFailure {
  try {
    const headers = readHeaders(request.headers)
    if (countLines(headers) >= DEFAULT_MAX_LINES) {
      return failWith('header_missing_or_malformed', 'too_many_headers')
    }
    const remoteAddress = typeof peerAddress === 'function' ? peerAddress(request) : peerAddress
    return { headers, socket: { remoteAddress }, original: request }
  } catch {
    const failure = failWith('header_missing_or_malformed', 'not_sent')
    return note(failure, () => ({ header: 'with the certificate', problem: "can't be read" }))
  }
}

/**
 * How many lines the headers were sent on at most. A `Headers` object has joined repeated names, with
 * `; ` or `, ` for cookies and `, ` for all others, and text in one line may look the same.
 */
function countLines(headers: NonNullable<NodeRequest['headers']>): number {
  let lines = 0
  for (const [name, value] of Object.entries(headers)) {
    lines += String(value).split(name === 'cookie' ? /[,;] / : ', ').length
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
