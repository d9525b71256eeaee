import type { FollowingServer, HandshakeTrust, StoreServers } from '../path/store-servers.js'
import { doContextsShareCa } from './complete-options.js'
import { invalidValue, kindOf } from '../util/errors.js'
import { type JudgedServer, judgeHandshakes } from './judge-handshakes.js'
import { assertTrust, completeWithTrust } from './options.js'
import type { TrustServerOptions } from './complete-options.js'
import { prepareContext, type ReloadableServer } from './secure-context.js'

/** A server that can follow a trust store. The servers of `https`, `http2` and `tls` can. */
export type TrustingServer = ReloadableServer & JudgedServer

/** By server, so that each server follows one trust store, and so that a store keeps no server alive. */
const followers = new WeakMap<TrustingServer, TrustFollower>()

/** Makes a server use the CAs and the revocation lists of a trust store, and follow its replacements. */
export class TrustFollower implements FollowingServer {
  readonly #server: TrustingServer
  readonly #servers: StoreServers
  readonly #stopJudging: () => void
  #options: TrustServerOptions
  #inForce = ''
  #isStopped = false

  /** @throws the reason if the server can't use the options */
  constructor(server: TrustingServer, options: TrustServerOptions) {
    this.#server = server
    this.#servers = assertTrust(options.trust)
    this.#options = { ...options }
    this.change({})
    followers.get(server)?.stop()
    followers.set(server, this)
    this.#servers.add(this)
    this.#stopJudging = this.#judge()
  }

  /** @throws the reason if the server can't use the options, and then nothing has changed */
  change(changes: Partial<TrustServerOptions>): void {
    if (this.#isStopped) {
      const problem = 'follows another trust store now: use what the last reloadable() returned'
      throw invalidValue('the server', problem, undefined)
    }
    const options = { ...this.#options, ...changes }
    assertFixed(this.#options, options)
    if (options.trust !== this.#options.trust) {
      const problem =
        'must be the trust store that the server follows; call reloadable() for another'
      throw invalidValue('option "trust"', problem, kindOf(options.trust))
    }
    const trust = this.#servers.store.listTrust()
    const apply = prepareContext(this.#server, completeWithTrust(options, trust))
    apply()
    this.#options = options
    this.#inForce = toText(trust)
  }

  prepare(trust: HandshakeTrust): () => void {
    const text = toText(trust)
    // Another context would end all TLS sessions, which isn't needed when only other rules change.
    if (text === this.#inForce) return () => undefined
    const apply = prepareContext(this.#server, completeWithTrust(this.#options, trust))
    return () => {
      apply()
      this.#inForce = text
    }
  }

  #judge(): () => void {
    const { rejectUnauthorized } = this.#options
    // Clients without a valid certificate may connect.
    if (rejectUnauthorized === false) return () => undefined
    const hasOtherCas = !doContextsShareCa(this.#options)
    return judgeHandshakes(this.#server, this.#servers.store, hasOtherCas)
  }

  stop(): void {
    this.#isStopped = true
    this.#servers.remove(this)
    this.#stopJudging()
  }
}

/** Node fixes `rejectUnauthorized` when a server is created, and the others have to fit its contexts. */
function assertFixed(old: TrustServerOptions, options: TrustServerOptions): void {
  for (const name of ['rejectUnauthorized', 'contextsShareCa', 'SNICallback'] as const) {
    if (options[name] === old[name]) continue
    throw invalidValue(
      `option "${name}"`,
      "can't change while the server runs",
      kindOf(options[name]),
    )
  }
}

function toText({ cas, lists }: HandshakeTrust): string {
  return [...cas, '', ...lists].join('\n')
}
