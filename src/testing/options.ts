import { types } from 'node:util'
import { assertOneOf, assertText, type Parse } from '../util/assert.js'
import { invalidType, invalidValue } from '../util/errors.js'
import { type Option, type OptionTable, optional, withDefault } from '../util/options.js'
import { parseSubjectName, type SubjectName } from './subject-name.js'
import { parseItems } from './values.js'

/** The kind of key: P-256, or RSA with 2,048 bits, which takes about a tenth of a second to make. */
export type TestKeyType = 'ec' | 'rsa'

/** The roles in TLS that a certificate allows by its extended key usage (RFC 5280 4.2.1.12). */
export type TestCertificateUsage = 'client' | 'server' | 'both' | 'none'

/** Options of `createTestCa()` and `createIntermediate()`. */
export interface TestCaOptions {
  /** The common name of the subject. Default: `Test CA`, or `Test intermediate CA`. */
  commonName?: string | undefined
  /** The organization of the subject, or several. Default: none. */
  organization?: string | readonly string[] | undefined
  /** The organizational unit of the subject, or several. Default: none. */
  organizationalUnit?: string | readonly string[] | undefined
  /** The start of the validity, in whole seconds. Default: a day ago, or a day before an earlier `notAfter`. */
  notBefore?: Date | undefined
  /** The end of the validity, in whole seconds. Default: in a day, or a day after a later `notBefore`. */
  notAfter?: Date | undefined
  /** The kind of key. Default: `'ec'`. */
  keyType?: TestKeyType | undefined
  /** A positive number as up to 40 hexadecimal digits, below 2 to the power of 159. Default: random. */
  serialNumber?: string | undefined
}

/** Options of `issue()` and `createSelfSignedCertificate()`. */
export interface TestCertificateOptions extends TestCaOptions {
  /** The common name of the subject. Default: `Test client`. */
  commonName?: string | undefined
  /**
   * The subject alternative name, or several, each with its type: `DNS:api.example.com`, `IP:192.0.2.7`,
   * `URI:spiffe://example.com/api` or `email:alice@example.com`. Default: none.
   */
  san?: string | readonly string[] | undefined
  /**
   * The roles that the certificate is for. TLS servers reject clients whose certificate is for servers
   * only. `'none'` leaves out the extension, which allows every use. Default: `'client'`.
   */
  usage?: TestCertificateUsage | undefined
}

/** The types of the values that differ from what a caller may give. */
export interface CompiledCa {
  commonName: string | undefined
  organization: readonly string[]
  organizationalUnit: readonly string[]
  notBefore: Date | undefined
  notAfter: Date | undefined
  keyType: TestKeyType
  serialNumber: string | undefined
}

export interface CompiledLeaf extends CompiledCa {
  san: readonly SubjectName[]
  usage: TestCertificateUsage
}

/** RFC 5280 appendix A.1: the upper bound of these attributes. */
const MAX_NAME_LENGTH = 64
/** RFC 5280 4.1.2.2: positive, and at most 20 octets, whose first bit is the sign. */
const SERIAL_NUMBER = /^0*(?:[1-9a-f][0-9a-f]{0,38}|[1-7][0-9a-f]{39})$/i

const parseName: Parse<string> = (name, value) => {
  const text = assertText(name, value)
  if (text.length <= MAX_NAME_LENGTH) return text
  throw invalidValue(name, `must have at most ${MAX_NAME_LENGTH} characters`, value)
}

function parseList<Item>(parse: Parse<Item>): Parse<readonly Item[]> {
  return (name, value) => {
    if (!Array.isArray(value)) return [parse(name, value)]
    if (value.length === 0) throw invalidValue(name, 'must not be empty', value)
    return parseItems(name, value, parse)
  }
}

const parseDate: Parse<Date> = (name, value) => {
  // Not `instanceof`, because Jest runs tests in a context that has its own Date.
  if (!types.isDate(value)) throw invalidType(name, 'a Date', value)
  const year = value.getUTCFullYear()
  if (year >= 1 && year <= 9999) return new Date(value.getTime())
  throw invalidValue(name, 'must be a date in the years 1 to 9999', value)
}

const parseSerialNumber: Parse<string> = (name, value) => {
  const text = assertText(name, value)
  if (SERIAL_NUMBER.test(text)) return text
  const problem = 'must be a positive number in hexadecimal digits, below 2 to the power of 159'
  throw invalidValue(name, problem, value)
}

const names: Option<readonly string[]> = { parse: parseList(parseName), default: [] }

export const CA_OPTIONS: OptionTable<keyof TestCaOptions, CompiledCa> = {
  commonName: optional(parseName),
  organization: names,
  organizationalUnit: names,
  notBefore: optional(parseDate),
  notAfter: optional(parseDate),
  keyType: withDefault(assertOneOf(['ec', 'rsa']) as Parse<TestKeyType>, 'ec'),
  serialNumber: optional(parseSerialNumber),
}

const parseUsage = assertOneOf(['client', 'server', 'both', 'none']) as Parse<TestCertificateUsage>

export const LEAF_OPTIONS: OptionTable<keyof TestCertificateOptions, CompiledLeaf> = {
  ...CA_OPTIONS,
  san: { parse: parseList(parseSubjectName), default: [] },
  usage: withDefault(parseUsage, 'client'),
}
