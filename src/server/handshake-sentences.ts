import { explainCode, explainSocket } from '../extractor/explain-socket.js'
import type { SocketDetail } from '../extractor/result.js'

/** Codes of Node and OpenSSL for handshakes that fail before a client certificate is judged. */
const DETAILS: ReadonlyMap<string, SocketDetail> = new Map([
  ['ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', 'no_certificate'],
  ['ERR_SSL_HTTP_REQUEST', 'not_tls'],
  ['ERR_SSL_HTTPS_PROXY_REQUEST', 'not_tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'not_tls'],
  // OpenSSL took the text for the header of a record.
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'not_tls'],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', 'connection_lost'],
  ['ECONNRESET', 'connection_lost'],
  ['EPIPE', 'connection_lost'],
])

/** @param code - of an error that isn't about a client certificate */
export function detailOfError(code: string | undefined): SocketDetail {
  return DETAILS.get(code ?? '') ?? 'other'
}

const NOT_TLS = "the client doesn't speak TLS on this port; use an https:// address"
const CONNECTION_LOST =
  'the client closed the connection, or fell silent, before the handshake ended'

/** The alerts with which clients reject a server, by the end of their codes (RFC 8446 6.2). */
const CLIENT_REJECTED =
  /_ALERT_(?:UNKNOWN_CA|CERTIFICATE_UNKNOWN|BAD_CERTIFICATE|CERTIFICATE_EXPIRED)$/
const NOTHING_IN_COMMON = /^ERR_SSL_(?:UNSUPPORTED_PROTOCOL|NO_SHARED_CIPHER|NO_SUITABLE_\w+)$/

/** Says why a handshake failed, and what to do about it. */
export function explainHandshake(detail: SocketDetail, code: string | undefined): string {
  if (detail === 'not_tls') return NOT_TLS
  if (detail === 'connection_lost') return CONNECTION_LOST
  return detail === 'other' ? explainOther(code ?? '') : explainSocket(detail, code)
}

function explainOther(code: string): string {
  if (CLIENT_REJECTED.test(code)) {
    return "the client rejected the server's certificate; let the client trust its CA, with curl by --cacert"
  }
  if (NOTHING_IN_COMMON.test(code)) {
    return 'client and server have no TLS version, cipher suite or key exchange in common; update the client'
  }
  return explainCode(code) ?? 'the handshake failed'
}
