import type { FollowingServer, StoreServers } from '../path/store-servers.js'
import { invalidValue, kindOf } from '../util/errors.js'
import { assertTrust, type TrustServerOptions, withCas } from './options.js'
import { prepareContext, type ReloadableServer } from './secure-context.js'

/** By server, so that each server follows one trust store, and so that a store keeps no server alive. */
const followers = new WeakMap<ReloadableServer, TrustFollower>()

/** Makes a server use the CAs of a trust store, and follow its replacements. */
export class TrustFollower implements FollowingServer {
  readonly #server: ReloadableServer
  readonly #store: StoreServers
  #options: TrustServerOptions
  #inForce = ''

  /** @throws the reason if the server can't use the options */
  constructor(server: ReloadableServer, options: TrustServerOptions) {
    this.#server = server
    this.#store = assertTrust(options.trust)
    this.#options = { ...options }
    this.change({})
    const former = followers.get(server)
    if (former !== undefined) former.#store.remove(former)
    followers.set(server, this)
    this.#store.add(this)
  }

  /** @throws the reason if the server can't use the options, and then nothing has changed */
  change(changes: Partial<TrustServerOptions>): void {
    const options = { ...this.#options, ...changes }
    if (options.trust !== this.#options.trust) {
      const problem =
        'must be the trust store that the server follows; call reloadable() for another'
      throw invalidValue('option "trust"', problem, kindOf(options.trust))
    }
    const cas = this.#store.listCas()
    const apply = prepareContext(this.#server, withCas(options, cas))
    apply()
    this.#options = options
    this.#inForce = cas.join('')
  }

  prepare(cas: readonly string[]): () => void {
    const text = cas.join('')
    // Another context would end all TLS sessions, which isn't needed when only other rules change.
    if (text === this.#inForce) return () => undefined
    const apply = prepareContext(this.#server, withCas(this.#options, cas))
    return () => {
      apply()
      this.#inForce = text
    }
  }
}
