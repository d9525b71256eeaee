import type { TLSSocket } from 'node:tls'
import { expect } from 'chai'
import { createExtractor } from '../../../src/extractor/index.js'
import {
  allowCA,
  allowCN,
  allowEmail,
  allowFingerprints,
  allowIssuer,
  allowOrganization,
  allowOU,
  allowSAN,
  allowSerial,
  allowSubject,
} from '../../../src/helpers/index.js'
import { createTestCa } from '../../../src/testing/ca.js'
import { fakeClientCertificate } from '../../../src/testing/fake-certificate.js'
import type { FakeCertificateFields } from '../../../src/testing/fake-fields.js'
import { catchError, expectArgumentError } from '../../support/rejected-argument.js'

const digest = (bytes: number) => Array<string>(bytes).fill('0F').join(':')

const fields = {
  subject: { CN: 'alice', O: 'Example', OU: ['a', 'b'], emailAddress: 'alice@example.com' },
  issuer: { CN: 'Example CA' },
  subjectaltname: 'DNS:alice.example.com, URI:"spiffe://example.com/a\\u002cb"',
  valid_from: 'Jan  1 00:00:00 2020 GMT',
  valid_to: 'Dec 31 23:59:59 2999 GMT',
  fingerprint: digest(20),
  fingerprint256: digest(32),
  fingerprint512: digest(64),
  serialNumber: '0A0B',
  ext_key_usage: ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4'],
} satisfies FakeCertificateFields

/** A request over TLS, whose socket is a test double that shows this certificate. */
function requestWith(certificate: object): object {
  const socket: Partial<TLSSocket> = { authorized: true }
  return { headers: {}, socket: { ...socket, getPeerCertificate: () => certificate } }
}

