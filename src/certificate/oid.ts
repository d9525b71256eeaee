import type { Element } from './der.js'

/** An identifier of more bytes isn't used anywhere, and converting it takes the square of its length. */
const MAX_BYTES = 128
const CONTINUES = 0x80

/**
 * An object identifier as numbers with dots between them (X.690 8.19).
 *
 * @returns `undefined` when the contents aren't those of an object identifier
 */
export function readDottedOid(bytes: Uint8Array, { start, end }: Element): string | undefined {
  if (start === end || end - start > MAX_BYTES) return undefined
  const numbers: bigint[] = []
  let number = 0n
  let isFirst = true
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number
    // Each number is written in as few bytes as possible.
    if (isFirst && byte === CONTINUES) return undefined
    number = number * 128n + BigInt(byte % CONTINUES)
    isFirst = byte < CONTINUES
    if (!isFirst) continue
    numbers.push(number)
    number = 0n
  }
  return isFirst ? toText(numbers) : undefined
}

/** The first two numbers are written as one. The first is 0, 1 or 2, and the second can be large below 2 only. */
function toText([first = 0n, ...others]: readonly bigint[]): string {
  const root = first < 80n ? first / 40n : 2n
  return [root, first - 40n * root, ...others].join('.')
}
