import diagnosticsChannel from 'node:diagnostics_channel'
import type { Server, TLSSocket } from 'node:tls'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { detailOfCode, readCode } from '../extractor/socket-codes.js'
import type { SocketDetail } from '../extractor/result.js'
import type { RevocationFault } from '../path/crl/faults.js'
import { describeCertificate } from '../extractor/describe.js'
import { assertBoolean, assertFunction } from '../util/assert.js'
import { invalidType, kindOf } from '../util/errors.js'
import { runHook } from '../util/hooks.js'
import { type OptionTable, parseOptions, withDefault } from '../util/options.js'
import { assertDirectTls } from '../util/runtime.js'
import { trace } from '../util/trace.js'
import { HandshakePeers } from './handshake-peers.js'
import { detailOfError, explainHandshake } from './handshake-sentences.js'
import { limitLines } from './line-limit.js'

/** A TLS handshake that the server ended, or that the client gave up. */
export interface RejectedHandshake {
  /** The cause. `other` means that the `code` says more. */
  readonly detail: SocketDetail
  /** Node's or OpenSSL's error code, such as `CERT_HAS_EXPIRED`; `null` when there is none. */
  readonly code: string | null
  /** Why a trust store with `'require'` doesn't know whether the certificate is revoked. Otherwise missing. */
  readonly revocation?: RevocationFault
  /** The peer's IP address: of the client, or of a load balancer that passes TLS on; `null` if unknown. */
  readonly address: string | null
  /** The host that the client named (SNI); `null` if it named none. The client may write anything here. */
  readonly servername: string | null
  /** The client's certificate, without issuers, if you set `certificates`, and there was one. */
  readonly certificate?: ChainedPeerCertificate
}

export interface HandshakeReportOptions {
  /**
   * Whether reports contain the certificate that was rejected. Node forgets it before it reports the
   * failure. The only event that comes earlier is `keylog`, so with `true` Node hands the keys of each
   * connection to a listener of this package, which ignores them. Default: `false`.
   */
  certificates?: boolean | undefined
}

const OPTIONS: OptionTable<keyof HandshakeReportOptions, { certificates: boolean }> = {
  certificates: withDefault(assertBoolean, false),
}

/** The servers of `https`, `http2` and `tls`. */
export type TlsServer = Pick<Server, 'on' | 'off' | 'setSecureContext'>

const CHANNEL = diagnosticsChannel.channel('passport-client-certificate-auth:handshake-rejected')

/**
 * Reports each handshake that the server rejects. Such clients never send a request, so no strategy,
 * hook or error handler hears of them. Each report goes to
 *
 * - the listener, if you pass one;
 * - the channel `passport-client-certificate-auth:handshake-rejected` of `node:diagnostics_channel`;
 * - standard error, in one line that says what to do, if you pass no listener and `NODE_ENV` isn't
 *   `production`, or if you set `NODE_DEBUG=passport-client-certificate-auth`. A flood of rejected
 *   handshakes causes at most 20 lines a minute, of which the last says that others follow.
 *
 * Handshakes that succeed raise the server's own event `secureConnection`, so you can count them too.
 *
 * @param server - of `node:https`, `node:http2` or `node:tls`
 * @param listener - called for each rejected handshake; errors that it throws are written to standard error
 * @returns a function that stops the reports
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, or
 *   `ERR_UNSUPPORTED_RUNTIME` on Deno
 * @example
 * import https from 'node:https'
 * import { mtlsServerOptions, reportRejectedHandshakes } from 'passport-client-certificate-auth/server'
 *
 * const server = https.createServer(mtlsServerOptions({ key, cert, ca }), app)
 * reportRejectedHandshakes(server)
 * server.listen(8443)
 */
export function reportRejectedHandshakes(
  server: TlsServer,
  listener?: (handshake: RejectedHandshake) => unknown,
  options: HandshakeReportOptions = {},
): () => void {
  assertDirectTls('reportRejectedHandshakes()')
  assertServer(server)
  if (listener !== undefined) assertFunction('listener', listener)
  const { certificates } = parseOptions(options, OPTIONS).values
  const known = new HandshakePeers()
  const write = compileWriter(listener !== undefined)
  const report = (error: Error, socket: TLSSocket): void => {
    const handshake = describe(error, socket, known)
    if (CHANNEL.hasSubscribers) CHANNEL.publish(handshake)
    write?.(handshake)
    runHook('the listener of rejected handshakes', listener, handshake)
  }
  server.on('connection', known.add).on('tlsClientError', report)
  if (certificates) server.on('keylog', known.watch)
  return () => {
    server.off('connection', known.add).off('tlsClientError', report).off('keylog', known.watch)
  }
}

function assertServer(server: unknown): void {
  const { setSecureContext } = (server ?? {}) as Partial<TlsServer>
  if (typeof setSecureContext !== 'function') {
    const expected =
      'a server of node:https, node:http2 or node:tls, because only they have TLS handshakes'
    // A server has about 30 members, which would hide the sentence.
    throw invalidType('server', expected, kindOf(server))
  }
}

function describe(error: Error, socket: TLSSocket, known: HandshakePeers): RejectedHandshake {
  const rejection = readCode(socket.authorizationError)
  const code = rejection ?? readCode(error)
  const { revocation } = error as { revocation?: RevocationFault | undefined }
  const servername: unknown = (socket as { servername?: unknown }).servername
  const certificate = known.certificateOf(socket)
  return {
    detail: rejection === undefined ? detailOfError(code) : detailOfCode(rejection),
    code: code ?? null,
    ...(revocation && { revocation }),
    address: known.addressOf(socket),
    servername: typeof servername === 'string' ? servername : null,
    ...(certificate && { certificate }),
  }
}

type Write = (handshake: RejectedHandshake) => void

/** @returns `undefined` if no line is wanted */
function compileWriter(hasListener: boolean): Write | undefined {
  const isDevelopment = process.env['NODE_ENV'] !== 'production' && !hasListener
  if (!isDevelopment && !trace.enabled) return undefined
  const print = trace.enabled
    ? (line: string) => {
        trace('%s', line)
      }
    : (line: string) => {
        console.error(`passport-client-certificate-auth: ${line}`)
      }
  const printSome = limitLines(print, 'rejected handshakes')
  return (handshake) => {
    printSome(() => toLine(handshake))
  }
}

function toLine({ detail, code, ...handshake }: RejectedHandshake): string {
  const { revocation = null, address, servername, certificate } = handshake
  const names = [detail, code, revocation].filter((name) => name !== null)
  const facts = [
    address === null ? '' : `, from ${address}`,
    servername === null ? '' : `, for ${showHost(servername)}`,
    certificate === undefined ? '' : `, with ${describeCertificate(certificate)}`,
  ]
  const sentence = explainHandshake(detail, code ?? undefined)
  return `rejected a handshake: ${sentence} (${names.join(', ')}${facts.join('')})`
}

/** The client may write anything there, and a terminal obeys some of it. */
function showHost(name: string): string {
  return /^[A-Za-z0-9._-]{1,255}$/.test(name) ? name : "a name that isn't a host's"
}
