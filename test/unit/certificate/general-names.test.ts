import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { readSubjectAltNames } from '../../../src/certificate/general-names.js'
import {
  type Bytes,
  certificateMaker,
  der,
  directoryName,
  generalNames,
  oid,
  otherName,
  sanExtension,
} from '../../support/der-certificates.js'

const UPN = '1.3.6.1.4.1.311.20.2.3'
const SRV_NAME = '1.3.6.1.5.5.7.8.7'
const UTF8 = 0x0c
const IA5 = 0x16

describe('the names in the DER of a certificate', () => {
  let make: (...extensions: Bytes[]) => Buffer
  before(async () => {
    make = await certificateMaker()
  })

  /** The names, each as `type = value`. */
  const read = (...names: Bytes[]): string[] | undefined =>
    readSubjectAltNames(make(sanExtension(generalNames(...names))))?.map(
      ({ type, value }) => `${type} = ${value}`,
    )
  const dns = der(0x82, 'a.example.org')

  const shown: [what: string, name: Buffer, expected: string][] = [
    ['a host name', dns, 'DNS = a.example.org'],
    ['an e-mail address', der(0x81, 'ops@example.org'), 'email = ops@example.org'],
    ['a URI', der(0x86, 'spiffe://example.org/a'), 'URI = spiffe://example.org/a'],
    ['an IPv4 address', der(0x87, [192, 0, 2, 7]), 'IP Address = 192.0.2.7'],
    [
      'an IPv6 address',
      der(0x87, Buffer.from('20010db80000000000000000000a0001', 'hex')),
      'IP Address = 2001:DB8:0:0:0:0:A:1',
    ],
    ['an address without bytes', der(0x87), 'IP Address = <invalid length=0>'],
    ['an address with its mask', der(0x87, Buffer.alloc(8)), 'IP Address = <invalid length=8>'],
    ['a registered identifier', oid('2.999.3', 0x88), 'Registered ID = 2.999.3'],
    ['a user principal name', otherName(UPN, der(UTF8, 'u@b')), 'othername = UPN:u@b'],
    [
      'a user principal name that is not UTF-8',
      otherName(UPN, der(UTF8, [0xff])),
      'othername = UPN:\ufffd',
    ],
    ['a service', otherName(SRV_NAME, der(IA5, '_x.b')), 'othername = SRVName:_x.b'],
    [
      'a user principal name of another string type',
      otherName(UPN, der(IA5, 'u@b')),
      'othername = <unsupported>',
    ],
    [
      'another name of an unknown type',
      otherName('1.2.3', der(UTF8, 'a')),
      'othername = <unsupported>',
    ],
    ['an X.400 address', der(0xa3, der(0x30)), 'X400Name = <unsupported>'],
    ['an EDI party', der(0xa5, der(0xa1, der(UTF8, 'a'))), 'EdiPartyName = <unsupported>'],
    [
      'a directory name',
      directoryName([['2.5.4.6', 0x13, 'DE']], [['2.5.4.3', UTF8, 'a, b']]),
      'DirName = CN=a\\, b,C=DE',
    ],
    ['an empty host name', der(0x82), 'DNS = '],
    ['bytes that are not ASCII', der(0x86, [0x61, 0xe9, 0, 0x2c]), 'URI = a\u00e9\0,'],
  ]
  for (const [what, name, expected] of shown) {
    it(`are shown as Node shows them: ${what}`, () => {
      expect(read(name)).to.deep.equal([expected])
      expect(read(dns, name, dns)).to.deep.equal([
        'DNS = a.example.org',
        expected,
        'DNS = a.example.org',
      ])
    })
  }

  it('stay separate whatever they contain', () => {
    const value = 'http://x/, email:admin@corp.example, DNS:admin.corp.example'
    expect(read(der(0x86, value), dns)).to.deep.equal([`URI = ${value}`, 'DNS = a.example.org'])
  })

  it('are an empty list when the extension, or every extension, is missing', () => {
    const keyUsage = der(0x30, oid('2.5.29.15'), der(0x04, [3, 2, 5, 0xa0]))
    expect(readSubjectAltNames(make(keyUsage))).to.deep.equal([])
    expect(readSubjectAltNames(make())).to.deep.equal([])
  })

  it('are found among other extensions, and when the extension is critical', () => {
    const names = generalNames(dns)
    const keyUsage = der(0x30, oid('2.5.29.15'), der(0x01, [0xff]), der(0x04, [3, 2, 5, 0xa0]))
    // 2.5.29.18 contains the names of the issuer.
    const issuer = der(0x30, oid('2.5.29.18'), der(0x04, generalNames(der(0x82, 'issuer'))))
    const longer = der(0x30, oid('1.3.6.1.5.5.7.1.1'), der(0x04, der(0x30)))
    const certificate = make(
      keyUsage,
      longer,
      issuer,
      sanExtension(names, der(0x01, [0xff])),
      issuer,
    )
    expect(readSubjectAltNames(certificate)).to.deep.equal([
      { type: 'DNS', value: 'a.example.org' },
    ])
  })

  it('are read from an array of bytes that is part of a larger one', () => {
    const certificate = make(sanExtension(generalNames(dns)))
    const larger = new Uint8Array([1, 2, 3, ...certificate, 4])
    const names = readSubjectAltNames(larger.subarray(3, 3 + certificate.length))
    expect(names).to.deep.equal([{ type: 'DNS', value: 'a.example.org' }])
  })

  it('are all read, even 3,000 of them', () => {
    const hosts = Array.from({ length: 3000 }, (_, at) => `host-${at}.example.org`)
    expect(read(...hosts.map((host) => der(0x82, host)))).to.deep.equal(
      hosts.map((host) => `DNS = ${host}`),
    )
  })

  const damaged: [what: string, name: Buffer][] = [
    ['an unknown tag', der(0x89, 'a')],
    ['a string type instead of a name', der(IA5, 'a')],
    ['a constructed string', der(0xa2, der(IA5, 'a'))],
    ['a length with a leading zero', Buffer.from('82820001' + '61', 'hex')],
    ['a length with more bytes than it needs', Buffer.from('82810161', 'hex')],
    ['a length beyond the end', Buffer.from('827f61', 'hex')],
    ['an indefinite length', Buffer.from('a4803000' + '0000', 'hex')],
    ['an empty registered identifier', der(0x88)],
    ['an unterminated registered identifier', der(0x88, [0x2a, 0x81])],
    ['a registered identifier with a leading zero', der(0x88, [0x2a, 0x80, 1])],
    ['an other name without a value', der(0xa0, oid('1.2.3'))],
    ['an other name without a type', der(0xa0, der(0xa0, der(UTF8, 'a')))],
    ['an other name with a damaged type', der(0xa0, der(6, [0x80]), der(0xa0, der(UTF8, 'a')))],
    ['an other name with an empty value', der(0xa0, oid('1.2.3'), der(0xa0))],
    ['an other name with two values', otherName('1.2.3', Buffer.concat([der(5), der(5)]))],
    [
      'an other name with something after its value',
      der(0xa0, oid(UPN), der(0xa0, der(UTF8, 'a')), der(5)),
    ],
    ["an other name whose value isn't DER", otherName('1.2.3', der(0x30, [1, 5]))],
    ["an X.400 address that isn't DER", der(0xa3, [1, 5])],
    ["an EDI party that isn't DER", der(0xa5, [1, 5])],
    ['a directory name without a name', der(0xa4)],
    ['a directory name that is a set', der(0xa4, der(0x31))],
    ['two directory names in one', der(0xa4, der(0x30), der(0x30))],
    ["a directory name whose value isn't UTF-8", directoryName([['2.5.4.3', UTF8, [0xff]]])],
  ]
  for (const [what, name] of damaged) {
    it(`are all rejected when one is ${what}`, () => {
      expect(read(name)).to.equal(undefined)
      expect(read(dns, name)).to.equal(undefined)
      expect(read(name, dns)).to.equal(undefined)
    })
  }

  it('are rejected when the certificate has the extension twice', () => {
    const [first, second] = ['a', 'b'].map((name) => sanExtension(generalNames(der(0x82, name))))
    expect(readSubjectAltNames(make(first as Buffer, second as Buffer))).to.equal(undefined)
    // Node shows the first of them.
    const shownByNode = new X509Certificate(make(first as Buffer, second as Buffer)).subjectAltName
    expect(shownByNode).to.equal('DNS:a')
  })

  it('are rejected when bytes follow the names, or when there is no name', () => {
    const names = generalNames(dns)
    for (const value of [
      Buffer.concat([names, der(5)]),
      generalNames(),
      der(0x31, dns),
      Buffer.alloc(0),
    ]) {
      expect(readSubjectAltNames(make(sanExtension(value)))).to.equal(undefined)
    }
  })

  const value = der(0x04, generalNames(dns))
  const extensions: [what: string, extension: Buffer][] = [
    ['no identifier', der(0x30, value)],
    ['no value', der(0x30, oid('2.5.29.17'))],
    ['a value of another type', der(0x30, oid('2.5.29.17'), der(0x03, generalNames(dns)))],
    ['something after its value', der(0x30, oid('2.5.29.17'), value, der(5))],
    ['something else before its value', der(0x30, oid('2.5.29.17'), der(5), value)],
    ['another tag', der(0x31, oid('2.5.29.17'), value)],
  ]
  for (const [what, extension] of extensions) {
    it(`are rejected when the extension has ${what}`, () => {
      expect(readSubjectAltNames(make(extension))).to.equal(undefined)
    })
  }

  it("are rejected when the bytes aren't exactly one certificate in DER", () => {
    const whole = make(sanExtension(generalNames(dns)))
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('not a certificate'),
      Buffer.concat([whole, Buffer.alloc(1)]),
      whole.subarray(0, -1),
      der(0x30),
      der(0x30, der(0x30, [1])),
      der(0x30, der(0x30, der(0xa3))),
      der(0x30, der(0x30, der(0xa3, der(0x30), der(5)))),
      der(0x30, der(0x30, der(0xa3, der(0x30)), der(5))),
    ]) {
      expect(readSubjectAltNames(bytes), bytes.toString('hex').slice(0, 40)).to.equal(undefined)
    }
  })
})
