import { nodeRequestOf, type RequestLike } from './request.js'

/** How many header lines Node keeps where the server's `maxHeadersCount` isn't a number. */
export const DEFAULT_MAX_LINES = 1000

/**
 * Whether a request has as many header lines as Node keeps. Most versions of Node drop the lines
 * beyond that limit without a word, from `rawHeaders` too, so a client that sends enough lines
 * decides which of the lines that a proxy appends are seen.
 */
export function hasReachedLineLimit(request: RequestLike): boolean {
  const requests = [request, nodeRequestOf(request) ?? {}]
  return Math.max(...requests.map(countLines)) >= readLimit(requests as NodeRequest[])
}

function countLines({ headers, rawHeaders }: RequestLike): number {
  // A framework's own request may have no lines. Then each field was sent on at least one.
  return Array.isArray(rawHeaders) ? rawHeaders.length / 2 : Object.keys(headers ?? {}).length
}

/** The members of Node's requests that this file reads. The requests of adapters may not have them. */
interface NodeRequest {
  readonly stream?: { readonly session?: unknown } | null
  readonly socket?: { readonly server?: { readonly maxHeadersCount?: unknown } | null } | null
}

function readLimit(requests: readonly NodeRequest[]): number {
  try {
    // Node ends an HTTP/2 stream that has too many lines instead of dropping any.
    if (requests.some(isHttp2)) return Infinity
    const limits = requests.map(({ socket }) => socket?.server?.maxHeadersCount)
    const limit = limits.find((limit) => typeof limit === 'number')
    // Node doubles the limit, which makes it a 32-bit integer. A result that isn't positive means no limit.
    if (limit !== undefined) return limit << 1 > 0 ? (limit << 1) / 2 : Infinity
  } catch {
    // An odd request gets the ordinary limit.
  }
  return DEFAULT_MAX_LINES
}

function isHttp2({ stream }: NodeRequest): boolean {
  return typeof stream?.session === 'object' && stream.session !== null
}
