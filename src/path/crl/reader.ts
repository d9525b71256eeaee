import {
  type Element,
  isDerThroughout,
  readChildren,
  readExactly,
  readTagged,
  TAG,
} from '../../certificate/der.js'
import { readTime } from '../../certificate/time.js'
import { isStrongSignature } from '../algorithms.js'
import { readCanonicalName } from '../name.js'
import { isProfileTime } from '../primitives.js'
import { readEntries } from './entries.js'
import { readListExtensions } from './list-extensions.js'
import type { ListScope } from './scope.js'
import type { SerialTable } from './serial-table.js'
import type { SignedList } from './signature.js'
import { readSignatureAlgorithm } from './signature-algorithm.js'
import { MAX_PART_BYTES, type Sliced } from './slices.js'

/** A complete list of one CA, read once (RFC 5280 section 5). */
export interface RevocationList extends SignedList {
  /** The canonical name. */
  readonly issuer: string
  /** The name as it is written. */
  readonly issuerName: Element
  readonly thisUpdateMs: number
  /** `undefined` when the list doesn't say until when it is valid. */
  readonly nextUpdateMs: number | undefined
  readonly scope: ListScope
  readonly serials: SerialTable
  /** Whether a critical extension, of the list or an entry, isn't understood. */
  readonly hasUnknownCritical: boolean
}

/** Why a list can't be used at all. */
export type ListProblem = 'malformed' | 'delta' | 'indirect'

/** tbsCertList, signatureAlgorithm, signatureValue (RFC 5280 5.1.1). */
const LIST: readonly number[] = [TAG.sequence, TAG.sequence, TAG.bitString]

/** The fields of a tbsCertList (RFC 5280 5.1.2). */
interface Fields {
  readonly version: Element | undefined
  readonly algorithm: Element
  readonly issuer: Element
  readonly thisUpdate: Element
  readonly nextUpdate: Element | undefined
  readonly entries: Element | undefined
  /** The explicit tag. */
  readonly extensions: Element | undefined
}

/** Reads a list in DER. The bytes mustn't change afterwards, because the serial numbers stay in them. */
export function* readList(bytes: Buffer): Sliced<RevocationList | ListProblem> {
  const outer = readOuter(bytes)
  if (outer === undefined) return 'malformed'
  const { signedList, fields, issuer, dates } = outer
  const extensions = readListExtensions(bytes, fields.extensions, issuer)
  if (typeof extensions === 'string') return extensions
  const entries = yield* readEntries(bytes, fields.entries, fields.version !== undefined)
  if (typeof entries === 'string') return entries
  return {
    ...signedList,
    issuer,
    issuerName: fields.issuer,
    ...dates,
    scope: extensions.scope,
    serials: entries.serials,
    hasUnknownCritical: extensions.hasUnknownCritical || entries.hasUnknownCritical,
  }
}

interface Outer {
  readonly signedList: SignedList
  readonly fields: Fields
  readonly issuer: string
  readonly dates: Dates
}

/** Reads everything but the extensions and the entries. */
function readOuter(bytes: Buffer): Outer | undefined {
  const whole = readTagged(bytes, 0, bytes.length, TAG.sequence)
  const parts = whole?.end === bytes.length ? readExactly(bytes, whole, LIST) : []
  const signedList = readSigned(bytes, parts)
  const fields = parts[0] && readFields(bytes, parts[0])
  if (signedList === undefined || fields === undefined) return undefined
  const dates = readDates(bytes, fields)
  // RFC 5280 5.1.2.3: the issuer has a name.
  const issuer = readCanonicalName(bytes, fields.issuer) ?? ''
  const isSame = areEqual(bytes, fields.algorithm, parts[1] as Element)
  return dates && isSame && issuer !== '' ? { signedList, fields, issuer, dates } : undefined
}

/** @param parts - tbsCertList, signatureAlgorithm and signatureValue */
function readSigned(bytes: Buffer, parts: readonly Element[]): SignedList | undefined {
  const [signed, algorithm, signature] = parts
  if (signed === undefined || algorithm === undefined || signature === undefined) return undefined
  // X.690 8.6.2: the first octet says how many bits of the last one aren't used.
  if (signature.start === signature.end || bytes[signature.start] !== 0) return undefined
  if (!isDerThroughout(bytes, algorithm)) return undefined
  const isStrong = isStrongSignature(bytes, algorithm)
  return {
    bytes,
    signed: { start: startOf(bytes), end: signed.end },
    signature: bytes.subarray(signature.start + 1, signature.end),
    algorithm: isStrong ? readSignatureAlgorithm(bytes, algorithm) : undefined,
    signers: new Map(),
  }
}

/** Where the first element inside of the first one begins, with its identifier octet. */
function startOf(bytes: Buffer): number {
  return (readTagged(bytes, 0, bytes.length, TAG.sequence) as Element).start
}

const EXTENSIONS = 0xa0

/** @returns `undefined` when the fields aren't those of a list in DER; the entries aren't looked at */
function readFields(bytes: Buffer, signed: Element): Fields | undefined {
  const children = readChildren(bytes, signed, 7) ?? []
  const take = (...tags: readonly number[]): Element | undefined =>
    tags.includes(children[0]?.tag ?? 0) ? children.shift() : undefined
  const version = take(TAG.integer)
  const [algorithm, issuer] = [take(TAG.sequence), take(TAG.sequence)]
  const [thisUpdate, nextUpdate] = [takeTime(), takeTime()]
  const [entries, extensions] = [take(TAG.sequence), take(EXTENSIONS)]
  function takeTime(): Element | undefined {
    return take(TAG.utcTime, TAG.generalizedTime)
  }
  const isComplete = algorithm !== undefined && issuer !== undefined && thisUpdate !== undefined
  if (!isComplete || children.length > 0) return undefined
  const small = [algorithm, issuer, ...(extensions === undefined ? [] : [extensions])]
  if (!small.every((one) => one.end - one.start <= MAX_PART_BYTES && isDerThroughout(bytes, one)))
    return undefined
  // RFC 5280 5.1.2.1: version 1 is left out, and only version 2 has extensions.
  if (version === undefined ? extensions !== undefined : !isVersion2(bytes, version))
    return undefined
  return { version, algorithm, issuer, thisUpdate, nextUpdate, entries, extensions }
}

function isVersion2(bytes: Buffer, { start, end }: Element): boolean {
  return end - start === 1 && bytes[start] === 1
}

type Dates = Pick<RevocationList, 'thisUpdateMs' | 'nextUpdateMs'>

function readDates(bytes: Buffer, { thisUpdate, nextUpdate }: Fields): Dates | undefined {
  const read = (date: Element): number | undefined =>
    isProfileTime(bytes, date) ? readTime(bytes, date) : undefined
  const thisUpdateMs = read(thisUpdate)
  const nextUpdateMs = nextUpdate && read(nextUpdate)
  if (thisUpdateMs === undefined) return undefined
  if (nextUpdate !== undefined && nextUpdateMs === undefined) return undefined
  return { thisUpdateMs, nextUpdateMs }
}

/** RFC 5280 5.1.1.2: both fields with the algorithm of the signature have the same contents. */
function areEqual(bytes: Buffer, one: Element, other: Element): boolean {
  return bytes.compare(bytes, other.start, other.end, one.start, one.end) === 0
}
