import { TAG } from '../certificate/der.js'
import { encodeDottedOid } from '../certificate/oid.js'

/** Writes DER (X.690), as far as certificates and PKCS #12 files for tests need it. */

const [UTF8_STRING, SET, BMP_STRING] = [0x0c, 0x31, 0x1e]

/** One value, with its length in as few bytes as possible (X.690 10.1). */
export function encode(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag, ...encodeLength(body.length)]), body])
}

function encodeLength(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 + bytes.length, ...bytes]
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer =>
  encode(TAG.sequence, ...contents)
/** A SET OF values, which stand in ascending order (X.690 11.6). */
export const setOf = (...values: readonly Uint8Array[]): Buffer =>
  encode(SET, ...[...values].sort((a, b) => Buffer.compare(a, b)))
export const octetString = (bytes: Uint8Array): Buffer => encode(TAG.octetString, bytes)
export const utf8String = (text: string): Buffer => encode(UTF8_STRING, Buffer.from(text))
export const bmpString = (text: string): Buffer => encode(BMP_STRING, toUtf16(text))
export const boolean = (): Buffer => encode(TAG.boolean, Buffer.from([0xff]))
export const nothing = (): Buffer => encode(TAG.null)

/** A context-specific tag around a whole value. */
export const explicit = (number: number, value: Uint8Array): Buffer => encode(0xa0 + number, value)

/** A context-specific tag, which replaces the universal tag of the value. */
export const implicit = (number: number, contents: Uint8Array): Buffer =>
  encode(0x80 + number, contents)

/** UTF-16 with the high byte first, which BMPString requires. */
export const toUtf16 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()

/** @param unused - the number of bits at the end that don't belong to the value */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return encode(TAG.bitString, Buffer.from([unused]), bytes)
}

/** A positive INTEGER from hexadecimal digits. Without the zero in front, it could be negative (X.690 8.3.3). */
export function integer(hex: string): Buffer {
  const digits = hex.replace(/^0+(?=.)/, '')
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  const sign = (bytes[0] as number) < 0x80 ? [] : [0]
  return encode(TAG.integer, Buffer.from(sign), bytes)
}

/** @param dotted - a valid object identifier */
export function objectIdentifier(dotted: string): Buffer {
  return encode(TAG.oid, Buffer.from(encodeDottedOid(dotted) as string, 'hex'))
}

/** RFC 5280 4.1.2.5: two-digit years only from 1950 to 2049. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+/, '').replaceAll(/[-:T]/g, '')
  const year = date.getUTCFullYear()
  return year >= 1950 && year < 2050
    ? encode(TAG.utcTime, Buffer.from(digits.slice(2)))
    : encode(TAG.generalizedTime, Buffer.from(digits))
}
