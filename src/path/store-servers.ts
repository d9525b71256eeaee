/** A TLS server whose CAs are those of a trust store. */
export interface FollowingServer {
  /**
   * Checks that the server can use other CAs, and changes nothing yet.
   *
   * @param cas - in PEM
   * @returns a function that makes the server use them, which doesn't throw
   */
  prepare: (cas: readonly string[]) => () => void
}

/** The TLS servers that use a trust store. */
export class StoreServers {
  readonly #servers = new Set<WeakRef<FollowingServer>>()
  readonly #listCas: () => readonly string[]

  constructor(listCas: () => readonly string[]) {
    this.#listCas = listCas
  }

  /**
   * The store's CAs, in PEM.
   *
   * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` if a CA can't be used in a handshake
   */
  listCas(): readonly string[] {
    return this.#listCas()
  }

  /** Doesn't keep the server alive, because a store may outlive many servers. */
  add(server: FollowingServer): void {
    this.#servers.add(new WeakRef(server))
  }

  remove(server: FollowingServer): void {
    for (const one of this.#servers) if (one.deref() === server) this.#servers.delete(one)
  }

  /** @returns functions that make each server use the CAs */
  prepare(listCas: () => readonly string[]): (() => void)[] {
    const servers = this.#listAlive()
    if (servers.length === 0) return []
    const cas = listCas()
    return servers.map((server) => server.prepare(cas))
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
