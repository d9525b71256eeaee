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
  return listAttributes(bytes, name).every((parts) => STRING_TAGS.has(parts.at(-1)?.tag))
}

/**
 * Whether OpenSSL can write the type of every attribute. For a longer type, some versions of Node
 * throw. Others show the attribute with an empty name, so different attributes look the same.
 */
export function hasShortTypes(bytes: Uint8Array, name: Element): boolean {
  return listAttributes(bytes, name)
    .flatMap(([type]) => type ?? [])
    .every(({ start, end }) => end - start <= MAX_OID_BYTES)
}

/** The type and the value of each attribute. */
function listAttributes(bytes: Uint8Array, name: Element): Element[][] {
  const listChildren = (element: Element) => readChildren(bytes, element) ?? []
  return listChildren(name).flatMap(listChildren).map(listChildren)
}
