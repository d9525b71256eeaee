import type { PeerCertificate } from 'node:tls'
import { HEX_DIGITS, indexOfUnescaped } from '../util/text.js'
import { decodeHexValue, decodeUtf8 } from './attribute-value.js'

type Name = PeerCertificate['subject']

interface Attribute {
  readonly type: string
  readonly value: string
}

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
  const attributes = readAttributes(text)
  if (attributes === undefined) return undefined
  for (const { type, value } of attributes.reverse()) {
    const known = name[type]
    if (known === undefined) name[type] = value
    else if (typeof known === 'string') name[type] = [known, value]
    else known.push(value)
  }
  return name
}

/** More than any name has, and few enough that a text of nothing else is refused at once. */
const MAX_ATTRIBUTES = 1000

/** Separates relative names with `,` and the attributes of one with `+`. Stops at a malformed one. */
function readAttributes(text: string): Attribute[] | undefined {
  const attributes: Attribute[] = []
  let start = 0
  while (start <= text.length) {
    const end = indexOfUnescaped(text, ',+', start)
    const attribute = readAttribute(text.slice(start, end))
    if (attribute === undefined || attributes.length === MAX_ATTRIBUTES) return undefined
    attributes.push(attribute)
    start = end + 1
  }
  return attributes
}

function readAttribute(text: string): Attribute | undefined {
  const equals = text.indexOf('=')
  const type = text.slice(0, Math.max(equals, 0))
  if (!isAttributeType(type)) return undefined
  const written = text.slice(equals + 1)
  const value = written.startsWith('#') ? decodeHexValue(written) : unescape(written)
  return value === undefined ? undefined : { type, value }
}

/** A short name or an object identifier (RFC 4512 1.4). */
function isAttributeType(text: string): boolean {
  for (const character of text) if (!TYPE_CHARACTERS.includes(character)) return false
  return text !== ''
}

const TYPE_CHARACTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-'

/**
 * RFC 4514 2.4: a backslash before a character stands for it, before two hex digits for a byte. Nothing
 * for what is no byte, such as a backslash without a follower, and for what is not UTF-8.
 */
function unescape(text: string): string | undefined {
  const bytes = Buffer.alloc(text.length)
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    let code = text.charCodeAt(at)
    if (text[at] === '\\') {
      const byte = readHexByte(text, at + 1)
      at += byte === undefined ? 1 : 2
      code = byte ?? text.charCodeAt(at)
    }
    // NaN where the text ends behind a backslash.
    if (!(code <= 0xff)) return undefined
    bytes[length] = code
    length += 1
  }
  return decodeUtf8(bytes.subarray(0, length))
}

function readHexByte(text: string, at: number): number | undefined {
  const [high, low] = [text.charAt(at), text.charAt(at + 1)]
  const isByte = high !== '' && low !== '' && HEX_DIGITS.includes(high) && HEX_DIGITS.includes(low)
  return isByte ? Number.parseInt(high + low, 16) : undefined
}
