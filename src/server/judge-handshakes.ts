import type { EventEmitter } from 'node:events'
import type { TLSSocket } from 'node:tls'
import type { PathEvidence } from '../certificate/chain.js'
import { readPresented, shareHandshake } from '../extractor/socket.js'
import type { ServedStore } from '../path/store-servers.js'
import type { RejectedPath } from '../path/verdict.js'
import { SentIssuers } from './sent-issuers.js'

export type JudgedServer = Pick<EventEmitter, 'emit' | 'on' | 'off'>

type Emit = JudgedServer['emit']

/** Node shows no certificate, or one that this package doesn't read. */
const UNREADABLE: RejectedPath = {
  ok: false,
  reason: 'certificate_chain_untrusted',
  detail: 'malformed',
}

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
  ): RejectedPath | undefined => {
    if (evidence === undefined) return UNREADABLE
    if (isResumed) return store.judge(sent.complete(evidence))
    const found = store.judge(evidence)
    if (found === undefined) sent.remember(evidence)
    return found
  }
  const judge = (
    socket: TLSSocket & { readonly _parent?: object | null },
  ): RejectedPath | undefined => {
    const isFresh = generations.get(socket._parent ?? socket) === store.generation()
    if (isFresh && !store.checksRevocation()) return undefined
    const found = judgeEvidence(readPresented({ socket })?.evidence, socket.isSessionReused())
    // A context of the application may have accepted the client, but not one from before a replacement.
    return hasOtherCas && isFresh && !isAboutRevocation(found) ? undefined : found
  }
  const stopEmitting = interceptHandshakes(server, judge)
  server.on('connection', open)
  return () => {
    stopEmitting()
    server.off('connection', open)
  }
}

function isAboutRevocation(found: RejectedPath | undefined): boolean {
  return found?.reason === 'certificate_revoked' || found?.reason === 'revocation_unknown'
}

/** Node raises no event for a certificate that OpenSSL rejects, so no listener may hear of these either. */
function interceptHandshakes(
  server: JudgedServer,
  judge: (socket: TLSSocket) => RejectedPath | undefined,
): () => void {
  const own = Object.getOwnPropertyDescriptor(server, 'emit')
  const { emit } = server
  let isStopped = false
  /** While its `secureConnection` is handled, in which an HTTP/2 server raises `session`. */
  let accepted: object | undefined
  const intercepted: Emit = (event, ...args: unknown[]) => {
    if (event === 'session' && accepted !== undefined) shareHandshake(accepted, args[0] as object)
    if (event !== 'secureConnection' || isStopped) return emit.call(server, event, ...args)
    const socket = args[0] as TLSSocket
    const found = judge(socket)
    if (found !== undefined) return reject(emit.bind(server), socket, found)
    accepted = socket
    try {
      return emit.call(server, event, ...args)
    } finally {
      accepted = undefined
    }
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

function reject(emit: Emit, socket: TLSSocket, found: RejectedPath): true {
  const code = codeOf(found)
  const revocation = found.reason === 'revocation_unknown' ? found.detail : undefined
  const message = "The trust store rejected the client's certificate"
  const error = Object.assign(new Error(message), { code, revocation })
  // As Node does, which shows a code here, although its types demand an error.
  Object.assign(socket, { authorized: false, authorizationError: code })
  socket.destroy()
  emit('tlsClientError', error, socket)
  return true
}

/**
 * OpenSSL's codes for what it can tell apart. A client chooses the certificates that it sends, and could make
 * another fault hide that it is revoked, so each fault rejects it.
 */
const CODES: Readonly<Record<RejectedPath['reason'], Readonly<Record<string, string>>>> = {
  certificate_revoked: { undefined: 'CERT_REVOKED' },
  certificate_expired: { undefined: 'CERT_HAS_EXPIRED' },
  certificate_not_yet_valid: { undefined: 'CERT_NOT_YET_VALID' },
  revocation_unknown: {
    stale: 'CRL_HAS_EXPIRED',
    from_the_future: 'CRL_NOT_YET_VALID',
    bad_signature: 'CRL_SIGNATURE_FAILURE',
    other: 'UNABLE_TO_GET_CRL',
  },
  certificate_chain_untrusted: {
    unknown_issuer: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    bad_signature: 'CERT_SIGNATURE_FAILURE',
    expired: 'CERT_HAS_EXPIRED',
    not_yet_valid: 'CERT_NOT_YET_VALID',
    extended_key_usage: 'INVALID_PURPOSE',
    other: 'CERT_REJECTED',
  },
}

function codeOf({ reason, detail }: RejectedPath): string {
  const codes = CODES[reason]
  return (codes[String(detail)] ?? codes['other']) as string
}
