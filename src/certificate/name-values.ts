import { type Element, readChildren } from './der.js'

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
  const listChildren = (element: Element) => readChildren(bytes, element) ?? []
  return listChildren(name)
    .flatMap(listChildren)
    .every((attribute) => STRING_TAGS.has(listChildren(attribute).at(-1)?.tag))
}
