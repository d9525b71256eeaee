import {
  type Element,
  isDerThroughout,
  readChildren,
  readExactly,
  readOid,
  readTagged,
  TAG,
  toHex,
} from './der.js'
import { MAX_OID_BYTES } from './limits.js'
import { hasShortTypes, hasStringsOnly } from './name-values.js'
import { type PublicKey, readPublicKey } from './public-key.js'
import { readTime } from './time.js'

/** The period in which a certificate is valid, both ends inclusive, in milliseconds since the epoch. */
export interface Validity {
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** The fields that our own reader takes from the DER of a certificate (RFC 5280 4.1). */
export interface CertificateFields {
  readonly serialNumber: Element
  readonly validity: Validity
  readonly publicKey: PublicKey
  /** Whether every value in issuer and subject is a string. */
  readonly hasStringNames: boolean
  /** The SEQUENCE OF Extension; `undefined` if the certificate has no extensions. */
  readonly extensions: Element | undefined
}

/** OpenSSL allows this much for all certificates of a handshake (SSL_MAX_CERT_LIST_DEFAULT). */
const MAX_CERTIFICATE_BYTES = 100 * 1024

/** tbsCertificate, signatureAlgorithm, signatureValue. */
const CERTIFICATE: readonly number[] = [TAG.sequence, TAG.sequence, TAG.bitString]

const VERSION = 0xa0
const EXTENSIONS = 0xa3
/** issuerUniqueID, subjectUniqueID and extensions: each at most once, in this order. */
const TRAILING_TAGS: readonly number[] = [0x81, 0x82, EXTENSIONS]

/**
 * Reads the fields of a certificate that decide whether OpenSSL and Node may see it. The DER is
 * checked at every depth, but the contents of names and extensions aren't. A certificate that OpenSSL
 * accepts in a handshake passes, unless its encoding or its key is the problem.
 *
 * @returns `undefined` when the bytes aren't exactly one certificate in DER
 */
export function readFields(bytes: Uint8Array): CertificateFields | undefined {
  if (bytes.length > MAX_CERTIFICATE_BYTES) return undefined
  const whole = readTagged(bytes, 0, bytes.length, TAG.sequence)
  if (whole?.end !== bytes.length || !isDerThroughout(bytes, whole)) return undefined
  const [signed] = readExactly(bytes, whole, CERTIFICATE)
  return signed && readSigned(bytes, signed)
}

/** Reads a TBSCertificate, whose version may be missing. */
function readSigned(bytes: Uint8Array, signed: Element): CertificateFields | undefined {
  const children = readChildren(bytes, signed, 10) ?? []
  if (children[0]?.tag === VERSION) children.shift()
  const [serialNumber, algorithm, issuer, dates, subject, spki, ...trailing] = children
  const sequences = [algorithm, issuer, dates, subject, spki]
  if (!sequences.every((child) => child?.tag === TAG.sequence)) return undefined
  const validity = readDates(bytes, dates as Element)
  const publicKey = readPublicKey(bytes, spki as Element)
  const names = [issuer, subject] as Element[]
  const hasStringNames = names.every((name) => hasStringsOnly(bytes, name))
  const extensions = findExtensions(bytes, trailing)
  const isWhole =
    isInteger(bytes, serialNumber) &&
    areInOrder(trailing) &&
    hasShortIdentifiers(bytes, names, extensions)
  return isWhole && validity && publicKey
    ? { serialNumber, validity, publicKey, hasStringNames, extensions }
    : undefined
}

/** X.690 8.3.2: the first nine bits of an INTEGER must not be all equal. */
function isInteger(bytes: Uint8Array, element: Element | undefined): element is Element {
  if (element?.tag !== TAG.integer || element.start === element.end) return false
  const [first = 0, second = 0] = bytes.subarray(element.start, element.end)
  const isPadded = (first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)
  return element.end - element.start === 1 || !isPadded
}

function readDates(bytes: Uint8Array, dates: Element): Validity | undefined {
  const [notBeforeMs, notAfterMs] =
    readChildren(bytes, dates, 2)?.map((date) => readTime(bytes, date)) ?? []
  return notBeforeMs === undefined || notAfterMs === undefined
    ? undefined
    : { notBeforeMs, notAfterMs }
}

function areInOrder(trailing: readonly Element[]): boolean {
  const places = trailing.map(({ tag }) => TRAILING_TAGS.indexOf(tag))
  return places.every((place, index) => place > (places[index - 1] ?? -1))
}

/** Whether OpenSSL can write the object identifiers that Node shows. */
function hasShortIdentifiers(
  bytes: Uint8Array,
  names: readonly Element[],
  extensions: Element | undefined | null,
): extensions is Element | undefined {
  return (
    extensions !== null &&
    names.every((name) => hasShortTypes(bytes, name)) &&
    hasShortPurposes(bytes, extensions)
  )
}

/** extKeyUsage (RFC 5280 4.2.1.12). */
const EXTENDED_KEY_USAGE = '551d25'

/**
 * Node 20 and 22 end the process for a purpose that OpenSSL can't convert to a string. If this reader
 * can't separate the purposes, OpenSSL still might, so all of them together must be short enough.
 */
function hasShortPurposes(bytes: Uint8Array, extensions: Element | undefined): boolean {
  const list = (element: Element | undefined) => (element && readChildren(bytes, element)) ?? []
  return list(extensions)
    .map(list)
    .filter(([identifier]) => readOid(bytes, identifier) === EXTENDED_KEY_USAGE)
    .map((parts) => parts.at(-1) as Element)
    .every((value) => {
      const purposes = list(readExactly(bytes, value, [TAG.sequence])[0])
      return (purposes.length === 0 ? [value] : purposes).every(
        ({ start, end }) => end - start <= MAX_OID_BYTES,
      )
    })
}

/** @returns `null` when the explicit tag holds anything but one SEQUENCE */
function findExtensions(
  bytes: Uint8Array,
  trailing: readonly Element[],
): Element | undefined | null {
  const wrapper = trailing.find(({ tag }) => tag === EXTENSIONS)
  return wrapper && (readExactly(bytes, wrapper, [TAG.sequence])[0] ?? null)
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
  const found = all.filter((extension) => extension?.oid === oid)
  return found.length > 1 ? null : found[0]?.value
}

interface Extension {
  readonly oid: string
  readonly value: Element
}

/** RFC 5280 4.1: extnID, then critical (omitted if false), then extnValue. */
function readExtension(bytes: Uint8Array, extension: Element): Extension | undefined {
  if (extension.tag !== TAG.sequence) return undefined
  const [identifier, flag, value = flag] = readChildren(bytes, extension, 3) ?? []
  const oid = readOid(bytes, identifier)
  const isShaped = value?.tag === TAG.octetString && (value === flag || flag?.tag === TAG.boolean)
  return oid !== undefined && isShaped ? { oid, value } : undefined
}

/**
 * Writes the serial number as Node shows it: upper-case hexadecimal digits in pairs, with `-` before a
 * negative number.
 */
export function formatSerialNumber(bytes: Uint8Array, serialNumber: Element): string {
  const hex = toHex(bytes, serialNumber)
  const isNegative = (bytes[serialNumber.start] as number) >= 0x80
  const magnitude = isNegative
    ? (1n << BigInt(hex.length * 4)) - BigInt(`0x${hex}`)
    : BigInt(`0x${hex}`)
  const digits = magnitude.toString(16).toUpperCase()
  const pairs = digits.length % 2 === 0 || digits === '0' ? digits : `0${digits}`
  return isNegative ? `-${pairs}` : pairs
}
