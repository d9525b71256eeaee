import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { ignoreRejection } from '../util/promises.js'
import type { Parse } from '../util/assert.js'
import { invalidType, invalidValue } from '../util/errors.js'
import { assertUnixSockets, type Runtime, RUNTIME } from '../util/runtime.js'
import { note } from './facts.js'
import { compileProxyCas, parseProxyCas, type ProxyCaOptions, type ProxyCas } from './proxy-ca.js'
import type { RequestLike } from './request.js'
import { type ExtractionFailure, failWith, isFailure, type ProxyDetail } from './result.js'
import { readSocket } from './socket.js'

/** The other end of the connection on which a request came. */
export interface ProxyPeer {
  /** IP address, IPv4-mapped IPv6 written as IPv4; `null` when it is not known. */
  readonly address: string | null
  /**
   * The peer's own TLS client certificate, when Node verified one on this connection. Always `null` on
   * Deno, where direct TLS isn't supported.
   */
  readonly certificate: ChainedPeerCertificate | null
  readonly request: PeerRequest
}

/** Reading a header of a request without headers throws, so the peer isn't trusted. */
interface PeerRequest extends RequestLike {
  readonly headers: NonNullable<RequestLike['headers']>
}

/** Which peers may say who the client is: see the option `trustedProxies`. */
export type TrustedProxies =
  true | string | readonly string[] | ProxyCaOptions | ((peer: ProxyPeer) => boolean)

/** Checks whether the peer of a request may speak for a client. Returns `undefined` if it may. */
export type ProxyTrust = (request: RequestLike) => UntrustedProxy | undefined

export type UntrustedProxy = ExtractionFailure<'untrusted_proxy'>

export function rejectProxy(detail: ProxyDetail): UntrustedProxy {
  return failWith('untrusted_proxy', detail)
}

/** The words that Express knows (`trust proxy`), and their networks. */
const NETWORKS: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
  ['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
])

/** The option, parsed: every peer, a function to ask about a peer, a list of addresses, or CAs. */
export type TrustedPeers = true | ((peer: ProxyPeer) => boolean) | Addresses | ProxyCas

interface Addresses {
  readonly networks: BlockList
  /** Whether the peer of every Unix-domain socket is trusted. */
  readonly unix: boolean
}

export const parseTrustedProxies: Parse<TrustedPeers> = (name, value) => {
  if (value === true) return value
  if (typeof value === 'function') return value as (peer: ProxyPeer) => boolean
  return isObject(value) ? parseProxyCas(value as ProxyCaOptions) : parseAddresses(name, value)
}

/** An empty object is more likely a mistake about the type than a lack of `ca`. */
function isObject(value: unknown): boolean {
  const isList = typeof value !== 'object' || value === null || Array.isArray(value)
  return !isList && Object.keys(value).length > 0
}

/**
 * Checks the runtime only here, and not when the option is parsed, so that what is wrong with the
 * other options is reported first.
 *
 * @throws TypeError `ERR_UNSUPPORTED_RUNTIME` for `'unix'` where a connection doesn't show what it is, and
 *   for CAs where it doesn't show the peer's certificate
 */
export function compileProxyTrust(trusted: TrustedPeers, runtime: Runtime = RUNTIME): ProxyTrust {
  if (trusted === true) return () => undefined
  if (typeof trusted === 'function') {
    return (request) => {
      const answer: unknown = trusted(describePeer(request, runtime))
      ignoreRejection(answer)
      return answer === true ? undefined : rejectProxy('function_said_no')
    }
  }
  if ('store' in trusted) return compileProxyCas(trusted, runtime)
  const { networks, unix } = trusted
  if (unix) assertUnixSockets('option "trustedProxies"', runtime)
  const isListed = rememberLast((remoteAddress: string) => {
    const address = normalizeAddress(remoteAddress)
    return address && networks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
  })
  return (request) => {
    const remoteAddress = readRemoteAddress(request)
    const listed = remoteAddress && isListed(remoteAddress)
    if (typeof listed === 'boolean') return listed ? undefined : rejectAddress(remoteAddress)
    // An unknown address is never trusted: a client that resets its connection has none either.
    return unix && isOverUnixSocket(request) ? undefined : rejectProxy('address_unknown')
  }
}

function rejectAddress(address: string | null): UntrustedProxy {
  return note(rejectProxy('address_not_listed'), () => ({ address }))
}

/** Few proxies send all requests, and Node's answer takes longer than everything around it. */
function rememberLast<Answer>(ask: (question: string) => Answer): (question: string) => Answer {
  let last: { readonly question: string; readonly answer: Answer } | undefined
  return (question) => {
    if (last?.question !== question) last = { question, answer: ask(question) }
    return last.answer
  }
}

