import { isIPv4, isIPv6 } from 'node:net'
import { MisdirectedRequestError } from '../util/errors.js'
import { collectFields, type FieldValue, readField, UNREADABLE } from '../extractor/fields.js'
import type { RequestLike } from '../extractor/request.js'
import { trace } from '../util/trace.js'

/** The members of an HTTP/1.1 or HTTP/2 request that the check reads. */
export interface HostRequest extends RequestLike {
  readonly url?: string | undefined
  /** The whole URL, if Express or Connect has shortened `url`. */
  readonly originalUrl?: string | undefined
}

/**
 * Rejects a request with 421 if it is for another host than the client named in the TLS handshake (SNI).
 * Use it before everything else if contexts of your server, from `addContext()` or `SNICallback`, have a
 * different `ca`. The handshake only checked the certificate against the CAs of the host that it named.
 *
 * Every host in the request must match: `Host`, `:authority`, and the host of an absolute URL. In these,
 * the port, the case and a final dot are ignored. In the handshake they matter, because Node selects the
 * context by the exact name. A client that didn't name a host in the handshake may only request an IP
 * address, because no context belongs to an IP address.
 *
 * @param res - gets the answer 421 if you don't pass `next`
 * @param next - called without arguments, or with a {@link MisdirectedRequestError}, whose `code` is
 *   `ERR_MISDIRECTED_REQUEST`
 * @returns whether the request may continue
 * @example
 * import { assertHostMatchesServername } from 'passport-client-certificate-auth/server'
 *
 * app.use(assertHostMatchesServername)
 */
export function assertHostMatchesServername(
  req: HostRequest,
  res?: unknown,
  next?: (error?: unknown) => void,
): boolean {
  const isMatch = matches(req)
  if (!isMatch) trace('the request names another host than its TLS handshake')
  if (next !== undefined) next(...(isMatch ? [] : [new MisdirectedRequestError()]))
  else if (!isMatch) answer(res as Partial<Response> | undefined)
  return isMatch
}

interface Response {
  writeHead(status: number, headers: Readonly<Record<string, string>>): void
  end(text: string): void
}

function answer(res?: Partial<Response>): void {
  res?.writeHead?.(421, { 'content-type': 'text/plain' })
  res?.end?.('Misdirected Request')
}

interface TlsSocket {
  readonly servername?: unknown
  isSessionReused?: () => boolean
}

function matches(req: HostRequest): boolean {
  try {
    const { servername, ...socket } = readSocket(req)
    const hosts = listHosts(req)
    if (hosts.length === 0) return false
    if (typeof servername === 'string' && servername !== '') {
      return hosts.every((host) => readHost(host) === servername)
    }
    // Node doesn't show the name of a resumed TLS 1.2 session, which may belong to any context.
    return !socket.isResumed && hosts.every((host) => isAddress(readHost(host)))
  } catch {
    // The connection has ended, or the request is malformed.
    return false
  }
}

function readSocket({ socket }: HostRequest): { servername: unknown; isResumed: boolean } {
  const { servername, isSessionReused } = socket as TlsSocket
  return { servername, isResumed: isSessionReused?.call(socket) === true }
}

type Host = NonNullable<FieldValue>

const HOST_FIELDS = [':authority', 'host']

/** Lists every host that a request names, readable or not. */
function listHosts(req: HostRequest): Host[] {
  const fields = collectFields(req, HOST_FIELDS)
  const named: FieldValue[] = [
    ...HOST_FIELDS.map((name) => readField(fields, name)),
    readTarget(req),
  ]
  return named.filter((host) => host !== undefined)
}

/** Some frameworks prefer an absolute URL (RFC 9112 3.2.2) to `Host`, and others ignore it. */
function readTarget({ originalUrl, url }: HostRequest): FieldValue {
  const target = originalUrl ?? url ?? ''
  if (/^[/*]|^$/.test(target)) return undefined
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1] ?? UNREADABLE
}

/** Returns the host in lower case, without port and final dot; `undefined` if it is malformed. */
function readHost(host: Host): string | undefined {
  if (host === UNREADABLE) return undefined
  const [, ipv6, name] = /^(?:\[([^[\]]*)\]|([\w.-]*?)\.?)(?::\d*)?$/.exec(host) ?? []
  if (ipv6 !== undefined) return isIPv6(ipv6) ? ipv6.toLowerCase() : undefined
  return name === undefined || name === '' || name.endsWith('.') ? undefined : name.toLowerCase()
}

function isAddress(host: string | undefined): boolean {
  return host !== undefined && (isIPv4(host) || isIPv6(host))
}
