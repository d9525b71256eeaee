import { type Element, readElement, readTagged, TAG } from './der.js'

/** `[3] EXPLICIT` in a TBSCertificate (RFC 5280 4.1). */
const EXTENSIONS = 0xa3

/** Where the value of an extension is, that it isn't there, or that the certificate can't be read. */
export type FoundExtension = Element | 'absent' | 'malformed'

/**
 * Finds the contents of an extension's OCTET STRING.
 *
 * RFC 5280 4.2 allows each extension once. Node shows the first of two, and another reader may show
 * the second, so a certificate with two has neither.
 *
 * @param oid - the contents octets of the extension's identifier
 */
export function findExtension(raw: Uint8Array, oid: Uint8Array): FoundExtension {
  const list = findExtensions(raw)
  if (typeof list === 'string') return list
  let found: FoundExtension = 'absent'
  for (let at = list.start; at < list.end;) {
    const extension = readTagged(raw, at, list.end, TAG.sequence)
    const id = extension && readTagged(raw, extension.start, extension.end, TAG.oid)
    if (extension === undefined || id === undefined) return 'malformed'
    at = extension.end
    if (!isEqual(raw, id, oid)) continue
    if (found !== 'absent') return 'malformed'
    found = readValue(raw, extension, id) ?? 'malformed'
  }
  return found
}

/** They are the last part of what is signed, where there are any. */
function findExtensions(raw: Uint8Array): FoundExtension {
  const certificate = readTagged(raw, 0, raw.length, TAG.sequence)
  const body = certificate && readTagged(raw, certificate.start, raw.length, TAG.sequence)
  if (body === undefined || certificate?.end !== raw.length) return 'malformed'
  for (let at = body.start; at < body.end;) {
    const part = readElement(raw, at, body.end)
    if (part === undefined) return 'malformed'
    at = part.end
    if (part.tag !== EXTENSIONS) continue
    const list = readTagged(raw, part.start, part.end, TAG.sequence)
    return list?.end === body.end ? list : 'malformed'
  }
  return 'absent'
}

/** Behind the identifier there may be a BOOLEAN, and there must be an OCTET STRING. */
function readValue(raw: Uint8Array, extension: Element, id: Element): Element | undefined {
  const critical = readTagged(raw, id.end, extension.end, TAG.boolean)
  const value = readTagged(raw, critical?.end ?? id.end, extension.end, TAG.octetString)
  return value?.end === extension.end ? value : undefined
}

function isEqual(raw: Uint8Array, { start, end }: Element, oid: Uint8Array): boolean {
  if (end - start !== oid.length) return false
  for (let at = 0; at < oid.length; at += 1) if (raw[start + at] !== oid[at]) return false
  return true
}
