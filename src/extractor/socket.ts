import type { CertificateFault } from '../certificate/peer-certificate.js'
import {
  type ReadCertificate,
  type StoredCertificate,
  shared,
  unshared,
} from '../certificate/stored-certificate.js'
import { note } from './facts.js'
import {
  type CertificateSocket,
  type Evidence,
  findLeafDer,
  readChain,
  readEvidence,
  readLeaf,
} from './peer-certificates.js'
import type { RequestLike } from './request.js'
import { type ExtractionFailure, failWith } from './result.js'
import { failUnauthorized, hasSocket, type UnauthorizedSocket } from './unauthorized.js'

/** The members of a `tls.TLSSocket` that are read. A plain socket doesn't have them. */
interface SocketLike extends CertificateSocket, UnauthorizedSocket {
  isSessionReused?: () => boolean
  getPeerFinished?: () => unknown
  getProtocol?: () => unknown
  getCipher?: () => unknown
}

/** The certificates read from a connection since its last handshake. */
interface Handshake extends Evidence {
  /** The client's Finished message, which is another one in every handshake. */
  readonly finished: Uint8Array
  /** Whether it is the only one: TLS 1.3 has no renegotiation (RFC 8446 4.1.2). */
  readonly isOnly: boolean
  leaf?: StoredCertificate
  chain?: StoredCertificate
  evidence?: StoredCertificate
}

/**
 * How much is read: the leaf alone, also the issuers that Node knows, or also the certificates that
 * paths are validated with.
 */
export type SocketPart = 'leaf' | 'chain' | 'evidence'

// Weak, so that a kept certificate doesn't keep its connection, and the other way round.
const handshakes = new WeakMap<object, Handshake>()

/**
 * Reads the client's certificate from the TLS connection of the request.
 *
 * @param keep - whether to read it once per handshake, not for each request
 */
export function readSocket(
  request: RequestLike,
  part: SocketPart,
  keep: boolean,
): StoredCertificate | ExtractionFailure {
  try {
    const socket = request.socket as SocketLike
    if (!isAuthorized(socket)) return failUnauthorized(socket)
    const found = readCertificate(socket, part, findHandshake(request, socket), keep)
    if (found === 'not_a_certificate') return failWith('certificate_not_retrievable')
    if (found === 'unsupported_key') {
      const failure = failWith('certificate_not_retrievable', found)
      return note(failure, () => ({ der: findLeafDer(socket) }))
    }
    return found ?? explainMissing(socket)
  } catch {
    return failWith('socket_not_authorized', hasSocket(request) ? 'connection_lost' : 'not_tls')
  }
}

/**
 * Reads the certificate that the peer of a TLS connection presented. In the handshake, the peer proved to
 * hold its key. The issuer may be any CA, also one that Node doesn't trust.
 */
export function readPresented(request: RequestLike): StoredCertificate | undefined {
  try {
    const socket = request.socket as SocketLike
    const found = readCertificate(socket, 'evidence', findHandshake(request, socket), true)
    return typeof found === 'string' ? undefined : found
  } catch {
    return undefined
  }
}

/**
 * Lets the requests of an HTTP/2 session use what {@link readPresented} has read from its socket, because Node
 * shows the issuers that the client sent only once.
 */
export function shareHandshake(socket: object, session: object): void {
  const known = handshakes.get(socket)
  if (known !== undefined) handshakes.set(session, known)
}

/**
 * `authorized` stays true from the first handshake when a later renegotiation presents a
 * certificate that does not verify; only `authorizationError` changes then.
 */
function isAuthorized({ authorized, authorizationError: error }: SocketLike): boolean {
  return authorized === true && (error === null || error === undefined)
}

/** Returns `undefined` if the socket, like some wrappers, can't tell one handshake from the next. */
function findHandshake(request: RequestLike, socket: SocketLike): Handshake | undefined {
  // Without a look at the stream of the request, because V8 is slow to find out that there is none.
  const known = handshakes.get(socket)
  return known?.isOnly === true ? known : readHandshake(findConnection(request, socket), socket)
}

function readHandshake(connection: object, socket: SocketLike): Handshake | undefined {
  const last = handshakes.get(connection)
  if (last?.isOnly === true) return last
  const finished = socket.getPeerFinished?.()
  if (!(finished instanceof Uint8Array)) return undefined
  if (last !== undefined && Buffer.compare(last.finished, finished) === 0) return last
  const handshake: Handshake = { finished, isOnly: socket.getProtocol?.() === 'TLSv1.3' }
  handshakes.set(connection, handshake)
  return handshake
}

/** HTTP/2 gives each request a different socket object, but they share one session. */
function findConnection(request: RequestLike, socket: object): object {
  const { stream } = request as { stream?: { session?: unknown } | null }
  const session = stream?.session
  return typeof session === 'object' && session !== null ? session : socket
}

function readCertificate(
  socket: SocketLike,
  part: SocketPart,
  handshake: Handshake | undefined,
  keep: boolean,
): StoredCertificate | CertificateFault | undefined {
  const kept = keep ? handshake : undefined
  if (kept?.[part] !== undefined) return kept[part]
  if (isRenegotiating(socket)) return undefined
  const read = getCertificate(socket, part, handshake ?? {})
  if (read === undefined || typeof read === 'string') return read
  return kept === undefined ? unshared(read) : (kept[part] = shared(read))
}

function getCertificate(
  socket: SocketLike,
  part: SocketPart,
  evidence: Evidence,
): ReadCertificate | CertificateFault | undefined {
  try {
    const leaf = readLeaf(socket)
    if (leaf === undefined || typeof leaf === 'string' || part === 'leaf') return leaf
    return part === 'chain'
      ? readChain(socket, leaf, evidence)
      : readEvidence(socket, leaf, evidence)
  } catch {
    return undefined
  }
}

/**
 * Whether a second handshake of the connection has begun and not ended. Node shows the certificate
 * that the client has sent in it before the client has proven to hold the key, so a client
 * could now pose as the holder of any certificate that it knows. Until then, Node doesn't show the cipher.
 */
function isRenegotiating(socket: SocketLike): boolean {
  return socket.getCipher !== undefined && !socket.getCipher()
}

/**
 * A resumed TLS 1.3 session of a client that never had a certificate claims to be authorized
 * (nodejs/node#35317), although it presented none. After a full handshake it is our fault.
 */
function explainMissing(socket: SocketLike): ExtractionFailure {
  if (isRenegotiating(socket)) {
    const detail = socket.destroyed === true ? 'connection_lost' : 'renegotiation'
    return failWith('socket_not_authorized', detail)
  }
  const isResumed = socket.isSessionReused?.() === true
  if (!isResumed && typeof socket.getPeerCertificate !== 'function') {
    return failWith('certificate_not_retrievable', 'unsupported_server')
  }
  return isResumed
    ? failWith('socket_not_authorized', 'no_certificate')
    : failWith('certificate_not_retrievable')
}
