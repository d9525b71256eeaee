import { X509Certificate } from 'node:crypto'
import { type Element, readElement } from '../../src/certificate/der.js'
import { readFields } from '../../src/certificate/fields.js'
import { type PathCertificate, toPathCertificate } from '../../src/path/certificate.js'
import { type Extensions, readExtensions } from '../../src/path/extensions.js'
import { generate } from './der-chain.js'
import {
  bits,
  bool,
  certificateOf,
  extension,
  int,
  oid,
  type Parts,
  seq,
  set,
  spkiOf,
  tlv,
  utf8,
} from './der-writer.js'

/** Writes the parts of certificates that path validation reads (RFC 5280 4.2.1), and reads them. */

/** One key for all certificates whose signatures aren't verified. */
export const SPKI: Buffer = spkiOf(generate())

/** The names of subjectAltName and nameConstraints (RFC 5280 4.2.1.6). */
export const email = (text: string): Buffer => tlv(0x81, Buffer.from(text, 'latin1'))
export const dns = (text: string): Buffer => tlv(0x82, Buffer.from(text, 'latin1'))
export const uri = (text: string): Buffer => tlv(0x86, Buffer.from(text, 'latin1'))
export const ip = (...octets: readonly number[]): Buffer => tlv(0x87, Buffer.from(octets))
export const directory = (name: Uint8Array): Buffer => tlv(0xa4, name)
export const otherName = (type: string, text: string): Buffer =>
  tlv(0xa0, oid(type), tlv(0xa0, utf8(text)))

/** A relative name with one attribute. */
export const attribute = (type: string, value: Uint8Array): Buffer => set(seq(oid(type), value))

/** A name of organization and common name, or of the organization alone. */
export function nameOf(organization: string, commonName?: string): Buffer {
  const last = commonName === undefined ? [] : [attribute('2.5.4.3', utf8(commonName))]
  return seq(attribute('2.5.4.10', utf8(organization)), ...last)
}

export const subjectAltNames = (...names: readonly Uint8Array[]): Buffer =>
  extension('2.5.29.17', seq(...names))

interface Bases {
  readonly permitted?: readonly Uint8Array[]
  readonly excluded?: readonly Uint8Array[]
}

export function nameConstraints({ permitted, excluded }: Bases): Buffer {
  const list = (tag: number, bases: readonly Uint8Array[] | undefined) =>
    bases === undefined ? [] : [tlv(tag, ...bases.map((base) => seq(base)))]
  return extension('2.5.29.30', seq(...list(0xa0, permitted), ...list(0xa1, excluded)), true)
}

/** A keyUsage with these bits of its first octet, and this many unused bits. */
export const keyUsage = (first: number, unused: number): Buffer =>
  extension('2.5.29.15', bits(Buffer.from([first]), unused), true)

export const extendedKeyUsage = (...purposes: readonly string[]): Buffer =>
  extension('2.5.29.37', seq(...purposes.map(oid)))

export const pathLength = (count: number): Buffer =>
  extension('2.5.29.19', seq(bool(true), int(count)), true)

export const ANY = '2.5.29.32.0'

export const certificatePolicies = (...ids: readonly string[]): Buffer =>
  extension('2.5.29.32', seq(...ids.map((id) => seq(oid(id)))))

export const policyMappings = (...pairs: readonly (readonly [string, string])[]): Buffer =>
  extension('2.5.29.33', seq(...pairs.map(([issuer, subject]) => seq(oid(issuer), oid(subject)))))

/** An unsigned number under a context-specific tag. */
const count = (tag: number, number: number): Buffer => tlv(tag, int(number).subarray(2))

export function policyConstraints(requireExplicit?: number, inhibitMapping?: number): Buffer {
  const first = requireExplicit === undefined ? [] : [count(0x80, requireExplicit)]
  const second = inhibitMapping === undefined ? [] : [count(0x81, inhibitMapping)]
  return extension('2.5.29.36', seq(...first, ...second), true)
}

export const inhibitAnyPolicy = (number: number): Buffer =>
  extension('2.5.29.54', int(number), true)

/** The contents of an object identifier as hexadecimal digits. */
export const hexOf = (dotted: string): string => oid(dotted).toString('hex', 2)

/** The element that the bytes consist of. */
export function elementOf(bytes: Uint8Array): Element {
  const element = readElement(bytes, 0, bytes.length)
  if (element === undefined) throw new Error("The bytes aren't one element")
  return element
}

/** An element with these bytes as its contents. */
export const around = (bytes: Uint8Array): Element => ({ tag: 0x04, start: 0, end: bytes.length })

/** Reads a certificate as path validation sees it. Its signature isn't genuine. */
export function pathCertificate(parts: Partial<Parts>): PathCertificate {
  const der = certificateOf({ spki: SPKI, ...parts })
  const certificate = toPathCertificate(new X509Certificate(der))
  if (certificate === undefined) throw new Error("The certificate can't be read")
  return certificate
}

/** Reads these extensions; `undefined` when they are malformed. */
export function extensionsOf(...extensions: readonly Buffer[]): Extensions | undefined {
  return extensionsIn({ extensions })
}

export function extensionsIn(parts: Partial<Parts>): Extensions | undefined {
  const der = certificateOf({ spki: SPKI, ...parts })
  const fields = readFields(der)
  if (fields === undefined) throw new Error("The certificate can't be read")
  return readExtensions(der, fields)
}
