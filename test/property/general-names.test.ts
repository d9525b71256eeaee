import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { ATTRIBUTE_TYPES } from '../../src/certificate/attribute-types.js'
import { readSubjectAltNames } from '../../src/certificate/general-names.js'
import {
  formatSubjectAltNames,
  parseSubjectAltNames,
} from '../../src/certificate/subject-alt-name.js'
import {
  type Attribute,
  type Bytes,
  certificateMaker,
  der,
  directoryName,
  generalNames,
  oid,
  otherName,
  sanExtension,
} from '../support/der-certificates.js'

/** Strings that could make one name look like several names, or like another name. */
const TOKENS = [
  ...[',', ', ', '"', '\\', "'", ':', '=', '+', ';', '<', '>', '#', ' ', '\0', '\n', '\x7f'],
  ...['DNS:', 'email:a@b', 'a', 'example.org', '\u00e9', '\u4e2d', '\u{1f600}', '\u212a', '\ufeff'],
]

const bytes: fc.Arbitrary<Bytes> = fc.oneof(
  fc.array(fc.constantFrom(...TOKENS), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 8 }),
)

const address = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.array(fc.constantFrom(0, 1, 0x10, 0xff), { minLength: 16, maxLength: 16 }),
  fc.uint8Array({ maxLength: 33 }),
)

const dottedOid = fc
  .tuple(
    fc.constantFrom('0.0', '0.39', '1.2', '1.39', '2.0', '2.999', '2.25'),
    fc.array(fc.bigInt({ min: 0n, max: 2n ** 128n }), { maxLength: 4 }),
  )
  .map(([root, others]) => [root, ...others].join('.'))

const otherType = fc.constantFrom(
  '1.3.6.1.4.1.311.20.2.3', // UPN
  '1.3.6.1.5.5.7.8.5', // XmppAddr
  '1.3.6.1.5.5.7.8.7', // SRVName
  '1.3.6.1.5.5.7.8.8', // NAIRealm
  '1.3.6.1.5.5.7.8.9', // SmtpUTF8Mailbox
  '1.2.3.4',
)

const attribute: fc.Arbitrary<Attribute> = fc.tuple(
  fc.constantFrom(...ATTRIBUTE_TYPES.keys(), '1.2.3.4', '2.5.4.999'),
  // Strings, OCTET STRING, which OpenSSL can't read there, and SEQUENCE.
  fc.constantFrom(0x0c, 0x0c, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x1c, 0x1e, 0x04, 0x30),
  bytes,
)

const name: fc.Arbitrary<Buffer> = fc.oneof(
  fc.tuple(fc.constantFrom(0x81, 0x82, 0x86), bytes).map(([tag, value]) => der(tag, value)),
  address.map((value) => der(0x87, value)),
  dottedOid.map((type) => oid(type, 0x88)),
  fc
    .tuple(otherType, fc.constantFrom(0x0c, 0x0c, 0x16, 0x04), bytes)
    .map(([type, tag, value]) => otherName(type, der(tag, value))),
  fc
    .array(fc.array(attribute, { minLength: 1, maxLength: 3 }), { maxLength: 4 })
    .map((relativeNames) => directoryName(...relativeNames)),
  // An X.400 address, an EDI party, and a tag that names don't use.
  fc.constantFrom(der(0xa3, der(0x30)), der(0xa5, der(0xa1, der(0x0c, 'a'))), der(0x89, 'a')),
)

/** If OpenSSL can't read an extension, some versions of Node show nothing, and others throw. */
function textOf(certificate: X509Certificate): string {
  try {
    return certificate.subjectAltName ?? ''
  } catch {
    return ''
  }
}

describe('the names that are read from the DER of a certificate', () => {
  let make: (...extensions: Bytes[]) => Buffer
  before(async () => {
    make = await certificateMaker()
  })

  /** Fails unless the result has exactly the names that Node shows, or none. */
  function compare(names: readonly Buffer[]): void {
    const certificate = make(sanExtension(generalNames(...names)))
    const text = textOf(new X509Certificate(certificate))
    const read = readSubjectAltNames(certificate)
    expect(read ?? []).to.deep.equal(parseSubjectAltNames(text))
    expect(formatSubjectAltNames(read ?? [])).to.equal(text)
  }

  it('equal the names that Node shows, and are written in the same way', () => {
    fc.assert(fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), compare), {
      numRuns: 4000,
    })
  })

  it('equal the names that Node shows for each type of attribute', () => {
    for (const type of ATTRIBUTE_TYPES.keys()) compare([directoryName([[type, 0x0c, 'value']])])
  })

  it('equal the names that Node shows even if there are thousands', () => {
    compare(Array.from({ length: 3000 }, (_, at) => der(0x82, `host-${at}.example.org`)))
  })

  it('are either all read or none, and the reader never throws', () => {
    const names = generalNames(der(0x82, 'a'), der(0x86, 'urn:b'))
    const whole = make(sanExtension(names))
    const place = fc.integer({ min: whole.indexOf(names), max: whole.length - 1 })
    fc.assert(
      fc.property(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1 }), (edits) => {
        const damaged = Buffer.from(whole)
        for (const [at, byte] of edits) damaged[at] = byte
        expect(readSubjectAltNames(damaged) ?? ['none']).not.to.have.lengthOf(0)
      }),
      { numRuns: 5000 },
    )
  })
})
