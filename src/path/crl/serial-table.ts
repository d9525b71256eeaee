import { randomInt } from 'node:crypto'

/**
 * A set of serial numbers for lists of a million entries. It keeps the offsets of the numbers in the bytes
 * of the list, in a hash table with open addressing: 8 MiB for a million, where a `Set` of strings needs
 * more than 58 MiB.
 */
export class SerialTable {
  private readonly bytes: Uint8Array
  /**
   * Offsets of the length octets of serial numbers. No number begins at 0, which means that a slot is free. The
   * bits that no offset needs are those of the hash. Where they differ, the bytes aren't compared, because
   * reading them from so much memory takes longer than everything else.
   */
  private readonly slots: Uint32Array
  private readonly offsetMask: number
  private readonly mask: number
  private readonly seed: number

  /**
   * @param size - how many numbers will be added at most
   * @param seed - random, so that a CA can't choose numbers that all get the same slot
   */
  constructor(bytes: Uint8Array, size: number, seed: number = randomInt(2 ** 32)) {
    this.bytes = bytes
    this.slots = new Uint32Array(2 ** Math.ceil(Math.log2(size * 1.5 + 1)))
    this.mask = this.slots.length - 1
    this.offsetMask = 2 ** Math.ceil(Math.log2(bytes.length + 1)) - 1
    this.seed = seed
  }

  /** @param at - the offset of the length octet, which is below 128, in the bytes of the list */
  add(at: number): void {
    const length = this.bytes[at] as number
    const hash = this.hash(this.bytes, at + 1, length)
    const slot = this.find(hash, this.bytes, at + 1, length)
    this.slots[slot] = (hash & ~this.offsetMask) | at
  }

  /** @param serialNumber - the contents of the INTEGER */
  has(serialNumber: Uint8Array): boolean {
    const hash = this.hash(serialNumber, 0, serialNumber.length)
    return this.slots[this.find(hash, serialNumber, 0, serialNumber.length)] !== 0
  }

  /** The slot with this number, or the free slot in which it belongs. */
  private find(hash: number, bytes: Uint8Array, start: number, length: number): number {
    let slot = hash & this.mask
    for (let found = this.slots[slot]; found; found = this.slots[slot]) {
      const isLikely = ((found ^ hash) & ~this.offsetMask) === 0
      const at = (found & this.offsetMask) >>> 0
      if (isLikely && this.isAt(at, bytes, start, length)) return slot
      slot = (slot + 1) & this.mask
    }
    return slot
  }

  private isAt(at: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.bytes[at] !== length) return false
    for (let index = 0; index < length; index += 1) {
      if (this.bytes[at + 1 + index] !== bytes[start + index]) return false
    }
    return true
  }

  /** The multiplications of MurmurHash2, byte by byte. */
  private hash(bytes: Uint8Array, start: number, length: number): number {
    let hash = this.seed ^ length
    for (let index = start; index < start + length; index += 1) {
      hash = Math.imul(hash ^ (bytes[index] as number), 0x5bd1e995)
      hash ^= hash >>> 15
    }
    return hash
  }
}
