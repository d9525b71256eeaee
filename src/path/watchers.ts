import type { X509Certificate } from 'node:crypto'
import type { CertificateFault } from '../certificate/peer-certificate.js'
import type { RejectedPath, TrustVerdict } from './verdict.js'

/** A certificate, and those that came with it, as they were parsed. */
export interface ParsedCertificates {
  readonly leaf: X509Certificate | CertificateFault
  readonly others: readonly (X509Certificate | CertificateFault)[]
}

export interface Watcher extends ParsedCertificates {
  /** Called at most once. Doesn't throw. */
  readonly report: (rejected: RejectedPath) => void
}

/** Validating this many certificates takes a few milliseconds. Requests are answered in between. */
const MAX_AT_ONCE = 50

/** Certificates that are reported when they aren't valid any more. */
export class Watchers {
  /** When to look at each again. */
  readonly #watchers = new Map<Watcher, number>()
  readonly #judge: (certificates: ParsedCertificates, now: number) => TrustVerdict

  constructor(judge: (certificates: ParsedCertificates, now: number) => TrustVerdict) {
    this.#judge = judge
  }

  get size(): number {
    return this.#watchers.size
  }

  /** @returns when to call `expire()` */
  add(watcher: Watcher, now: number): number {
    return this.#look(watcher, now)
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher)
  }

  /**
   * Looks at the certificates of which one on their path has expired. Another path may be valid.
   *
   * @returns when to call it again; `Infinity` for never
   */
  expire(now: number): number {
    let next = Infinity
    for (const [watcher, dueMs] of this.#watchers) {
      next = Math.min(next, dueMs <= now ? this.#look(watcher, now) : dueMs)
    }
    return next
  }

  /**
   * Looks at every certificate again.
   *
   * @returns when to call `expire()`
   */
  async recheck(): Promise<number> {
    let next = Infinity
    let done = 0
    // A certificate that is added meanwhile is looked at by add().
    for (const watcher of [...this.#watchers.keys()]) {
      if (!this.#watchers.has(watcher)) continue
      next = Math.min(next, this.#look(watcher, Date.now()))
      done += 1
      if (done % MAX_AT_ONCE === 0) await new Promise(setImmediate)
    }
    return next
  }

  #look(watcher: Watcher, now: number): number {
    const verdict = this.#judge(watcher, now)
    if (!verdict.ok) {
      this.#watchers.delete(watcher)
      watcher.report(verdict)
      return Infinity
    }
    const dueMs = verdict.validUntilMs + 1
    this.#watchers.set(watcher, dueMs)
    return dueMs
  }
}
