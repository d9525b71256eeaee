import type { Element } from './der.js'

/** Longer identifiers aren't in use, and the time to convert one grows with the square of its length. */
const MAX_BYTES = 128
const CONTINUES = 0x80

/**
 * An object identifier in dotted form, such as `2.5.29.17` (X.690 8.19).
 *
 * @returns `undefined` when the contents aren't an object identifier
 */
export function readDottedOid(bytes: Uint8Array, { start, end }: Element): string | undefined {
  if (start === end || end - start > MAX_BYTES) return undefined
  const numbers: bigint[] = []
  let number = 0n
  let isFirst = true
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number
    // Each number must have its shortest form.
    if (isFirst && byte === CONTINUES) return undefined
    number = number * 128n + BigInt(byte % CONTINUES)
    isFirst = byte < CONTINUES
    if (!isFirst) continue
    numbers.push(number)
    number = 0n
  }
  return isFirst ? toText(numbers) : undefined
}

/** The first two numbers share one: 40 times the first plus the second, which is below 40 unless the first is 2. */
function toText([first = 0n, ...others]: readonly bigint[]): string {
  const root = first < 80n ? first / 40n : 2n
  return [root, first - 40n * root, ...others].join('.')
}

const DOTTED = /^[0-2](?:\.(?:0|[1-9]\d{0,38})){1,20}$/

/**
 * The contents of an object identifier as hexadecimal digits, from its dotted form.
 *
 * @returns `undefined` when the text isn't an object identifier
 */
export function encodeDottedOid(text: string): string | undefined {
  if (!DOTTED.test(text)) return undefined
  const [root = 0n, second = 0n, ...others] = text.split('.').map(BigInt)
  // X.660: below the roots 0 and 1, the second number is less than 40.
  if (root < 2n && second >= 40n) return undefined
  return [root * 40n + second, ...others].map(encodeNumber).join('')
}

/** Seven bits in each byte, with the highest bit set in all bytes but the last. */
function encodeNumber(number: bigint): string {
  const bytes = [number % 128n]
  for (let rest = number / 128n; rest > 0n; rest /= 128n) bytes.unshift((rest % 128n) + 128n)
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
