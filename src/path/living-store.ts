import diagnosticsChannel from 'node:diagnostics_channel'
import type { PathEvidence } from '../certificate/chain.js'
import { invalidType, kindOf } from '../util/errors.js'
import { Alarm, type Sleeper } from './alarm.js'
import { announceCaExpiry } from './ca-expiry.js'
import {
  type CompiledStore,
  compileStore,
  recompileStore,
  snapshotChanges,
} from './compiled-store.js'
import { announceCrlExpiry, listDated } from './crl/expiry.js'
import { runAtOnce, runInSlices } from './crl/slices.js'
import { listHandshakeTrust } from './handshake-cas.js'
import type { TrustStoreOptions } from './options.js'
import { StoreServers } from './store-servers.js'
import type { RejectedPath, TrustVerdict } from './verdict.js'
import { type ParsedCertificates, type Watcher, Watchers } from './watchers.js'

/**
 * The message on the channel `passport-client-certificate-auth:trust-store`, when a store is first used and
 * after each replacement.
 */
export interface TrustStoreMessage {
  readonly generation: number
  /** How many certificates are in `ca` and `intermediates`. */
  readonly cas: number
  /** When the first of them expires, in milliseconds since the epoch. */
  readonly earliestExpiryMs: number
  /** How many lists are in `crl`. */
  readonly crls: number
  /**
   * The first nextUpdate of these lists, in milliseconds since the epoch. `Infinity` if no list has one, so that
   * an alert can compare it with the current time in any case.
   */
  readonly earliestNextUpdateMs: number
}

const CHANNEL = diagnosticsChannel.channel('passport-client-certificate-auth:trust-store')

/** Stores with watched certificates. Their watchers are called even if nothing else uses the store. */
const watching = new Set<LivingStore>()

/** How a store judges a certificate at a time, in milliseconds since the epoch. */
export type Judge = (
  store: CompiledStore,
  certificates: ParsedCertificates,
  now: number,
) => TrustVerdict

/** A trust store that changes while requests, handshakes and long-lived connections use it. */
export class LivingStore implements Sleeper {
  readonly servers: StoreServers = new StoreServers({
    listTrust: () => listHandshakeTrust(this.#current),
    checksRevocation: () => this.#current.rules.revocation !== undefined,
    generation: () => this.#generation,
    judge: (evidence) => this.#judgeHandshake(evidence),
  })
  readonly #watchers: Watchers
  readonly #alarm: Alarm = new Alarm(this)
  readonly #parent: string | undefined
  readonly #judge: Judge
  #current: CompiledStore
  #sinceMs: number = Date.now()
  #generation = 1
  #isInUse = false
  #replacing: Promise<void> = Promise.resolve()

  /** @param parent - the name of the option whose value these options are, if it is one */
  constructor(options: TrustStoreOptions, parent: string | undefined, judge: Judge) {
    this.#current = runAtOnce(compileStore(options, parent))
    this.#parent = parent
    this.#judge = judge
    this.#watchers = new Watchers((certificates, now) => judge(this.#current, certificates, now))
  }

  get generation(): number {
    return this.#generation
  }

  get current(): CompiledStore {
    return this.#current
  }

  /** The current options, for a request or a handshake. Only stores in use announce anything. */
  use(): CompiledStore {
    if (!this.#isInUse) {
      this.#isInUse = true
      this.#announce()
    }
    return this.#current
  }

  /** Async, so that the caller gets every fault as a rejected promise. */
  async replace(changes: unknown): Promise<void> {
    assertPlainObject(changes)
    const own = snapshotChanges(changes)
    // One after another, because each keeps the options that it doesn't name.
    const done = this.#replacing.then(() => this.#change(own))
    this.#replacing = done.catch(() => undefined)
    await done
  }

  async #change(changes: Partial<TrustStoreOptions>): Promise<void> {
    const next = await runInSlices(recompileStore(this.#current, changes, this.#parent))
    const applyToServers = this.servers.prepare(() => listHandshakeTrust(next))
    // Nothing below throws, and no request and no handshake comes in between.
    this.#current = next
    this.#generation += 1
    this.#sinceMs = Date.now()
    for (const apply of applyToServers) apply()
    if (this.#isInUse) this.#announce()
    this.#alarm.by(await this.#watchers.recheck())
    this.#pin()
  }

  /** @returns a function that stops watching */
  watch(watcher: Watcher): () => void {
    this.use()
    this.#alarm.by(this.#watchers.add(watcher, Date.now()))
    this.#pin()
    return () => {
      this.#watchers.remove(watcher)
      this.#pin()
    }
  }

  wake(now: number): number {
    const next = Math.min(this.#watchers.expire(now), this.#announceExpiry(now))
    this.#pin()
    return next
  }

  #judgeHandshake(evidence: PathEvidence): RejectedPath | undefined {
    const verdict = this.#judge(this.use(), evidence, Date.now())
    return verdict.ok ? undefined : verdict
  }

  #announce(): void {
    const { candidates, lists = [] } = this.#current
    const { configured } = candidates
    const ends = [...configured].map(({ fields }) => fields.validity.notAfterMs)
    const message: TrustStoreMessage = {
      generation: this.#generation,
      cas: configured.size,
      earliestExpiryMs: Math.min(...ends),
      crls: lists.length,
      earliestNextUpdateMs: Math.min(...listDated(lists).map(({ nextUpdateMs }) => nextUpdateMs)),
    }
    CHANNEL.publish(message)
    this.#alarm.by(this.#announceExpiry(Date.now()))
  }

  /** @returns when to call it again */
  #announceExpiry(now: number): number {
    const { candidates, lists = [], rules } = this.#current
    return Math.min(
      announceCaExpiry(candidates.configured, this.#sinceMs, now),
      announceCrlExpiry(lists, rules.revocation?.isRequired === true, now),
    )
  }

  #pin(): void {
    if (this.#watchers.size > 0) watching.add(this)
    else watching.delete(this)
  }
}

/** A promise, a list or a buffer has no options, so that nothing would change. */
function assertPlainObject(changes: unknown): asserts changes is object {
  const prototype: unknown =
    typeof changes === 'object' && changes !== null ? Object.getPrototypeOf(changes) : undefined
  // The object may come from another context of node:vm.
  if (prototype === null || (prototype && Object.getPrototypeOf(prototype) === null)) return
  throw invalidType('options', 'an object, as in replace({ crl })', kindOf(changes))
}
