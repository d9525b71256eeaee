import type { EventEmitter } from 'node:events'
import type { TLSSocket } from 'node:tls'
import type { PathEvidence } from '../certificate/chain.js'
import { readPresented, shareHandshake } from '../extractor/socket.js'
import type { RevocationFault } from '../path/crl/faults.js'
import type { HandshakeVerdict, ServedStore } from '../path/store-servers.js'
import { SentIssuers } from './sent-issuers.js'

export type JudgedServer = Pick<EventEmitter, 'emit' | 'on' | 'off'>

type Emit = JudgedServer['emit']

/**
 * Asks a trust store about each client before the server hears of its handshake, if the store checks revocation
 * or if it has changed since the connection was opened. Ends the connections of clients that the store rejects,
 * and reports them as Node reports certificates that OpenSSL rejects.
 *
 * @param hasOtherCas - whether some contexts of the server accept clients of CAs that the store doesn't know
 * @returns a function that stops doing so
 */
export function judgeHandshakes(
  server: JudgedServer,
  store: ServedStore,
  hasOtherCas: boolean,
): () => void {
  /** The generation of the store when a connection was opened, which chose the context of the handshake. */
  const generations = new WeakMap<object, number>()
  const sent = new SentIssuers()
  const open = (connection: object): void => void generations.set(connection, store.generation())
  const judgeEvidence = (
    evidence: PathEvidence | undefined,
    isResumed: boolean,
  ): HandshakeVerdict => {
    if (evidence === undefined) return 'rejected'
    if (isResumed) return store.judge(sent.complete(evidence))
    const found = store.judge(evidence)
    if (found === undefined) sent.remember(evidence)
    return found
  }
  const judge = (socket: TLSSocket & { readonly _parent?: object | null }): HandshakeVerdict => {
    const isFresh = generations.get(socket._parent ?? socket) === store.generation()
    if (isFresh && !store.checksRevocation()) return undefined
    const found = judgeEvidence(readPresented({ socket })?.evidence, socket.isSessionReused())
    // A context of the application may have accepted the client, but not one from before a replacement.
    return hasOtherCas && isFresh && typeof found === 'string' ? undefined : found
  }
  const stopEmitting = interceptHandshakes(server, judge)
  server.on('connection', open)
  return () => {
    stopEmitting()
    server.off('connection', open)
  }
}

/** Node raises no event for a certificate that OpenSSL rejects, so no listener may hear of these either. */
function interceptHandshakes(
  server: JudgedServer,
  judge: (socket: TLSSocket) => HandshakeVerdict,
): () => void {
  const own = Object.getOwnPropertyDescriptor(server, 'emit')
  const { emit } = server
  let isStopped = false
  let last: object | undefined
  const intercepted: Emit = (event, ...args: unknown[]) => {
    if (event === 'secureConnection' && !isStopped) {
      const socket = args[0] as TLSSocket
      const found = judge(socket)
      if (found !== undefined) return reject(emit.bind(server), socket, found)
      last = socket
    }
    // An HTTP/2 server raises it while it handles `secureConnection`.
    if (event === 'session' && last !== undefined) shareHandshake(last, args[0] as object)
    return emit.call(server, event, ...args)
  }
  server.emit = intercepted
  return () => {
    isStopped = true
    // Another program may have put its own function around this one.
    if (server.emit !== intercepted) return
    if (own === undefined) Reflect.deleteProperty(server, 'emit')
    else Object.defineProperty(server, 'emit', own)
  }
}

function reject(emit: Emit, socket: TLSSocket, found: NonNullable<HandshakeVerdict>): true {
  const [code, revocation] = describe(found)
  const message = "The trust store rejected the client's certificate"
  const error = Object.assign(new Error(message), { code, revocation })
  // As Node does, which shows a code here, although its types demand an error.
  Object.assign(socket, { authorized: false, authorizationError: code })
  socket.destroy()
  emit('tlsClientError', error, socket)
  return true
}

/** OpenSSL's codes for what it can tell apart. */
const CODES: Partial<Record<RevocationFault, string>> = {
  stale: 'CRL_HAS_EXPIRED',
  from_the_future: 'CRL_NOT_YET_VALID',
  bad_signature: 'CRL_SIGNATURE_FAILURE',
}

function describe(
  found: NonNullable<HandshakeVerdict>,
): [code: string, revocation: RevocationFault | undefined] {
  if (found === 'unknown_issuer') return ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', undefined]
  if (found === 'rejected') return ['CERT_REJECTED', undefined]
  const { detail } = found
  return [detail === undefined ? 'CERT_REVOKED' : (CODES[detail] ?? 'UNABLE_TO_GET_CRL'), detail]
}
