import type { Element } from './der.js'

/** Reads the contents of a string; returns `undefined` when they aren't valid in its encoding. */
type Read = (bytes: Buffer, contents: Element) => string | undefined

/** The string types of names (RFC 5280 4.1.2.4 and 4.2.1.6), by their universal tags. */
const READERS: ReadonlyMap<number, Read> = new Map([
  [0x0c, readUtf8], // UTF8String
  [0x12, readBytes], // NumericString
  [0x13, readBytes], // PrintableString
  [0x14, readBytes], // TeletexString, which is Latin-1 in practice
  [0x16, readBytes], // IA5String
  [0x1c, readUniversal], // UniversalString
  [0x1e, readBmp], // BMPString
])

/** Reads a string element; returns `undefined` when it isn't a string or isn't valid in its encoding. */
export function readString(bytes: Buffer, element: Element): string | undefined {
  return READERS.get(element.tag)?.(bytes, element)
}

/** One character for each byte, so that different bytes never give equal strings. */
export function readBytes(bytes: Buffer, { start, end }: Element): string {
  return bytes.toString('latin1', start, end)
}

/** Decodes UTF-8 as Node does, with U+FFFD in place of malformed bytes. */
export function readLenientUtf8(bytes: Buffer, { start, end }: Element): string {
  return bytes.toString('utf8', start, end)
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function readUtf8(bytes: Buffer, { start, end }: Element): string | undefined {
  // Node's decoder takes far longer, and nearly all names are ASCII.
  if (isAscii(bytes, start, end)) return bytes.toString('latin1', start, end)
  try {
    return UTF8.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if ((bytes[at] as number) >= 0x80) return false
  return true
}

function readBmp(bytes: Buffer, contents: Element): string | undefined {
  return readUnits(bytes, contents, 2)
}

function readUniversal(bytes: Buffer, contents: Element): string | undefined {
  return readUnits(bytes, contents, 4)
}

const LAST_CODE_POINT = 0x10ffff

/** Reads big-endian code points of a fixed size. Half of a surrogate pair isn't a code point. */
function readUnits(bytes: Buffer, { start, end }: Element, size: 2 | 4): string | undefined {
  if ((end - start) % size !== 0) return undefined
  let text = ''
  for (let at = start; at < end; at += size) {
    const code = bytes.readUIntBE(at, size)
    if (code > LAST_CODE_POINT || (code >= 0xd800 && code <= 0xdfff)) return undefined
    text += String.fromCodePoint(code)
  }
  return text
}
