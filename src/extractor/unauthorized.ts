import { detailOfCode, readCode } from './socket-codes.js'
import { type CertificateSocket, findLeafDer } from './peer-certificates.js'
import type { RequestLike } from './request.js'
import { type ExtractionFailure, failWith, type SocketDetail } from './result.js'

/** The members of a socket that say why Node didn't authorize the client. */
export interface UnauthorizedSocket {
  readonly encrypted?: unknown
  readonly destroyed?: unknown
  readonly authorized?: unknown
  readonly authorizationError?: unknown
}

/** Tells why the socket of a request isn't authorized. */
export function failUnauthorized(
  socket: UnauthorizedSocket & CertificateSocket,
): ExtractionFailure<'socket_not_authorized'> {
  const code = readCode(socket.authorizationError)
  return failWith('socket_not_authorized', findDetail(socket, code), code)
}

function findDetail(
  socket: UnauthorizedSocket & CertificateSocket,
  code: string | undefined,
): SocketDetail {
  const { encrypted, authorized, authorizationError: error } = socket
  if ((error ?? null) === null) {
    if (socket.destroyed === true) return 'connection_lost'
    // A wrapper around Node's socket may lack `encrypted`, but then it has the other member.
    return encrypted === true || authorized !== undefined ? 'certificate_not_requested' : 'not_tls'
  }
  // Node has this code for a missing certificate too.
  const isMissing = code === 'UNABLE_TO_GET_ISSUER_CERT' && !hasCertificate(socket)
  return isMissing ? 'no_certificate' : detailOfCode(code)
}

function hasCertificate(socket: CertificateSocket): boolean {
  try {
    return findLeafDer(socket) !== undefined
  } catch {
    return false
  }
}

/** Requests of Node always have a socket. That of an HTTP/2 session that has closed throws if it is used. */
export function hasSocket(request: RequestLike): boolean {
  try {
    return typeof request.socket === 'object' && request.socket !== null
  } catch {
    return true
  }
}
