import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { MAX_CHAIN_CERTS } from '../../certificate/limits.js'
import { UsageError } from '../command.js'
import { printable } from '../run.js'
import type { ServerAddress } from './address.js'

/** The behaviour of a TLS server towards a client without a certificate. */
export interface Probe {
  /** The server's certificate first. Empty if the handshake ended before the server sent it. */
  readonly chain: readonly Buffer[]
  /** `undefined` if the handshake didn't complete. */
  readonly protocol: string | undefined
  /** `true`, the reason why Node doesn't trust the certificate, or `undefined` if it wasn't asked. */
  readonly trust: true | string | undefined
  readonly asksForCertificate: boolean
  /**
   * - `answered`: the server sent something
   * - `rejected`: it ended the connection with an alert about a missing certificate
   * - `closed`: it closed the connection without an alert or an answer
   * - `silent`: it neither answered nor closed the connection in time
   */
  readonly outcome: 'answered' | 'rejected' | 'closed' | 'silent'
  /** The first line of the answer, if it is that of HTTP. */
  readonly statusLine: string | undefined
}

const TIME_LIMIT_MS = 10_000

/**
 * Connects to a TLS server without a client certificate, and sends a HEAD request.
 *
 * A TLS 1.2 server that demands a certificate ends the handshake. Its own certificate can then be read
 * only during the handshake. That takes a second connection, because up to Node 24 such a read makes Node
 * check the host's name against nothing.
 *
 * @throws UsageError if there is no TLS server
 */
export async function probeServer(
  address: ServerAddress,
  limitMs: number = TIME_LIMIT_MS,
): Promise<Probe> {
  const first = new Seen(false)
  const error = await visit(address, first, limitMs)
  const isCutOff = first.asksForCertificate && first.chain.length === 0
  const seen = isCutOff ? new Seen(true) : first
  const probe = seen.conclude(isCutOff ? await visit(address, seen, limitMs) : error)
  if (probe === undefined) throw noTlsServer(address, error)
  return probe
}

/** Resolves with the error of the connection, if any. */
function visit(
  address: ServerAddress,
  seen: Seen,
  limitMs: number,
): Promise<NodeJS.ErrnoException | undefined> {
  const { host, port, path } = address
  // RFC 6066 3: addresses aren't names of servers.
  const name = isIP(host) === 0 ? { servername: host } : {}
  const socket = connect({ host, port, ...name, rejectUnauthorized: false })
  const request = `HEAD ${path} HTTP/1.1\r\nHost: ${hostHeader(address)}\r\nConnection: close\r\n\r\n`
  return new Promise((resolve) => {
    const end = (error?: NodeJS.ErrnoException): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(error)
    }
    const timer = setTimeout(() => {
      seen.isSilent = true
      end()
    }, limitMs)
    socket.on('keylog', (line: Buffer) => seen.readHandshake(socket, line))
    socket.once('secureConnect', () => {
      seen.readConnection(socket)
      socket.write(request)
    })
    socket.once('data', (data: Buffer) => {
      seen.answer = data
      end()
    })
    // Not once(), because a later error without a listener would end the process.
    socket.on('error', end)
    socket.once('close', () => end())
  })
}

function hostHeader({ host, port }: ServerAddress): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
}

/** Collects the facts that a connection shows. */
class Seen {
  private readonly readsEarly: boolean
  chain: Buffer[] = []
  asksForCertificate = false
  protocol: string | undefined
  trust: true | string | undefined
  answer: Buffer | undefined
  isSilent = false

  constructor(readsEarly: boolean) {
    this.readsEarly = readsEarly
  }

  readHandshake(socket: TLSSocket, line: Buffer): void {
    // Node logs these secrets after the server's certificate, in TLS 1.2 and 1.3.
    if (!/^(?:CLIENT_RANDOM|EXPORTER_SECRET) /.test(line.toString('latin1', 0, 20))) return
    // Only a CertificateRequest tells a client the server's algorithms (RFC 8446 4.3.2, RFC 5246 7.4.4).
    this.asksForCertificate = socket.getSharedSigalgs().length > 0
    if (this.readsEarly) this.chain = listChain(socket.getPeerX509Certificate())
  }

  readConnection(socket: TLSSocket): void {
    this.protocol = socket.getProtocol() as string
    this.trust = socket.authorized || String(socket.authorizationError)
    if (!this.readsEarly) this.chain = listChain(socket.getPeerX509Certificate())
  }

  /** @returns `undefined` if the other side isn't a TLS server */
  conclude(error: NodeJS.ErrnoException | undefined): Probe | undefined {
    if (this.chain.length === 0) return undefined
    const { chain, protocol, trust, asksForCertificate } = this
    const start = this.answer?.toString('latin1', 0, 100) ?? ''
    const line = /^HTTP\/\d\.\d \d{3}\b[^\r\n]*/.exec(start)?.[0]
    const statusLine = line && printable(line)
    const outcome = this.outcomeOf(error)
    return { chain, protocol, trust, asksForCertificate, outcome, statusLine }
  }

  private outcomeOf(error: NodeJS.ErrnoException | undefined): Probe['outcome'] {
    if (this.answer !== undefined) return 'answered'
    if (this.isSilent) return 'silent'
    // RFC 8446 6.2: certificate_required. TLS 1.2 servers send handshake_failure or bad_certificate.
    const isAlert = /ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE)$/
    return isAlert.test(String(error?.code)) ? 'rejected' : 'closed'
  }
}

function listChain(leaf: X509Certificate | undefined): Buffer[] {
  const chain: Buffer[] = []
  for (
    let next = leaf;
    next !== undefined && chain.length < MAX_CHAIN_CERTS;
    next = next.issuerCertificate
  ) {
    chain.push(next.raw)
  }
  return chain
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; check the port, and whether the server runs',
  ENOTFOUND: 'the name has no address; check the spelling',
  EAI_AGAIN: "the name server didn't answer; check the network",
  EHOSTUNREACH: "the host can't be reached; check the network",
  ENETUNREACH: "the network can't be reached",
  ETIMEDOUT: 'no answer in time; check the port and firewalls',
  ECONNRESET: 'the server closed the connection during the handshake; it may not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server answered, but not with TLS; it may speak plain HTTP',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server answered, but not with TLS; it may speak plain HTTP',
}

function noTlsServer(address: ServerAddress, error: NodeJS.ErrnoException | undefined): UsageError {
  // Only the time limit ends a connection without an error.
  const code = error === undefined ? 'ETIMEDOUT' : String(error.code)
  const reason = REASONS[code] ?? `the TLS handshake failed (${code})`
  return new UsageError(`${printable(hostHeader(address)).slice(0, 80)}: ${reason}`)
}
