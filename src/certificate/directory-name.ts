import { printable } from '../util/printable.js'
import { ATTRIBUTE_TYPES } from './attribute-types.js'
import { type Element, readChildren, TAG, toHex } from './der.js'
import { readDottedOid } from './oid.js'
import { readString } from './strings.js'

const SET = 0x31
/** OpenSSL shows values with these tags as bytes, and can't read a name with any other tag. */
const SHOWN_AS_BYTES: ReadonlySet<number> = new Set([
  0x03, 0x07, 0x08, 0x09, 0x0b, 0x0d, 0x0e, 0x0f, 0x1d, 0x30,
])

/**
 * A distinguished name as Node writes it for a directory name, in the form of RFC 2253: the last
 * relative name first, with `,` between relative names and `+` inside a relative name.
 *
 * @param name - the SEQUENCE
 * @returns `undefined` when it isn't a name
 */
export function readDirectoryName(bytes: Buffer, name: Element): string | undefined {
  return readRelativeNames(bytes, name)?.reverse().join(',')
}

/**
 * A distinguished name for people: in one line, in the order in which it is written, and without characters
 * that a terminal obeys.
 *
 * @param name - the SEQUENCE
 */
export function showDirectoryName(bytes: Buffer, name: Element): string {
  return printable(readRelativeNames(bytes, name)?.join(', ') ?? '(not readable)')
}

function readRelativeNames(bytes: Buffer, name: Element): string[] | undefined {
  const relativeNames: string[] = []
  for (const set of readChildren(bytes, name) ?? [undefined]) {
    const text = set?.tag === SET ? readRelativeName(bytes, set) : undefined
    if (text === undefined) return undefined
    if (text !== '') relativeNames.push(text)
  }
  return relativeNames
}

function readRelativeName(bytes: Buffer, set: Element): string | undefined {
  const attributes: string[] = []
  for (const attribute of readChildren(bytes, set) ?? [undefined]) {
    const text = attribute?.tag === TAG.sequence ? readAttribute(bytes, attribute) : undefined
    if (text === undefined) return undefined
    attributes.push(text)
  }
  return attributes.reverse().join('+')
}

function readAttribute(bytes: Buffer, attribute: Element): string | undefined {
  const [type, value] = readChildren(bytes, attribute, 2) ?? []
  if (type?.tag !== TAG.oid || value === undefined) return undefined
  const oid = readDottedOid(bytes, type)
  const text = readString(bytes, value)
  if (oid === undefined || (text === undefined && !SHOWN_AS_BYTES.has(value.tag))) return undefined
  const encoding = { ...value, start: type.end }
  return showAttribute(oid, text, () => toHex(bytes, encoding).toUpperCase())
}

/** RFC 2253 2.4: a value is shown as its encoding if its type is unknown or if it isn't a string. */
function showAttribute(oid: string, text: string | undefined, encode: () => string): string {
  const name = ATTRIBUTE_TYPES.get(oid)
  return name === undefined || text === undefined
    ? `${name ?? oid}=#${encode()}`
    : `${name}=${escapeValue(text)}`
}

const SPECIAL = ',+"\\<>;'

/** RFC 2253 2.4. OpenSSL doesn't escape a `#` if it is the whole value. */
function escapeValue(text: string): string {
  const last = text.length - 1
  let escaped = ''
  for (let at = 0; at <= last; at += 1) {
    const character = text.charAt(at)
    const isEdge =
      (character === ' ' && (at === 0 || at === last)) ||
      (character === '#' && at === 0 && last > 0)
    escaped += isEdge || SPECIAL.includes(character) ? `\\${character}` : character
  }
  return escaped
}
