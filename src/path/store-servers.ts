import type { PathEvidence } from '../certificate/chain.js'
import type { RejectedPath } from './verdict.js'

/** The CAs and lists of a trust store, for the handshakes of its servers. */
export interface HandshakeTrust {
  /** CAs and intermediates, in PEM. */
  readonly cas: readonly string[]
  /** A short text for each revocation list, which no other list has. */
  readonly lists: readonly string[]
}

/** A TLS server whose CAs are those of a trust store. */
export interface FollowingServer {
  /**
   * Checks that the server can use the CAs, and changes nothing yet.
   *
   * @returns a function that makes the server use them, which doesn't throw
   */
  prepare: (trust: HandshakeTrust) => () => void
}

/** A trust store, as its servers see it. */
export interface ServedStore {
  /** @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` if a CA can't be used in a handshake */
  listTrust: () => HandshakeTrust
  /** Grows with each replacement. */
  generation: () => number
  checksRevocation: () => boolean
  /** @returns `undefined` if a path is valid */
  judge: (evidence: PathEvidence) => RejectedPath | undefined
}

/** The TLS servers that use a trust store. */
export class StoreServers {
  readonly store: ServedStore
  readonly #servers = new Set<WeakRef<FollowingServer>>()

  constructor(store: ServedStore) {
    this.store = store
  }

  /** Doesn't keep the server alive, because a store may outlive many servers. */
  add(server: FollowingServer): void {
    this.#servers.add(new WeakRef(server))
  }

  remove(server: FollowingServer): void {
    for (const one of this.#servers) if (one.deref() === server) this.#servers.delete(one)
  }

  /** @returns functions that make each server use the CAs */
  prepare(listTrust: () => HandshakeTrust): (() => void)[] {
    const servers = this.#listAlive()
    if (servers.length === 0) return []
    const trust = listTrust()
    return servers.map((server) => server.prepare(trust))
  }

  #listAlive(): FollowingServer[] {
    const alive: FollowingServer[] = []
    for (const one of this.#servers) {
      const server = one.deref()
      if (server === undefined) this.#servers.delete(one)
      else alive.push(server)
    }
    return alive
  }
}

/** By trust store. In a separate file, so that `./server` doesn't load the code for paths. */
const serversOfStores = new WeakMap<object, StoreServers>()

export function registerStore(store: object, servers: StoreServers): void {
  serversOfStores.set(store, servers)
}

/** @returns `undefined` for anything but a trust store */
export function serversOf(store: unknown): StoreServers | undefined {
  return typeof store === 'object' && store !== null ? serversOfStores.get(store) : undefined
}
