import vm from 'node:vm'
import { expect } from 'chai'
import { createSelfSignedCertificate, createTestCa } from '../../../src/testing/ca.js'
import { catchError, expectArgumentError } from '../../support/rejected-argument.js'

const MAKERS = {
  'createTestCa()': createTestCa,
  'createIntermediate()': createTestCa().createIntermediate,
  'issue()': createTestCa().issue,
  'createSelfSignedCertificate()': createSelfSignedCertificate,
} as const

const SERIAL_PROBLEM =
  'option "serialNumber" must be a positive number in hexadecimal digits, below 2 to the power of 159. Received '
const LONG = 'a'.repeat(65)

type Case = [options: object, code: 'TYPE' | 'VALUE', message: string]

const CASES: readonly Case[] = [
  [[], 'TYPE', 'options must be an object. Received []'],
  [{ commonName: 1 }, 'TYPE', 'option "commonName" must be a string. Received 1'],
  [{ commonName: '' }, 'VALUE', 'option "commonName" must not be empty. Received \'\''],
  [
    { commonName: LONG },
    'VALUE',
    `option "commonName" must have at most 64 characters. Received '${LONG}'`,
  ],
  [{ organization: [] }, 'VALUE', 'option "organization" must not be empty. Received []'],
  [{ organization: ['a', 1] }, 'TYPE', 'option "organization"[1] must be a string. Received 1'],
  [
    // A sparse array.
    { organizationalUnit: Array(1) },
    'TYPE',
    'option "organizationalUnit"[0] must be a string. Received undefined',
  ],
  [
    { notBefore: '2030-01-01' },
    'TYPE',
    'option "notBefore" must be a Date. Received \'2030-01-01\'',
  ],
  [
    { notAfter: new Date(NaN) },
    'VALUE',
    'option "notAfter" must be a date in the years 1 to 9999. Received Invalid Date',
  ],
  [
    { notAfter: new Date('0000-12-31T23:59:59Z') },
    'VALUE',
    'option "notAfter" must be a date in the years 1 to 9999. Received 0000-12-31T23:59:59.000Z',
  ],
  [
    { notAfter: new Date('+010000-01-01T00:00:00Z') },
    'VALUE',
    'option "notAfter" must be a date in the years 1 to 9999. Received +010000-01-01T00:00:00.000Z',
  ],
  [
    { keyType: 'rsaa' },
    'VALUE',
    "option \"keyType\" must be one of 'ec', 'rsa' (did you mean 'rsa'?). Received 'rsaa'",
  ],
  [{ serialNumber: 1 }, 'TYPE', 'option "serialNumber" must be a string. Received 1'],
  [{ serialNumber: '' }, 'VALUE', 'option "serialNumber" must not be empty. Received \'\''],
  [{ serialNumber: '000' }, 'VALUE', `${SERIAL_PROBLEM}'000'`],
  [{ serialNumber: '0x1' }, 'VALUE', `${SERIAL_PROBLEM}'0x1'`],
  [{ serialNumber: `8${'0'.repeat(39)}` }, 'VALUE', `${SERIAL_PROBLEM}'8${'0'.repeat(39)}'`],
  [{ serialNumber: `1${'0'.repeat(40)}` }, 'VALUE', `${SERIAL_PROBLEM}'1${'0'.repeat(40)}'`],
]

const NEEDS_TYPE = "must begin with its type and a colon; types are 'DNS', 'URI', 'IP', 'email'"

const NAMES: readonly [san: unknown, code: 'TYPE' | 'VALUE', message: string][] = [
  [1, 'TYPE', 'option "san" must be a string. Received 1'],
  [[], 'VALUE', 'option "san" must not be empty. Received []'],
  ['api.example.com', 'VALUE', `option "san" ${NEEDS_TYPE}. Received 'api.example.com'`],
  [['DNS:a', 'constructor:b'], 'VALUE', `option "san"[1] ${NEEDS_TYPE}. Received 'constructor:b'`],
  [
    'Email:a@b',
    'VALUE',
    `option "san" ${NEEDS_TYPE} (did you mean 'email'?). Received 'Email:a@b'`,
  ],
]

const MALFORMED: readonly (readonly [example: string, names: readonly string[]])[] = [
  [
    'DNS:api.example.com',
    ['DNS:', 'DNS:a b', 'DNS:.a', 'DNS:a.', 'DNS:a..b', 'DNS:\u00e4.test', 'DNS:a.*', 'DNS:a\n'],
  ],
  [
    'URI:spiffe://example.com/api',
    ['URI:', 'URI:x', 'URI:1:a', 'URI:a:', 'URI:a: b', 'URI:a:\u00e4'],
  ],
  ['IP:192.0.2.7', ['IP:', 'IP:1.2.3', 'IP:fe80::1%eth0', 'IP:192.0.2.0/24']],
  [
    'email:alice@example.com',
    ['email:', 'email:a', 'email:@a', 'email:a@', 'email:a@b@c', 'email:a b@c'],
  ],
]

describe('the options of a certificate for tests', () => {
  for (const [maker, make] of Object.entries(MAKERS)) {
    it(`are checked by ${maker}`, () => {
      for (const [options, code, message] of CASES) {
        expectArgumentError(
          catchError(() => make(options)),
          code,
          message,
        )
      }
    })

    it(`may all be undefined, and nothing else that isn't valid: ${maker}`, () => {
      expect(make({ commonName: undefined, keyType: undefined }).cert).to.be.a('string')
      expect(() => make({ commonName: null } as object)).to.throw(TypeError)
      expect(() => make(null as unknown as object)).to.throw(TypeError, 'options must be an object')
    })

    it(`have to be spelled as documented: ${maker}`, () => {
      expect(() => make({ commonname: 'a' } as object))
        .to.throw(TypeError, 'options has no member "commonname" (did you mean \'commonName\'?)')
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    })
  }

  it('have names and usages for certificates other than CAs only', () => {
    for (const maker of ['createTestCa()', 'createIntermediate()'] as const) {
      expect(() => MAKERS[maker]({ san: 'DNS:a' } as object)).to.throw('has no member "san"')
      expect(() => MAKERS[maker]({ usage: 'both' } as object)).to.throw('has no member "usage"')
    }
  })

  for (const make of [createTestCa().issue, createSelfSignedCertificate]) {
    it(`have alternative names with a type: ${make.name}`, () => {
      for (const [san, code, message] of NAMES) {
        expectArgumentError(
          catchError(() => make({ san } as object)),
          code,
          message,
        )
      }
    })

    it(`have alternative names in the form of their type: ${make.name}`, () => {
      for (const [example, names] of MALFORMED) {
        for (const san of names) {
          expect(() => make({ san }), san)
            .to.throw(TypeError, `option "san" must have the form of '${example}'. Received `)
            .with.property('code', 'ERR_INVALID_ARG_VALUE')
        }
      }
    })

    it(`have a usage from a list: ${make.name}`, () => {
      expect(() => make({ usage: 'clients' } as object)).to.throw(
        TypeError,
        "option \"usage\" must be one of 'client', 'server', 'both', 'none' (did you mean 'client'?)",
      )
    })
  }

  it('may be a date of another context, as in Jest', () => {
    const notAfter = vm.runInNewContext('new Date(Date.UTC(2040, 0, 1))') as Date
    expect(notAfter).not.to.be.instanceOf(Date)
    expect(() => createTestCa({ notAfter })).not.to.throw()
  })

  it('may have the longest values that fit', () => {
    const serialNumber = `0007${'f'.repeat(39)}`
    expect(() => createTestCa({ commonName: 'a'.repeat(64), serialNumber })).not.to.throw()
  })
})
