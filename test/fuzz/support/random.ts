import { randomInt } from 'node:crypto'

/** Random numbers that are reproducible with the same seed (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A number from 0 up to, but not including, the limit. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let value = this.#state
    value = Math.imul(value ^ (value >>> 15), value | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return Math.floor((((value ^ (value >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  chance(share: number): boolean {
    return this.below(1000) < share * 1000
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)))
  }
}

/** The seed of this run: `FUZZ_SEED`, or a new seed each time. */
export function chooseSeed(): number {
  const { FUZZ_SEED: wanted } = process.env
  if (wanted === undefined || wanted === '') return randomInt(2 ** 32)
  const seed = Number(wanted)
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed
  throw new Error(`FUZZ_SEED must be an integer from 0 to 4294967295, not ${wanted}`)
}
