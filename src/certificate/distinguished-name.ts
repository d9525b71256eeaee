import type { PeerCertificate } from 'node:tls'
import { HEX_DIGITS, indexOfUnescaped } from '../util/text.js'
import { decodeHexValue, decodeUtf8 } from './attribute-value.js'

type Name = PeerCertificate['subject']

interface Attribute {
  readonly type: string
  readonly value: string
}

/**
 * Reads a distinguished name that Envoy has written as a string (RFC 4514, formerly RFC 2253). The
 * result looks like a subject in Node: attributes by their short names, and an array where an attribute
 * occurs several times. The attributes are in the order of the certificate, which the string reverses.
 *
 * @returns `undefined` when the string isn't a distinguished name
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

/** No real name has as many. The limit keeps the cost low for a string that is full of attributes. */
const MAX_ATTRIBUTES = 1000

/** Separates relative names with `,` and their attributes with `+`. Stops at the first malformed one. */
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
 * RFC 4514 2.4: a backslash escapes the next character, or two hex digits that encode a byte.
 *
 * @returns `undefined` if the string ends with a backslash, if a character isn't a byte, or if the bytes
 *   aren't UTF-8
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
    // NaN if the backslash was the last character.
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
