import { endChain } from '../certificate/chain.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import type { RequestLike } from './request.js'
import { trace } from '../trace.js'
import { type ExtractionResult, failWith, succeed } from './result.js'

/** What is read of a `tls.TLSSocket`; a plain socket has none of it. */
interface SocketLike {
  readonly authorized?: unknown
  readonly authorizationError?: unknown
  isSessionReused?: () => boolean
  getPeerCertificate: (detailed: boolean) => ChainedPeerCertificate | null | undefined
}

/** Reads the client's certificate from the TLS connection of the request. */
export function extractFromSocket(request: RequestLike, includeChain: boolean): ExtractionResult {
  try {
    const socket = request.socket as SocketLike
    if (isAuthorized(socket)) return readCertificate(socket, includeChain)
    trace('the TLS handshake did not authenticate a client: %s', String(socket.authorizationError))
    return failWith('socket_not_authorized')
  } catch {
    // No socket at all, or one that is gone, as after an HTTP/2 session has closed.
    return failWith('socket_not_authorized')
  }
}

/**
 * `authorized` stays true from the first handshake when a later renegotiation presents a
 * certificate that does not verify; only `authorizationError` changes then.
 */
function isAuthorized({ authorized, authorizationError: error }: SocketLike): boolean {
  return authorized === true && (error === null || error === undefined)
}

function readCertificate(socket: SocketLike, includeChain: boolean): ExtractionResult {
  const certificate = getPeerCertificate(socket, includeChain)
  if (certificate !== undefined) return succeed(certificate)
  // A resumed TLS 1.3 session of a client that never had a certificate claims to be authorized
  // (nodejs/node#35317): then nobody presented one. After a full handshake it is our fault.
  const isResumed = socket.isSessionReused?.() === true
  trace('authorized without a certificate, session resumed: %s', String(isResumed))
  return failWith(isResumed ? 'socket_not_authorized' : 'certificate_not_retrievable')
}

function getPeerCertificate(
  socket: SocketLike,
  includeChain: boolean,
): ChainedPeerCertificate | undefined {
  try {
    const certificate = socket.getPeerCertificate(includeChain) ?? {}
    if (Object.keys(certificate).length === 0) return undefined
    const readable = certificate as ChainedPeerCertificate
    // Node adds no issuer unless asked; a wrapper around its socket may.
    if (!('issuerCertificate' in readable)) return readable
    const { issuerCertificate: _, ...leaf } = readable
    return includeChain ? endChain(readable) : leaf
  } catch {
    return undefined
  }
}
