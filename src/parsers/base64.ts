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
