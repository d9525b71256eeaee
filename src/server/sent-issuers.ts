import { PathEvidence } from '../certificate/chain.js'

/** Enough for the clients of most servers. Others do better with the intermediates in their trust store. */
const MAX_CLIENTS = 1000

/**
 * The issuers that accepted clients sent, which Node loses when a session is resumed. They prove nothing: a path
 * from the same certificate has to be found and validated again.
 */
export class SentIssuers {
  readonly #others = new Map<string, PathEvidence['others']>()

  remember({ leaf: { fingerprint256 }, others }: PathEvidence): void {
    this.#others.delete(fingerprint256)
    if (others.length === 0) return
    const [oldest] = this.#others.keys()
    if (this.#others.size >= MAX_CLIENTS) this.#others.delete(oldest as string)
    this.#others.set(fingerprint256, others)
  }

  /** Adds the issuers from an earlier handshake with the same certificate. */
  complete({ leaf, others }: PathEvidence): PathEvidence {
    return new PathEvidence(leaf, [...others, ...(this.#others.get(leaf.fingerprint256) ?? [])])
  }
}