describe('a fake client certificate', () => {
  it('says that it is a fake, and has all other members', () => {
    const fake = fakeClientCertificate()
    expect(fake).to.deep.include({
      subject: { O: 'Fake certificate for unit tests', CN: 'fake client' },
      issuer: { CN: 'Fake CA for unit tests' },
      ca: false,
      valid_from: 'Jan  1 00:00:00 1970 GMT',
      valid_to: 'Dec 31 23:59:59 1970 GMT',
      ext_key_usage: ['1.3.6.1.5.5.7.3.2'],
    })
    expect(fake.fingerprint).to.match(/^[0-9A-F]{2}(:[0-9A-F]{2}){19}$/)
    expect(fake.fingerprint256).to.match(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/)
    expect(fake.fingerprint512).to.match(/^[0-9A-F]{2}(:[0-9A-F]{2}){63}$/)
    expect(fake.serialNumber).to.match(/^[0-9A-F]{32}$/)
    expect(Object.keys(fake)).not.to.include.members(['subjectaltname', 'issuerCertificate'])
  })

  it('has the fields that it is given, in the form of Node', () => {
    const fake = fakeClientCertificate(fields)
    expect(fake).to.deep.equal({ ...fields, ca: false })
    for (const name of [fake.subject, fake.issuer, fakeClientCertificate().subject]) {
      expect(Object.getPrototypeOf(name)).to.equal(null)
    }
  })

  it('can have an issuer, which is another fake', () => {
    const issuerCertificate = fakeClientCertificate({ subject: { CN: 'CA' } })
    const fake = fakeClientCertificate({ issuerCertificate })
    expect(fake.issuerCertificate).to.equal(issuerCertificate)
  })

  it('has other fingerprints and another serial number if it has other fields', () => {
    const fakes = [fields, {}, { subject: { CN: 'a' } }, { subject: { CN: 'b' } }].map((own) =>
      fakeClientCertificate(own),
    )
    for (const member of [
      'fingerprint',
      'fingerprint256',
      'fingerprint512',
      'serialNumber',
    ] as const) {
      expect(new Set(fakes.map((fake) => fake[member])).size, member).to.equal(4)
    }
    expect(fakeClientCertificate()).to.deep.equal(fakeClientCertificate({}))
  })

  it("doesn't change with the fields that it was made from", () => {
    const subject = { CN: 'alice', OU: ['a'] }
    const fake = fakeClientCertificate({ subject })
    subject.CN = 'bob'
    subject.OU.push('b')
    expect(fake.subject).to.deep.equal({ CN: 'alice', OU: ['a'] })
  })

  const predicates = {
    allowCN: [allowCN('alice'), true],
    allowOrganization: [allowOrganization('Example'), true],
    allowOU: [allowOU('b'), true],
    allowSubject: [allowSubject({ CN: 'alice', O: 'Example' }), true],
    allowIssuer: [allowIssuer({ CN: 'Example CA' }), true],
    allowEmail: [allowEmail('alice@example.com'), true],
    'allowSAN, of a host': [allowSAN('DNS:ALICE.example.com'), true],
    'allowSAN, of a quoted name': [allowSAN('URI:spiffe://example.com/a,b'), true],
    'allowFingerprints, with SHA-256': [allowFingerprints(digest(32)), true],
    'allowFingerprints, with SHA-1': [allowFingerprints(digest(20)), true],
    allowSerial: [allowSerial('a0b'), true],
    // It has no bytes, so no path can be validated.
    allowCA: [allowCA(createTestCa().cert), false],
  } as const
  for (const [title, [isAllowed, expected]] of Object.entries(predicates)) {
    it(`works with predicates: ${title}`, () => {
      expect(isAllowed(fakeClientCertificate(fields))).to.equal(expected)
      expect(isAllowed(fakeClientCertificate())).to.equal(false)
    })
  }

  it('has no bytes and no key', () => {
    expect(fakeClientCertificate()).not.to.have.any.keys('raw', 'pubkey', 'modulus')
    for (const name of ['raw', 'pubkey']) {
      expect(() => fakeClientCertificate({ [name]: Buffer.alloc(1) })).to.throw(
        TypeError,
        `options has no member "${name}"`,
      )
    }
  })

  it('is rejected by an extractor, because it has expired', () => {
    const result = createExtractor()(requestWith(fakeClientCertificate()))
    expect(result).to.deep.include({ success: false, reason: 'certificate_expired' })
  })

  it('is rejected by an extractor with CAs, even with later dates', () => {
    const extract = createExtractor({ ca: createTestCa().cert })
    const result = extract(requestWith(fakeClientCertificate(fields)))
    expect(result.success).to.equal(false)
  })

  const cases: [fields: object, code: 'TYPE' | 'VALUE', message: string][] = [
    [{ subject: 'CN=a' }, 'TYPE', 'option "subject" must be an object. Received a string'],
    [{ issuer: ['a'] }, 'TYPE', 'option "issuer" must be an object. Received an array'],
    [{ issuer: null }, 'TYPE', 'option "issuer" must be an object. Received null'],
    [{ subject: { CN: 1 } }, 'TYPE', 'option "subject" "CN" must be a string. Received 1'],
    [
      { subject: { OU: ['a', 1] } },
      'TYPE',
      'option "subject" "OU"[1] must be a string. Received 1',
    ],
    [{ subjectaltname: 1 }, 'TYPE', 'option "subjectaltname" must be a string. Received 1'],
    [
      { subjectaltname: 'example.com' },
      'VALUE',
      "option \"subjectaltname\" must have the form 'DNS:a.example.com, DNS:b.example.com'. Received 'example.com'",
    ],
    [
      { valid_to: new Date(0) },
      'TYPE',
      'option "valid_to" must be a string. Received 1970-01-01T00:00:00.000Z',
    ],
    [
      { valid_from: 'soon' },
      'VALUE',
      "option \"valid_from\" must be a date such as 'Jan 31 23:59:59 2030 GMT'. Received 'soon'",
    ],
    [{ fingerprint256: 1 }, 'TYPE', 'option "fingerprint256" must be a string. Received 1'],
    ...(
      [
        ['fingerprint', 20],
        ['fingerprint256', 32],
        ['fingerprint512', 64],
      ] as const
    ).flatMap(([name, bytes]) =>
      [digest(bytes - 1), digest(bytes + 1), digest(bytes).toLowerCase(), `${digest(bytes)}\n`].map(
        (value): [object, 'VALUE', string] => [
          { [name]: value },
          'VALUE',
          `option "${name}" must be ${bytes} bytes in upper-case hexadecimal digits, separated by colons. Received `,
        ],
      ),
    ),
    [{ serialNumber: 1 }, 'TYPE', 'option "serialNumber" must be a string. Received 1'],
    [
      { serialNumber: '0a' },
      'VALUE',
      'option "serialNumber" must consist of upper-case hexadecimal digits. Received \'0a\'',
    ],
    [
      { ext_key_usage: '1.2' },
      'TYPE',
      'option "ext_key_usage" must be an array of strings. Received \'1.2\'',
    ],
    [
      { ext_key_usage: [''] },
      'VALUE',
      'option "ext_key_usage"[0] must not be empty. Received \'\'',
    ],
    [
      { issuerCertificate: 1 },
      'TYPE',
      'option "issuerCertificate" must be an object. Received a number',
    ],
  ]
  for (const [own, code, message] of cases) {
    it(`rejects a field that Node would never show: ${JSON.stringify(own).slice(0, 60)}`, () => {
      const error = catchError(() => fakeClientCertificate(own))
      // The values of fingerprints are long.
      const end = message.endsWith('Received ')
        ? (error as Error).message.split('Received ')[1]
        : ''
      expectArgumentError(error, code, message + String(end))
    })
  }

  it('rejects a field that is misspelt', () => {
    expect(() => fakeClientCertificate({ subjectAltName: 'DNS:a' } as object)).to.throw(
      'options has no member "subjectAltName" (did you mean \'subjectaltname\'?)',
    )
  })
})
