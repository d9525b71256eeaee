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
export function isTrue(bytes: Uint8Array, element: Element): boolean {
  return element.tag === TAG.boolean && isTrueContents(bytes, element)
}

/** Like {@link isTrue}, for a BOOLEAN with an implicit tag. */
export function isTrueContents(bytes: Uint8Array, { start, end }: Element): boolean {
  return end - start === 1 && bytes[start] === TRUE
}

/**
 * Reads up to 16 named bits, of which at least one is set. X.690 11.2.2: trailing zero bits are left out, so
 * the last of the used bits is set.
 *
 * @param bits - a BIT STRING, whatever its tag
 * @returns the first bit as 0x8000; `undefined` when they are malformed
 */
export function readNamedBits(bytes: Buffer, { start, end }: Element): number | undefined {
  const length = end - start - 1
  if (length !== 1 && length !== 2) return undefined
  const unused = bytes[start] as number
  const last = bytes[end - 1] as number
  const lowestBit = last & -last
  return lowestBit === 1 << unused && unused < 8
    ? bytes.readUIntBE(start + 1, length) << (length === 1 ? 8 : 0)
    : undefined
}

const Z = 0x5a
/** `YYMMDDHHMMSSZ` and `YYYYMMDDHHMMSSZ`. */
const TIME_LENGTHS: ReadonlyMap<number, number> = new Map([
  [TAG.utcTime, 13],
  [TAG.generalizedTime, 15],
])

/** RFC 5280 4.1.2.5 and 5.1.2.4: times have seconds and no fraction, and are in UTC. */
export function isProfileTime(bytes: Uint8Array, { tag, start, end }: Element): boolean {
  return end - start === TIME_LENGTHS.get(tag) && bytes[end - 1] === Z
}
