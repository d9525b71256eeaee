import { type Element, TAG } from '../certificate/der.js'

/**
 * Reads an INTEGER (0..MAX), as short as possible (X.690 8.3.2), in which extensions count certificates.
 *
 * @param wanted - the tag that it must have
 */
export function readCount(
  bytes: Buffer,
  { tag, start, end }: Element,
  wanted: number,
): number | undefined {
  const first = bytes[start] ?? 0
  const isNegative = first >= 0x80
  const isPadded = first === 0 && end - start > 1 && (bytes[start + 1] as number) < 0x80
  if (tag !== wanted || start === end || isNegative || isPadded) return undefined
  return Number(`0x${bytes.toString('hex', start, end)}`)
}

const TRUE = 0xff

/** X.690 11.1: all bits of TRUE are set. */
export function isTrue(bytes: Uint8Array, { tag, start, end }: Element): boolean {
  return tag === TAG.boolean && end - start === 1 && bytes[start] === TRUE
}
