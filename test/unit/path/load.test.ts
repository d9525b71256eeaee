import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { loadCertificates, parseSources } from '../../../src/path/load.js'
import { createTrustStore, type TrustStoreOptions } from '../../../src/trust.js'
import { issue } from '../../support/der-chain.js'
import {
  basicConstraints,
  certificateOf,
  ecSpki,
  extension,
  oid,
  seq,
  set,
  toPem,
  utf8,
} from '../../support/der-writer.js'
import { keyUsage, SPKI } from '../../support/path-writer.js'

const ca = issue({ subject: 'root', ca: true })
const option = { name: 'option "ca"', noun: 'CA certificate', labels: /^CERTIFICATE$/ } as const

/** The message of the error, and its code. */
function faultOf(options: object): string {
  try {
    createTrustStore(options as TrustStoreOptions)
  } catch (error) {
    const { code, message } = error as Error & { code: string }
    return `${code}: ${message.replace('passport-client-certificate-auth: ', '')}`
  }
  return 'none'
}

const caWith = (...extensions: readonly Buffer[]): Buffer =>
  certificateOf({ spki: SPKI, subject: 'Bad', extensions })
const unusableKey = certificateOf({ spki: ecSpki(oid('1.2.3'), Buffer.from([4])) })

describe('the certificates of an option', () => {
  for (const [what, der, message] of [
    ['a malformed CA', caWith(basicConstraints(true), basicConstraints(true)), /as RFC 5280/],
    [
      'an unknown critical extension',
      caWith(basicConstraints(true), extension('1.2.3', utf8('x'), true)),
      /critical extension that isn't supported/,
    ],
    [
      'a CA without basicConstraints',
      caWith(keyUsage(0x04, 2)),
      /isn't a CA: its basicConstraints/,
    ],
    ['a leaf', caWith(basicConstraints(false)), /isn't a CA: its basicConstraints/],
    ['a CA without keyCertSign', caWith(basicConstraints(true), keyUsage(0x80, 7)), /keyCertSign/],
  ] as const) {
    it(`can't hold ${what}, and the message names its subject`, () => {
      const fault = faultOf({ ca: [ca.der, der] })
      expect(fault).to.match(message).and.to.include('the certificate of CN=Bad')
      expect(fault).to.match(/^ERR_INVALID_ARG_VALUE: CA certificate 2 of option "ca"/)
    })
  }

  it("can't hold a key that OpenSSL must not see", () => {
    expect(faultOf({ ca: unusableKey })).to.match(/has a key that is too weak or not supported/)
  })

  it("can't hold PEM whose base64 is damaged", () => {
    const pem = ca.pem.replace(/\n(.)/, '\n*')
    expect(faultOf({ ca: pem })).to.match(/can't be read: its base64 or its DER is damaged/)
  })

  it("can't hold an intermediate with unreadable names", () => {
    const broken = toPem(certificateOf({ spki: SPKI, subject: seq(set()) }))
    expect(faultOf({ ca: ca.pem, intermediates: broken })).to.match(/ 1 of option .* as RFC 5280/)
  })

  it('may hold intermediates that can never be an issuer', () => {
    const intermediates = [caWith(), caWith(basicConstraints(true), basicConstraints(true))]
    expect(faultOf({ ca: ca.pem, intermediates })).to.equal('none')
  })

  it('keep their order', () => {
    const others = ['a', 'b'].map((subject) => issue({ subject, ca: true }).pem)
    const loaded = loadCertificates([ca.der, others.join('')], option, () => undefined)
    expect(loaded.map(({ certificate }) => certificate.subject)).to.deep.equal([
      'CN=root',
      'CN=a',
      'CN=b',
    ])
  })

  it('may hold white space inside of the base64', () => {
    expect(faultOf({ ca: ca.pem.replaceAll('\n', ' \r\n') })).to.equal('none')
  })

  it('may be a part of a larger buffer', () => {
    const whole = Buffer.concat([Buffer.from('x'), ca.der, Buffer.from('y')])
    expect(faultOf({ ca: whole.subarray(1, -1) })).to.equal('none')
  })

  for (const bytes of [Buffer.from([0x30]), Buffer.from([0x30, 0x03]), Buffer.from([0x31, 0x82])]) {
    it(`can't be the bytes ${bytes.toString('hex')}`, () => {
      expect(faultOf({ ca: bytes })).to.match(/must hold at least one CA certificate/)
    })
  }

  it("aren't quoted in a message, because they may be a private key", () => {
    for (const wrong of [ca.key, { key: ca.key }, [[ca.key]]]) {
      const fault = faultOf({ ca: wrong })
      expect(fault)
        .to.match(/^ERR_INVALID_ARG_/)
        .and.not.to.include(ca.key.slice(40, 60))
    }
  })
})

describe('the object identifiers of an option', () => {
  for (const wrong of [1, null, '', '2.5.', '1.2.03', '3.1', '1.40', '*']) {
    it(`can't be ${JSON.stringify(wrong)}`, () => {
      for (const name of ['policies', 'extendedKeyUsage']) {
        expect(faultOf({ ca: ca.pem, [name]: ['1.2.3', wrong] })).to.match(
          new RegExp(`^ERR_INVALID_ARG_VALUE: option "${name}" must hold object identifiers`),
        )
      }
    })
  }
})

describe('parseSources', () => {
  it('parses PEM, DER and objects in order', () => {
    const object = new X509Certificate(ca.der)
    const other = issue({ subject: 'other' })
    const parsed = parseSources([object, other.der, ca.pem + other.pem, Buffer.from(ca.pem)], 'x')
    expect(parsed[0]).to.equal(object)
    const names = parsed.map((one) => (typeof one === 'string' ? one : one.subject))
    expect(names).to.deep.equal(['CN=root', 'CN=other', 'CN=root', 'CN=other', 'CN=root'])
  })

  it('gives a reason in place of each certificate that it cannot parse', () => {
    expect(
      parseSources([unusableKey, toPem(unusableKey), 'x', Buffer.alloc(3)], 'x'),
    ).to.deep.equal([
      'unsupported_key',
      'unsupported_key',
      'not_a_certificate',
      'not_a_certificate',
    ])
  })

  it('throws for a type that is never right, with the name of the argument', () => {
    expect(() => parseSources([ca.pem, null], 'certificate')).to.throw(
      TypeError,
      /: certificate must be PEM, DER, an X509Certificate, or a list of these/,
    )
  })
})
