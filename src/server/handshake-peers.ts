import type { TLSSocket } from 'node:tls'
import {
  type ChainedPeerCertificate,
  parseCertificate,
  toPeerCertificate,
} from '../certificate/peer-certificate.js'
import { findLeafDer } from '../extractor/peer-certificates.js'

interface Peer {
  readonly remoteAddress?: string | undefined
}

/** Node closes the socket of a rejected handshake before it reports it, and then shows neither of these. */
export class HandshakePeers {
  readonly #addresses = new WeakMap<object, string>()
  readonly #certificates = new WeakMap<object, Uint8Array>()

  readonly add = (connection: object & Peer): void => {
    const { remoteAddress } = connection
    if (remoteAddress !== undefined) this.#addresses.set(connection, remoteAddress)
  }

  /** Keeps the certificate from the end of the handshake until Node has judged it. */
  readonly watch = (_line: unknown, socket: TLSSocket): void => {
    if (this.#certificates.has(socket)) return
    this.#certificates.set(socket, Buffer.alloc(0))
    socket.prependOnceListener('secure', () => {
      const der = findLeafDer(socket)
      if (der !== undefined) this.#certificates.set(socket, Buffer.from(der))
    })
    socket.once('secure', () => {
      if (!socket.destroyed) this.#certificates.set(socket, Buffer.alloc(0))
    })
  }

  addressOf(socket: TLSSocket & { readonly _parent?: (object & Peer) | null }): string | null {
    const { remoteAddress, _parent: connection } = socket
    return remoteAddress ?? (connection && this.#addresses.get(connection)) ?? null
  }

  certificateOf(socket: TLSSocket): ChainedPeerCertificate | undefined {
    const certificate = parseCertificate(this.#certificates.get(socket) ?? Buffer.alloc(0))
    return typeof certificate === 'string' ? undefined : toPeerCertificate(certificate)
  }
}
