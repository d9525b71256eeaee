/// <reference types="node" preserve="true" />
import type { PeerCertificate } from 'node:tls'
import { parseSubjectAltNames } from '../certificate/subject-alt-name.js'
import { assertText, type Parse } from '../util/assert.js'
import { invalidType, invalidValue } from '../util/errors.js'
import { type OptionTable, optional } from '../util/options.js'
import { parseItems, parseObject } from './values.js'

/** A name as Node shows it: attributes by their short names, with an array if one occurs several times. */
export interface FakeName {
  readonly [attribute: string]: string | readonly string[]
}

/** Members of a fake certificate, each in the form in which Node shows it. */
export interface FakeCertificateFields {
  /** Default: `{ O: 'Fake certificate for unit tests', CN: 'fake client' }`. */
  subject?: FakeName | undefined
  /** Default: `{ CN: 'Fake CA for unit tests' }`. */
  issuer?: FakeName | undefined
  /** Such as `'DNS:api.example.com, URI:spiffe://example.com/api'`. Default: none. */
  subjectaltname?: string | undefined
  /** Default: the first second of 1970. */
  valid_from?: string | undefined
  /** Default: the last second of 1970. */
  valid_to?: string | undefined
  /** The SHA-1 fingerprint. Default: made from the other fields. */
  fingerprint?: string | undefined
  /** The SHA-256 fingerprint. Default: made from the other fields, so that different fakes differ. */
  fingerprint256?: string | undefined
  /** The SHA-512 fingerprint. Default: made from the other fields. */
  fingerprint512?: string | undefined
  /** Upper-case hexadecimal digits. Default: made from the other fields. */
  serialNumber?: string | undefined
  /** Extended key usages in dotted form. Default: client authentication. */
  ext_key_usage?: readonly string[] | undefined
  /** Another fake, for code that reads the chain. Default: none. */
  issuerCertificate?: PeerCertificate | undefined
}

const parseTexts: Parse = (name, value) => {
  if (!Array.isArray(value)) throw invalidType(name, 'an array of strings', value)
  return parseItems(name, value, assertText)
}

/** Like Node's names, the object has no prototype, so that `constructor` isn't one of its attributes. */
const parseName: Parse = (name, value) => {
  const attributes = Object.create(null) as Record<string, unknown>
  for (const [attribute, own] of Object.entries(parseObject(name, value))) {
    const parse: Parse = Array.isArray(own) ? parseTexts : assertText
    attributes[attribute] = parse(`${name} "${attribute}"`, own)
  }
  return attributes
}

const parseNames: Parse = (name, value) => {
  const text = assertText(name, value)
  if (parseSubjectAltNames(text).length > 0) return text
  throw invalidValue(name, "must have the form 'DNS:a.example.com, DNS:b.example.com'", value)
}

const parseDate: Parse = (name, value) => {
  const text = assertText(name, value)
  if (!Number.isNaN(Date.parse(text))) return text
  throw invalidValue(name, "must be a date such as 'Jan 31 23:59:59 2030 GMT'", value)
}

function parseDigest(bytes: number): Parse {
  const pattern = new RegExp(`^[0-9A-F]{2}(?::[0-9A-F]{2}){${bytes - 1}}$`)
  return (name, value) => {
    const text = assertText(name, value)
    if (pattern.test(text)) return text
    const problem = `must be ${bytes} bytes in upper-case hexadecimal digits, separated by colons`
    throw invalidValue(name, problem, value)
  }
}

const parseSerialNumber: Parse = (name, value) => {
  const text = assertText(name, value)
  if (/^[0-9A-F]+$/.test(text)) return text
  throw invalidValue(name, 'must consist of upper-case hexadecimal digits', value)
}

/** Has no member for bytes: a fake isn't a certificate, and nothing may take it for one. */
export const FAKE_FIELDS: OptionTable<keyof FakeCertificateFields> = {
  subject: optional(parseName),
  issuer: optional(parseName),
  subjectaltname: optional(parseNames),
  valid_from: optional(parseDate),
  valid_to: optional(parseDate),
  fingerprint: optional(parseDigest(20)),
  fingerprint256: optional(parseDigest(32)),
  fingerprint512: optional(parseDigest(64)),
  serialNumber: optional(parseSerialNumber),
  ext_key_usage: optional(parseTexts),
  issuerCertificate: optional(parseObject),
}
