import { HEX_DIGITS } from '../util/text.js'

/** The X.680 string types that a name may use, by their tags, and how to decode their bytes. */
const STRING_TYPES = new Map<number, (bytes: Buffer) => string | undefined>([
  [0x0c, decodeUtf8], // UTF8String
  [0x12, decodeLatin1], // NumericString
  [0x13, decodeLatin1], // PrintableString
  [0x14, decodeLatin1], // TeletexString, which OpenSSL (and so Node) reads as Latin-1
  [0x16, decodeLatin1], // IA5String
  [0x1a, decodeLatin1], // VisibleString
  [0x1c, (bytes) => decodeCodePoints(bytes, 4)], // UniversalString
  [0x1e, (bytes) => decodeCodePoints(bytes, 2)], // BMPString
])

/** From this value on, the byte says how many bytes the length itself takes (X.690 8.1.3.5). */
const LONG_FORM = 0x80
const MAX_LENGTH_BYTES = 4

/**
 * Reads the hexadecimal form of an attribute's value: `#` and the digits of its DER (RFC 4514 2.4).
 * OpenSSL writes every attribute this way whose type it can't name.
 *
 * @returns `undefined` unless the digits are exactly one string in DER. Any other value would have to
 *   be shown as hex, and would then look like a string of these digits.
 */
export function decodeHexValue(text: string): string | undefined {
  const digits = text.slice(1)
  for (const digit of digits) if (!HEX_DIGITS.includes(digit)) return undefined
  const der = Buffer.from(digits, 'hex')
  const start = readContentStart(der)
  if (digits.length % 2 === 1 || start === undefined) return undefined
  return STRING_TYPES.get(der[0] as number)?.(der.subarray(start))
}

/** The start of the contents, if the length has its shortest form and ends with the last byte. */
function readContentStart(der: Buffer): number | undefined {
  const first = der[1] ?? 0
  if (first < LONG_FORM) return der.length === 2 + first ? 2 : undefined
  const lengthBytes = first - LONG_FORM
  const start = 2 + lengthBytes
  if (lengthBytes < 1 || lengthBytes > MAX_LENGTH_BYTES || start > der.length) return undefined
  const length = der.readUIntBE(2, lengthBytes)
  // In DER, a length below 128 has the short form, and no length begins with a zero byte.
  const isShortest = length >= LONG_FORM && der[2] !== 0
  return isShortest && der.length === start + length ? start : undefined
}

/** Decodes UTF-8 strictly: returns `undefined` if it isn't well-formed. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function decodeLatin1(bytes: Buffer): string {
  return bytes.toString('latin1')
}

/** Reads big-endian characters of a fixed width. Half of a surrogate pair isn't a character. */
function decodeCodePoints(bytes: Buffer, width: 2 | 4): string | undefined {
  if (bytes.length % width !== 0) return undefined
  let text = ''
  for (let at = 0; at < bytes.length; at += width) {
    const code = bytes.readUIntBE(at, width)
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
    text += String.fromCodePoint(code)
  }
  return text
}
