import type { PeerCertificate } from 'node:tls'

type Name = PeerCertificate['subject']

/**
 * Reads the text form of a distinguished name (RFC 4514, before that RFC 2253), as Envoy writes it,
 * into the form in which Node shows a subject: attributes by their short names, an array where there
 * are several of a kind, in the order of the certificate, which the text has the other way round.
 *
 * @returns nothing when the text is not of that form
 */
export function parseDistinguishedName(text: string): Name | undefined {
  const name = Object.create(null) as Record<string, string | string[]>
  if (text === '') return name
  const attributes = splitUnescaped(text).map(readAttribute)
  for (const attribute of attributes.reverse()) {
    if (attribute === undefined) return undefined
    const { type, value } = attribute
    const known = name[type]
    if (known === undefined) name[type] = value
    else if (typeof known === 'string') name[type] = [known, value]
    else known.push(value)
  }
  return name
}

/** At `,` between relative names and at `+` within one; a backslash takes its follower along. */
function splitUnescaped(text: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < text.length; at += text[at] === '\\' ? 2 : 1) {
    if (text[at] !== ',' && text[at] !== '+') continue
    parts.push(text.slice(start, at))
    start = at + 1
  }
  return [...parts, text.slice(start)]
}

function readAttribute(text: string): { type: string; value: string } | undefined {
  const equals = text.indexOf('=')
  const type = text.slice(0, Math.max(equals, 0))
  const value = unescape(text.slice(equals + 1))
  return isAttributeType(type) && value !== undefined ? { type, value } : undefined
}

/** A short name or an object identifier (RFC 4512 1.4). */
function isAttributeType(text: string): boolean {
  for (const character of text) if (!TYPE_CHARACTERS.includes(character)) return false
  return text !== ''
}

const TYPE_CHARACTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-'
const HEX_DIGITS = '0123456789ABCDEFabcdef'

/** RFC 4514 2.4: a backslash before a character stands for it, before two hex digits for a byte. */
function unescape(text: string): string | undefined {
  const bytes: number[] = []
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') {
      const byte = readHexByte(text, at + 1)
      at += byte === undefined ? 1 : 2
      bytes.push(byte ?? text.charCodeAt(at))
    } else {
      bytes.push(text.charCodeAt(at))
    }
  }
  return decodeUtf8(bytes)
}

function readHexByte(text: string, at: number): number | undefined {
  const [high, low] = [text.charAt(at), text.charAt(at + 1)]
  const isByte = high !== '' && low !== '' && HEX_DIGITS.includes(high) && HEX_DIGITS.includes(low)
  return isByte ? Number.parseInt(high + low, 16) : undefined
}

/** Nothing for what is no byte, such as a backslash without a follower, and for what is not UTF-8. */
function decodeUtf8(bytes: readonly number[]): string | undefined {
  if (!bytes.every((byte) => byte <= 0xff)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
  } catch {
    return undefined
  }
}
