import type { EventEmitter } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { readPresented, shareHandshake } from '../extractor/socket.js'
import type { RevocationFault } from '../path/crl/faults.js'
import type { ServedStore } from '../path/store-servers.js'

export type JudgedServer = Pick<EventEmitter, 'prependListener' | 'off' | 'emit'>

/**
 * Ends the connection of a client whose certificate a trust store rejects because of revocation, before it
 * can send a request, and reports it as Node reports certificates that OpenSSL rejects.
 *
 * @param hasOtherCas - whether some contexts of the server accept clients of CAs that the store doesn't know
 * @returns a function that stops doing so
 */
export function rejectRevoked(
  server: JudgedServer,
  store: ServedStore,
  hasOtherCas: boolean,
): () => void {
  let last: object | undefined
  const judge = (socket: TLSSocket): void => {
    last = undefined
    if (!store.checksRevocation()) return
    const evidence = readPresented({ socket })?.evidence
    const found = evidence && store.findRevocation(evidence)
    const code = codeOf(found, hasOtherCas || socket.isSessionReused())
    if (code === undefined) last = socket
    else reject(server, socket, code, typeof found === 'object' ? found.detail : undefined)
  }
  // An HTTP/2 server raises it while it handles `secureConnection`.
  const share = (session: object): void => {
    if (last !== undefined) shareHandshake(last, session)
  }
  // Before the listener that reads requests.
  server.prependListener('secureConnection', judge).prependListener('session', share)
  return () => {
    server.off('secureConnection', judge).off('session', share)
  }
}

function reject(
  server: JudgedServer,
  socket: TLSSocket,
  code: string,
  revocation: RevocationFault | undefined,
): void {
  const message = "The trust store rejected the client's certificate"
  const error = Object.assign(new Error(message), { code, revocation })
  // As Node does, which shows a code here, although its types demand an error.
  Object.assign(socket, { authorized: false, authorizationError: code })
  socket.destroy()
  server.emit('tlsClientError', error, socket)
}

/** OpenSSL's codes for what it can tell apart. */
const CODES: Partial<Record<RevocationFault, string>> = {
  stale: 'CRL_HAS_EXPIRED',
  from_the_future: 'CRL_NOT_YET_VALID',
  bad_signature: 'CRL_SIGNATURE_FAILURE',
}

/**
 * Node loses the issuers that a client sent when a session is resumed, but other lists end all sessions. Some
 * releases lose them in each handshake, and then the store can't tell whether the client is revoked.
 *
 * @returns `undefined` if the handshake succeeds
 */
function codeOf(
  found: ReturnType<ServedStore['findRevocation']>,
  mayLackIssuer: boolean,
): string | undefined {
  if (found === undefined) return undefined
  if (found === 'unknown_issuer')
    return mayLackIssuer ? undefined : 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'
  const { detail } = found
  return detail === undefined ? 'CERT_REVOKED' : (CODES[detail] ?? 'UNABLE_TO_GET_CRL')
}
