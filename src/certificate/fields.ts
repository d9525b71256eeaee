import {
  type Element,
  isDerThroughout,
  readChildren,
  readExactly,
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
  /** The version inside its explicit tag; `undefined` for version 1. */
  readonly version: Element | undefined
  readonly serialNumber: Element
  /** The algorithm of the signature, inside and outside of what is signed (RFC 5280 4.1.1.2). */
  readonly algorithms: readonly [signed: Element, unsigned: Element]
  readonly issuer: Element
  readonly dates: Element
  readonly subject: Element
  readonly validity: Validity
  readonly publicKey: PublicKey
  /** The SubjectPublicKeyInfo, from which the public key was read. */
  readonly publicKeyInfo: Element
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
  const [signed, unsigned] = readExactly(bytes, whole, CERTIFICATE)
  return signed && readSigned(bytes, signed, unsigned as Element)
}

/** Reads a TBSCertificate, whose version may be missing. */
function readSigned(
  bytes: Uint8Array,
  signed: Element,
  unsignedAlgorithm: Element,
): CertificateFields | undefined {
  const children = readChildren(bytes, signed, 10) ?? []
  const version = children[0]?.tag === VERSION ? children.shift() : undefined
  const [serialNumber, ...rest] = children
  const [parts, trailing] = [rest.slice(0, 5), rest.slice(5)]
  if (!isInteger(bytes, serialNumber) || !areSequences(parts)) return undefined
  const [algorithm, issuer, dates, subject, spki] = parts
  const validity = readDates(bytes, dates)
  const publicKey = readPublicKey(bytes, spki)
  const names = [issuer, subject]
  const extensions = findExtensions(bytes, trailing)
  const isWhole = areInOrder(trailing) && hasShortIdentifiers(bytes, names, extensions)
  if (!isWhole || validity === undefined || publicKey === undefined) return undefined
  const hasStringNames = names.every((name) => hasStringsOnly(bytes, name))
  return {
    version,
    serialNumber,
    algorithms: [algorithm, unsignedAlgorithm],
    issuer,
    dates,
    subject,
    validity,
    publicKey,
    publicKeyInfo: spki,
    hasStringNames,
    extensions,
  }
}

function areSequences(parts: Element[]): parts is [Element, Element, Element, Element, Element] {
  return parts.length === 5 && parts.every(({ tag }) => tag === TAG.sequence)
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

/**
 * Node 20 and 22 end the process for a purpose that OpenSSL can't convert to a string. If this reader
 * can't separate the purposes, OpenSSL still might, so all of them together must be short enough.
 */
function hasShortPurposes(bytes: Uint8Array, extensions: Element | undefined): boolean {
  const list = (element: Element | undefined) => (element && readChildren(bytes, element)) ?? []
  return list(extensions)
    .filter((extension) => isExtendedKeyUsage(bytes, extension))
    .map((extension) => list(extension).at(-1) as Element)
    .every((value) => {
      const purposes = list(readExactly(bytes, value, [TAG.sequence])[0])
      return (purposes.length === 0 ? [value] : purposes).every(
        ({ start, end }) => end - start <= MAX_OID_BYTES,
      )
    })
}

/** The object identifier of extKeyUsage (RFC 5280 4.2.1.12). */
const EXTENDED_KEY_USAGE: readonly number[] = [TAG.oid, 3, 0x55, 0x1d, 0x25]

function isExtendedKeyUsage(bytes: Uint8Array, { start, end }: Element): boolean {
  const isLonger = end - start > EXTENDED_KEY_USAGE.length
  return isLonger && EXTENDED_KEY_USAGE.every((byte, index) => bytes[start + index] === byte)
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
