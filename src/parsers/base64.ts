/**
 * Decodes canonical base64 (RFC 4648 section 4): padded, no other characters, unused bits zero.
 *
 * `Buffer.from(text, 'base64')` never fails: it skips what it does not know. Encoding the result
 * again and comparing refuses everything but the one text that stands for these bytes.
 */
export function decodeBase64(text: string): Buffer | undefined {
  if (text.length === 0) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/**
 * The same, in which the padding may be missing, though not a part of it: parsers of structured fields
 * should not fail without it (RFC 8941 4.2.7).
 */
export function decodeOptionallyPaddedBase64(text: string): Buffer | undefined {
  if (text.endsWith('=')) return decodeBase64(text)
  return decodeBase64(text + PADDING.slice(0, (4 - (text.length % 4)) % 4))
}

/** A single digit behind a group of four makes no byte, whatever the padding. */
const PADDING = '=='
