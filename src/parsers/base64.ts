/**
 * Decodes canonical base64 (RFC 4648 section 4): with padding, without other characters, and with unused
 * bits that are zero.
 *
 * `Buffer.from(text, 'base64')` never fails, because it skips unknown characters. So we encode the result
 * again and compare: only one string is the canonical base64 of these bytes.
 */
export function decodeBase64(text: string): Buffer | undefined {
  if (text.length === 0) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/**
 * Decodes canonical base64 with all of its padding or none, because parsers of structured fields should
 * accept a value without padding (RFC 8941 4.2.7).
 */
export function decodeOptionallyPaddedBase64(text: string): Buffer | undefined {
  if (text.endsWith('=')) return decodeBase64(text)
  return decodeBase64(text + PADDING.slice(0, (4 - (text.length % 4)) % 4))
}

/** There is no '===', because a single digit after a group of four can't encode a byte. */
const PADDING = '=='
