import { type Element, readChildren, readElement, readOid, TAG } from '../../certificate/der.js'
import { type Extension, readExtension } from '../../certificate/extension.js'
import { isTrue } from '../primitives.js'
import { SerialTable } from './serial-table.js'
import { MAX_PART_BYTES, SLICE, type Sliced } from './slices.js'

/** The entries of a list (RFC 5280 5.1.2.6 and 5.3). */
export interface Entries {
  readonly serials: SerialTable
  /** Whether an entry has a critical extension that isn't understood. */
  readonly hasUnknownCritical: boolean
}

export type EntriesProblem = 'malformed' | 'indirect'

/** The object identifiers of entry extensions, as hexadecimal digits. */
const REASON_CODE = '551d15'
const CERTIFICATE_ISSUER = '551d1d'
/** removeFromCRL (RFC 5280 5.3.1): the certificate isn't on hold any longer. */
const REMOVE_FROM_CRL = 8
const ENUMERATED = 0x0a
/** Most entries have exactly this reasonCode after their date, so it is compared without being parsed. */
const USUAL_EXTENSIONS: readonly number[] = [
  0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01,
]

/**
 * Reads the entries of a list in one pass, after it has counted them, so that the table of serial numbers
 * needs no second copy to grow.
 *
 * @param list - the SEQUENCE of entries; `undefined` when the list has none
 * @param mayHaveExtensions - `false` for version 1
 */
export function* readEntries(
  bytes: Uint8Array,
  list: Element | undefined,
  mayHaveExtensions: boolean,
): Sliced<Entries | EntriesProblem> {
  const { start, end } = list ?? { start: 0, end: 0 }
  const size = yield* countEntries(bytes, start, end)
  if (size === undefined) return 'malformed'
  const serials = new SerialTable(bytes, size)
  let hasUnknownCritical = false
  let inSlice = 0
  for (let at = start; at < end;) {
    if (inSlice >= SLICE.entries) {
      yield
      inSlice = 0
    }
    const entry = readElement(bytes, at, end) as Element
    const found = readEntry(bytes, entry, mayHaveExtensions)
    if (found === 'malformed' || found === 'indirect') return found
    if (found !== 'removed') serials.add(entry.start + 1)
    hasUnknownCritical ||= found === 'unknown_critical'
    inSlice += costOf(entry)
    at = entry.end
  }
  return { serials, hasUnknownCritical }
}

/** Extensions take longer than the serial number and the date. Entries without unusual ones count once. */
function costOf({ start, end }: Element): number {
  return 1 + Math.max(Math.floor((end - start - 64) / 16), 0)
}

/** @returns `undefined` when an entry isn't a SEQUENCE in DER, or is too large */
function* countEntries(bytes: Uint8Array, start: number, end: number): Sliced<number | undefined> {
  let count = 0
  for (let at = start; at < end; count += 1) {
    if (count % SLICE.entries === SLICE.entries - 1) yield
    const entry = bytes[at] === TAG.sequence ? readElement(bytes, at, end) : undefined
    if (entry === undefined || entry.end - at > MAX_PART_BYTES) return undefined
    at = entry.end
  }
  return count
}

type EntryKind = 'revoked' | 'removed' | 'unknown_critical' | EntriesProblem

/** The serial number, the date and, in version 2, extensions. */
function readEntry(bytes: Uint8Array, entry: Element, mayHaveExtensions: boolean): EntryKind {
  const dateAt = endOfSerialNumber(bytes, entry.start)
  const extensionsAt = endOfDate(bytes, dateAt)
  if (extensionsAt === 0 || extensionsAt > entry.end) return 'malformed'
  if (extensionsAt === entry.end) return 'revoked'
  if (!mayHaveExtensions) return 'malformed'
  if (entry.end - extensionsAt === 14 && hasUsualExtensions(bytes, extensionsAt)) {
    return bytes[entry.end - 1] === REMOVE_FROM_CRL ? 'removed' : 'revoked'
  }
  return readExtensions(bytes, extensionsAt, entry.end)
}