function describePeer(request: RequestLike, { hasDirectTls }: Runtime): ProxyPeer {
  const remoteAddress = readRemoteAddress(request)
  const found = hasDirectTls ? readSocket(request, 'leaf', true) : null
  return {
    address: remoteAddress === null ? null : normalizeAddress(remoteAddress),
    certificate: found === null || isFailure(found) ? null : found.forRequest(),
    request: request as PeerRequest,
  }
}

/**
 * Whether it can be told that a peer is not the proxy. The connection of a proxy that was reset has no
 * address, and the certificate on it is still the proxy's own.
 */
export function isPeerKnown(request: RequestLike): boolean {
  return readRemoteAddress(request) !== null || isOverUnixSocket(request)
}

function readRemoteAddress(request: RequestLike): string | null {
  const { remoteAddress } = (request.socket ?? {}) as { remoteAddress?: unknown }
  return typeof remoteAddress === 'string' ? remoteAddress : null
}

/** Node's binding to a connection. That of TLS wraps the one of the connection below it. */
interface Handle {
  readonly constructor?: { readonly name?: unknown }
  readonly _parent?: Handle | null
}

/** On Node, and on Deno. */
const PIPES: readonly unknown[] = ['Pipe', 'PipeWrap']

/** More layers of TLS, each inside of the next, than any set-up needs. */
const MAX_LAYERS = 4

/**
 * Whether the connection itself is a Unix-domain socket (a named pipe on Windows). The address
 * that the server listens on doesn't say it, because a server can be handed connections of another
 * listener. No documented property says it either: a Unix socket has no addresses, and on some systems neither has a TCP
 * connection that was reset. So Node's own binding has to be a pipe. That is undocumented, and where
 * it can't be seen, as on a connection that has ended, the peer isn't trusted.
 */
function isOverUnixSocket(request: RequestLike): boolean {
  let handle = (request.socket as { _handle?: Handle | null } | null | undefined)?._handle
  for (let layer = 0; layer < MAX_LAYERS; layer += 1) {
    if (PIPES.includes(handle?.constructor?.name)) return true
    handle = handle?._parent
  }
  return false
}

/** Without zone, and IPv4-mapped IPv6 (RFC 4291 2.5.5.2) as IPv4; `null` if it isn't an address. */
function normalizeAddress(text: string): string | null {
  const address = text.replace(/%.*$/, '')
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined && isIPv4(mapped)) return mapped
  return isIPv4(address) || isIPv6(address) ? address : null
}

const EXPECTED = 'true, an address, a network, a list of those, an object with "ca", or a function'

function parseAddresses(name: string, value: unknown): Addresses {
  const list: unknown = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list)) {
    throw invalidType(name, EXPECTED, value)
  }
  if (list.length === 0) throw invalidValue(name, 'must name at least one proxy', value)
  const networks = new BlockList()
  let unix = false
  for (const entry of list) {
    if (typeof entry !== 'string') throw invalidType(name, 'a list of strings', value)
    if (entry === 'unix') unix = true
    else for (const network of NETWORKS.get(entry) ?? [entry]) addNetwork(networks, name, network)
  }
  return { networks, unix }
}

function addNetwork(networks: BlockList, name: string, text: string): void {
  const slash = text.indexOf('/')
  const host = slash === -1 ? text : text.slice(0, slash)
  const address = normalizeAddress(host)
  if (address === null || host.includes('%')) throw invalidNetwork(name, text)
  const bits = isIPv4(address) ? 32 : 128
  const prefix = slash === -1 ? bits : readPrefix(text.slice(slash + 1)) - mappedBits(host)
  if (!(prefix >= 1 && prefix <= bits)) throw invalidNetwork(name, text)
  networks.addSubnet(address, prefix, isIPv4(address) ? 'ipv4' : 'ipv6')
}

function readPrefix(text: string): number {
  return /^[0-9]{1,3}$/.test(text) ? Number(text) : NaN
}

/** The prefix of an IPv4-mapped network counts the bits in front of the IPv4 address too. */
function mappedBits(host: string): number {
  return isIPv6(host) && host.includes('.') ? 96 : 0
}

function invalidNetwork(name: string, text: string): TypeError {
  return invalidValue(
    name,
    'must be an IP address, a network such as "10.0.0.0/8" (at least one bit long), ' +
      "'loopback', 'linklocal', 'uniquelocal' or 'unix'; true trusts every peer",
    text,
  )
}
