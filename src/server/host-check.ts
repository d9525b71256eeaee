import { isIPv4, isIPv6 } from 'node:net'
import { MisdirectedRequestError } from '../util/errors.js'
import { collectFields, type FieldValue, readField, UNREADABLE } from '../extractor/fields.js'
import type { RequestLike } from '../extractor/request.js'
import { trace } from '../util/trace.js'

/** What is read of a request of HTTP/1.1 or HTTP/2. */
export interface HostRequest extends RequestLike {
  readonly url?: string | undefined
  /** What Express and Connect keep of the URL where they shorten it. */
  readonly originalUrl?: string | undefined
}

/**
 * Rejects a request for another host than the client named in the TLS handshake (SNI), with 421. It
 * belongs in front of everything else on a server whose contexts, by `addContext()` or `SNICallback`,
 * have different `ca`: the handshake was decided by the CAs of the host that it named.
 *
 * Every host that the request names has to be that one: `Host`, `:authority`, and an absolute URL. A
 * port, letter case and a dot at the end make no difference in these. They do in the handshake, because
 * Node looks for a context by the exact name. A client that named no host there may only ask for an IP
 * address, which no context of its own is for.
 *
 * @param res - answered with 421 where there is no `next`
 * @param next - called without arguments, or with a {@link MisdirectedRequestError}
 * @returns whether the request may go on
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
    // Node doesn't show the name of a resumed TLS 1.2 session, which may be of any context.
    return !socket.isResumed && hosts.every((host) => isAddress(readHost(host)))
  } catch {
    // The connection has ended, or the request is odd.
    return false
  }
}

function readSocket({ socket }: HostRequest): { servername: unknown; isResumed: boolean } {
  const { servername, isSessionReused } = socket as TlsSocket
  return { servername, isResumed: isSessionReused?.call(socket) === true }
}

type Host = NonNullable<FieldValue>

const HOST_FIELDS = [':authority', 'host']

/** Every host that a request names, readable or not. */
function listHosts(req: HostRequest): Host[] {
  const fields = collectFields(req, HOST_FIELDS)
  const named: FieldValue[] = [
    ...HOST_FIELDS.map((name) => readField(fields, name)),
    readTarget(req),
  ]
  return named.filter((host) => host !== undefined)
}

/** An absolute URL (RFC 9112 3.2.2) takes the place of `Host` in some frameworks and not in others. */
function readTarget({ originalUrl, url }: HostRequest): FieldValue {
  const target = originalUrl ?? url ?? ''
  if (/^[/*]|^$/.test(target)) return undefined
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1] ?? UNREADABLE
}

/** In lower case, without port and final dot; `undefined` if it isn't a name or an address. */
function readHost(host: Host): string | undefined {
  if (host === UNREADABLE) return undefined
  const [, ipv6, name] = /^(?:\[([^[\]]*)\]|([\w.-]*?)\.?)(?::\d*)?$/.exec(host) ?? []
  if (ipv6 !== undefined) return isIPv6(ipv6) ? ipv6.toLowerCase() : undefined
  return name === undefined || name === '' || name.endsWith('.') ? undefined : name.toLowerCase()
}

function isAddress(host: string | undefined): boolean {
  return host !== undefined && (isIPv4(host) || isIPv6(host))
}