/**
 * X.690 8.3.2: an INTEGER is as short as possible. RFC 5280 4.1.2.2: it has at most 20 octets, so its
 * length is in the short form.
 *
 * @returns 0 when it isn't a serial number
 */
function endOfSerialNumber(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1] as number
  if (bytes[at] !== TAG.integer || length === 0 || length >= 0x80) return 0
  const first = bytes[at + 2] as number
  const hasHighBit = (bytes[at + 3] as number) >= 0x80
  const isPadded = length > 1 && ((first === 0 && !hasHighBit) || (first === 0xff && hasHighBit))
  return isPadded ? 0 : at + 2 + length
}

const [DIGIT_0, DIGIT_9, Z] = [0x30, 0x39, 0x5a]

/**
 * RFC 5280 5.1.2.6: a time in UTC with seconds. The time of a revocation makes no difference, so only its
 * form is checked.
 *
 * @returns 0 when it isn't a date
 */
function endOfDate(bytes: Uint8Array, at: number): number {
  const length = bytes[at] === TAG.utcTime ? 13 : 15
  const isTime = bytes[at] === TAG.utcTime || bytes[at] === TAG.generalizedTime
  const end = at + 2 + length
  if (at === 0 || !isTime || bytes[at + 1] !== length || bytes[end - 1] !== Z) return 0
  for (let index = at + 2; index < end - 1; index += 1) {
    const digit = bytes[index] as number
    if (digit < DIGIT_0 || digit > DIGIT_9) return 0
  }
  return end
}

function hasUsualExtensions(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < USUAL_EXTENSIONS.length; index += 1) {
    if (bytes[at + index] !== USUAL_EXTENSIONS[index]) return false
  }
  return true
}

/** RFC 5280 5.3: at least one extension, and none twice. */
function readExtensions(bytes: Uint8Array, at: number, limit: number): EntryKind {
  const kinds = new Map<string | undefined, EntryKind>()
  for (const element of listExtensions(bytes, at, limit)) {
    const extension = readExtension(bytes, element)
    const id = readOid(bytes, extension?.identifier)
    if (kinds.has(id)) return 'malformed'
    kinds.set(id, extension === undefined ? 'malformed' : kindOf(bytes, id, extension))
  }
  if (kinds.size === 0) return 'malformed'
  return FIRST.find((kind) => [...kinds.values()].includes(kind)) ?? 'revoked'
}

/** @returns an empty list when there isn't exactly one SEQUENCE of elements in DER */
function listExtensions(bytes: Uint8Array, at: number, limit: number): readonly Element[] {
  const list = readElement(bytes, at, limit)
  const isList = list?.tag === TAG.sequence && list.end === limit
  return (isList ? readChildren(bytes, list) : undefined) ?? []
}

/** The kind that an entry has if its extensions say different things: the first of these. */
const FIRST: readonly EntryKind[] = ['malformed', 'indirect', 'unknown_critical', 'removed']

/** RFC 5280 5.3: as in OpenSSL, no critical extension is understood. */
function kindOf(
  bytes: Uint8Array,
  id: string | undefined,
  { critical, value }: Extension,
): EntryKind {
  // X.690 11.1 and 11.5: the default, FALSE, is left out.
  if (critical !== undefined && !isTrue(bytes, critical)) return 'malformed'
  if (id === CERTIFICATE_ISSUER) return 'indirect'
  const reason = id === REASON_CODE ? readReason(bytes, value) : 0
  if (reason === undefined) return 'malformed'
  if (critical !== undefined) return 'unknown_critical'
  return reason === REMOVE_FROM_CRL ? 'removed' : 'revoked'
}

function readReason(bytes: Uint8Array, value: Element): number | undefined {
  const [code, ...others] = readChildren(bytes, value, 1) ?? []
  const isReason = code?.tag === ENUMERATED && code.end - code.start === 1 && others.length === 0
  return isReason ? bytes[code.start] : undefined
}
