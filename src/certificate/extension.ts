import { type Element, readChildren, readOid, TAG } from './der.js'
import type { CertificateFields } from './fields.js'

/** One extension of a certificate (RFC 5280 4.1). */
export interface Extension {
  readonly identifier: Element
  /** The BOOLEAN, whatever its contents; `undefined` if the extension doesn't have it. */
  readonly critical: Element | undefined
  /** The OCTET STRING, so its contents are the DER of the extension's value. */
  readonly value: Element
}

/** Reads extnID, critical (omitted if false) and extnValue, without a look at the value. */
export function readExtension(bytes: Uint8Array, extension: Element): Extension | undefined {
  if (extension.tag !== TAG.sequence) return undefined
  const [identifier, flag, last] = readChildren(bytes, extension, 3) ?? []
  const [critical, value] = last === undefined ? [undefined, flag] : [flag, last]
  if (identifier?.tag !== TAG.oid || value?.tag !== TAG.octetString) return undefined
  const isShaped = critical === undefined || critical.tag === TAG.boolean
  return isShaped ? { identifier, critical, value } : undefined
}

/**
 * Finds an extension by its object identifier, given as hexadecimal digits of its contents.
 *
 * @returns the contents of its OCTET STRING; `undefined` when the certificate doesn't have the
 *   extension; `null` when it has it twice (RFC 5280 4.2), or when the extensions can't be read
 */
export function findExtension(
  bytes: Uint8Array,
  { extensions }: CertificateFields,
  oid: string,
): Element | undefined | null {
  if (extensions === undefined) return undefined
  const all = readChildren(bytes, extensions)?.map((extension) => readExtension(bytes, extension))
  if (all === undefined || all.includes(undefined)) return null
  const found = all.filter((extension) => readOid(bytes, extension?.identifier) === oid)
  return found.length > 1 ? null : found[0]?.value
}
