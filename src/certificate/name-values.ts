import { type Element, readChildren } from './der.js'
import { MAX_OID_BYTES } from './limits.js'

/**
 * OpenSSL turns these types into text: UTF8String, NumericString, PrintableString, TeletexString,
 * IA5String, UniversalString and BMPString.
 */
const STRING_TAGS: ReadonlySet<number | undefined> = new Set([12, 18, 19, 20, 22, 28, 30])

/**
 * Whether every value of a distinguished name (RFC 5280 4.1.2.4) is a string. OpenSSL also accepts other
 * types, such as the BIT STRING of an x500UniqueIdentifier.
 */
export function hasStringsOnly(bytes: Uint8Array, name: Element): boolean {
  return everyAttribute(bytes, name, (_, value) => STRING_TAGS.has(value?.tag))
}

/**
 * Whether OpenSSL can write the type of every attribute. For a longer type, some versions of Node
 * throw. Others show the attribute with an empty name, so different attributes look the same.
 */
export function hasShortTypes(bytes: Uint8Array, name: Element): boolean {
  return everyAttribute(
    bytes,
    name,
    (type) => type === undefined || type.end - type.start <= MAX_OID_BYTES,
  )
}

/** Calls `check` with the first and the last element of each attribute, until it returns `false`. */
function everyAttribute(
  bytes: Uint8Array,
  name: Element,
  check: (type: Element | undefined, value: Element | undefined) => boolean,
): boolean {
  for (const set of readChildren(bytes, name) ?? []) {
    for (const attribute of readChildren(bytes, set) ?? []) {
      const parts = readChildren(bytes, attribute) ?? []
      if (!check(parts[0], parts.at(-1))) return false
    }
  }
  return true
}
