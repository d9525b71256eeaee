import { type Element, isDerThroughout, readChildren } from '../certificate/der.js'
import { readExtension } from '../certificate/extension.js'
import type { CertificateFields } from '../certificate/fields.js'
import { type ExtensionValues, noExtensions, VALUE_READERS } from './extension-values.js'
import { isTrue } from './primitives.js'

export type Extensions = Readonly<ExtensionValues>

/** The first two bytes of 2.5.29, where X.509 has its extensions. */
const X509_EXTENSIONS = 0x551d
const CERTIFICATE_POLICIES = 32

/**
 * Reads the extensions of a certificate in the profile of RFC 5280 4.2.1.
 *
 * @returns `undefined` when one of them is malformed or occurs twice
 */
export function readExtensions(
  bytes: Buffer,
  { extensions, version }: CertificateFields,
): Extensions | undefined {
  if (extensions === undefined) return noExtensions()
  // The reader of the fields has checked the DER at every depth.
  const list = readChildren(bytes, extensions) as Element[]
  // RFC 5280 4.1.2.9: only version 3 has extensions, and then at least one.
  if (list.length === 0 || !isVersion3(bytes, version)) return undefined
  const values = noExtensions()
  const seen = new Set<string | number>()
  for (const element of list) {
    const extension = readKnown(bytes, element, values)
    if (extension === undefined || seen.has(extension.id)) return undefined
    seen.add(extension.id)
    values.hasUnknownCritical ||= extension.isCritical && !isUnderstood(extension.id, values)
  }
  return values
}

/** RFC 5280 4.1.2.1: the INTEGER 2 means version 3. */
export function isVersion3(bytes: Buffer, version: Element | undefined): boolean {
  return version !== undefined && bytes.toString('hex', version.start, version.end) === '020102'
}

interface KnownExtension {
  readonly id: string | number
  readonly isCritical: boolean
}

/** Reads one extension, and adds its value if it is known. */
function readKnown(
  bytes: Buffer,
  element: Element,
  values: ExtensionValues,
): KnownExtension | undefined {
  const extension = readExtension(bytes, element)
  if (extension === undefined) return undefined
  const { identifier, critical, value } = extension
  // X.690 11.1 and 11.5: the default, FALSE, is left out, and all bits of TRUE are set.
  if (critical !== undefined && !isTrue(bytes, critical)) return undefined
  const id = identify(bytes, identifier)
  const readValue = VALUE_READERS.get(id)
  if (readValue !== undefined) {
    if (!isDerThroughout(bytes, value) || !readValue(bytes, value, values)) return undefined
  }
  return { id, isCritical: critical !== undefined }
}

/** RFC 5280 4.2.1.4: a critical policies extension must be understood including its qualifiers. */
function isUnderstood(id: string | number, { policies }: ExtensionValues): boolean {
  if (id === CERTIFICATE_POLICIES) return policies?.hasUnknownQualifier === false
  // The key identifiers must not be critical (4.2.1.1 and 4.2.1.2), and OpenSSL rejects them if they are.
  return VALUE_READERS.has(id) && id !== 14 && id !== 35
}

/** The last number of an extension of X.509, or the hexadecimal digits of any other. */
function identify(bytes: Buffer, { start, end }: Element): string | number {
  const isX509 = end - start === 3 && bytes.readUInt16BE(start) === X509_EXTENSIONS
  return isX509 ? (bytes[start + 2] as number) : bytes.toString('hex', start, end)
}
