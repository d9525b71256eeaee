export const HEX_DIGITS = '0123456789ABCDEFabcdef'

/** How many hexadecimal digits a SHA-256 digest has. */
export const SHA256_DIGITS = 64

/** @param code - of a UTF-16 code unit; `NaN`, which is past the end of a string, isn't a letter */
export function isAsciiLetter(code: number): boolean {
  const lowerCase = code | 0x20
  return lowerCase >= 0x61 && lowerCase <= 0x7a
}

/**
 * Where the first of several characters is that no backslash escapes.
 *
 * @param ends - the characters to look for
 * @returns the length of the text if there is none
 */
export function indexOfUnescaped(text: string, ends: string, from: number): number {
  let at = from
  while (at < text.length && !ends.includes(text.charAt(at))) at += text[at] === '\\' ? 2 : 1
  return Math.min(at, text.length)
}
