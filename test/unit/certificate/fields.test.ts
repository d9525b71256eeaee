import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { expect } from 'chai'
import { findExtension } from '../../../src/certificate/extension.js'
import {
  type CertificateFields,
  formatSerialNumber,
  readFields,
} from '../../../src/certificate/fields.js'
import {
  basicConstraints,
  bits,
  bool,
  CA_EXTENSIONS,
  certificateOf,
  extension,
  int,
  name,
  nothing,
  octets,
  oid,
  type Parts,
  rawInt,
  seq,
  set,
  spkiOf,
  tlv,
  utcTime,
  utf8,
} from '../../support/der-writer.js'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const spki = spkiOf(publicKey)
const make = (parts: Partial<Parts> = {}): Buffer =>
  certificateOf({ spki, signer: privateKey, ...parts })

function read(der: Uint8Array): CertificateFields {
  const fields = readFields(der)
  if (fields === undefined) throw new Error('The certificate was rejected')
  return fields
}

/** Whether OpenSSL reads it. A certificate that OpenSSL rejects can't do any harm. */
function isReadByOpenssl(der: Buffer): boolean {
  try {
    return new X509Certificate(der).raw.equals(der)
  } catch {
    return false
  }
}

describe('reading a certificate', () => {
  it('finds its dates, its serial number, its key and its extensions', () => {
    const der = make({ extensions: CA_EXTENSIONS })
    const fields = read(der)
    expect(fields.validity).to.deep.equal({
      notBeforeMs: Date.UTC(2024, 0, 1),
      notAfterMs: Date.UTC(2049, 11, 31, 23, 59, 59),
    })
    expect(fields.publicKey).to.have.property('kind', 'ec')
    expect(formatSerialNumber(der, fields.serialNumber)).to.equal('1234')
    const { start, end } = fields.extensions ?? { start: 0, end: 0 }
    expect(der.subarray(start, end)).to.deep.equal(Buffer.concat([...CA_EXTENSIONS]))
  })

  it('reads every CA that Node trusts', () => {
    expect(rootCertificates).to.have.length.above(100)
    for (const pem of rootCertificates) {
      const certificate = new X509Certificate(pem)
      const { raw } = certificate
      const { validity, serialNumber, publicKey: key } = read(raw)
      expect(validity.notBeforeMs).to.equal(Date.parse(certificate.validFrom))
      expect(validity.notAfterMs).to.equal(Date.parse(certificate.validTo))
      expect(formatSerialNumber(raw, serialNumber)).to.equal(certificate.serialNumber)
      expect(key.kind).to.be.oneOf(['rsa', 'ec'])
    }
  })

  const purposes = (value: Buffer): Buffer => extension('2.5.29.37', value)
  const oidOf = (length: number): Buffer => {
    return tlv(6, Buffer.of(0x2a), Buffer.alloc(length - 2, 0x81), Buffer.of(1))
  }
  const nameOfType = (length: number): Buffer => seq(set(seq(oidOf(length), utf8('x'))))
  const END = Buffer.alloc(2)
  const ids = [tlv(0x81, Buffer.from([0, 1])), tlv(0x82, Buffer.from([0, 2]))] as const
  const shapes: [what: string, parts: Partial<Parts>][] = [
    ['of version 1, with the version omitted', { version: null }],
    ['of version 1, with the version written out', { version: tlv(0xa0, int(0)) }],
    ['of version 2 with both unique IDs', { version: tlv(0xa0, int(1)), uniqueIds: ids }],
    ['with the unique ID of the issuer', { uniqueIds: [ids[0]] }],
    ['with the unique ID of the subject', { uniqueIds: [ids[1]], extensions: CA_EXTENSIONS }],
    ['with all optional fields', { uniqueIds: ids, extensions: CA_EXTENSIONS }],
    ['without names', { subject: name(), issuer: name() }],
    ['with a name that has many parts', { subject: name(...Array.from({ length: 100 }, String)) }],
    ['with an unknown extension', { extensions: [extension('1.2.3.4', int(1), true)] }],
    [
      'with an extension and an explicit FALSE for critical',
      { extensions: [extension('1.2.3.4', int(1), false)] },
    ],
    ['with FALSE in basicConstraints', { extensions: [extension('2.5.29.19', seq(bool(false)))] }],
    [
      'with zero bits at the end of keyUsage',
      { extensions: [extension('2.5.29.15', bits(Buffer.from([0x80, 0])))] },
    ],
    [
      'with names whose types have 586 bytes',
      { subject: nameOfType(586), issuer: nameOfType(586) },
    ],
    ['with a purpose of 586 bytes', { extensions: [purposes(seq(oidOf(586)))] }],
    [
      'with 200 short purposes',
      { extensions: [purposes(seq(...Array.from({ length: 200 }, () => oid('1.2.3.4'))))] },
    ],
    ['with an empty list of purposes', { extensions: [purposes(seq())] }],
    ['with the same extension twice', { extensions: [...CA_EXTENSIONS, ...CA_EXTENSIONS] }],
    ['with a negative serial number', { serialNumber: int(-1) }],
    ['with the serial number zero', { serialNumber: int(0) }],
    ['with a serial number of 40 bytes', { serialNumber: int((1n << 319n) - 1n) }],
    ['without a valid signature', { signer: undefined as never }],
  ]
  for (const [what, parts] of shapes) {
    it(`reads a certificate ${what}, as OpenSSL does`, () => {
      const der = make(parts)
      expect(isReadByOpenssl(der)).to.equal(true)
      const { extensions } = read(der)
      expect(extensions === undefined).to.equal(parts.extensions === undefined)
    })
  }

  const [first, second] = ids
  const wrong: [what: string, parts: Partial<Parts>][] = [
    [
      'a version after the serial number',
      { version: null, serialNumber: Buffer.concat([int(5), tlv(0xa0, int(2))]) },
    ],
    ['two versions', { version: Buffer.concat([tlv(0xa0, int(2)), tlv(0xa0, int(2))]) }],
    ['no serial number', { serialNumber: Buffer.alloc(0) }],
    ['a serial number that is an OCTET STRING', { serialNumber: octets(Buffer.from([5])) }],
    ['a serial number without contents', { serialNumber: tlv(2) }],
    ['a positive serial number that is padded', { serialNumber: rawInt('007f') }],
    ['zero in two bytes', { serialNumber: rawInt('0000') }],
    ['a negative serial number that is padded', { serialNumber: rawInt('ff80') }],
    ['a serial number of minus one in two bytes', { serialNumber: rawInt('ffff') }],
    ['an issuer that is a SET', { issuer: set() }],
    ['a subject that is a SET', { subject: set() }],
    ['a key that is a SET', { spki: tlv(0x31, spki.subarray(2)) }],
    ['unique IDs in the wrong order', { uniqueIds: [second, first] }],
    ['the same unique ID twice', { uniqueIds: [first, first] }],
    ['extensions before a unique ID', { uniqueIds: [tlv(0xa3, seq(...CA_EXTENSIONS)), first] }],
    [
      'extensions twice',
      { uniqueIds: [tlv(0xa3, seq(...CA_EXTENSIONS))], extensions: CA_EXTENSIONS },
    ],
    ['another tag at the end', { uniqueIds: [tlv(0xa4, seq())] }],
    ['another tag before extensions', { uniqueIds: [tlv(0x80)], extensions: CA_EXTENSIONS }],
    ['a type of 587 bytes in its subject', { subject: nameOfType(587) }],
    ['a type of 587 bytes in its issuer', { issuer: nameOfType(587) }],
    [
      'a type of 587 bytes after other attributes',
      {
        subject: seq(
          set(seq(oid('2.5.4.3'), utf8('x'))),
          set(seq(oid('2.5.4.3'), utf8('x')), seq(oidOf(587), utf8('x'))),
        ),
      },
    ],
    ['a purpose of 587 bytes', { extensions: [purposes(seq(oidOf(587)))] }],
    [
      'a purpose of 587 bytes after others',
      { extensions: [purposes(seq(oid('1.2.3'), oidOf(587)))] },
    ],
    [
      'a purpose of 587 bytes in a second extension',
      { extensions: [purposes(seq(oid('1.2.3'))), purposes(seq(oidOf(587)))] },
    ],
    [
      'a purpose of 587 bytes in a critical extension',
      { extensions: [extension('2.5.29.37', seq(oidOf(587)), true)] },
    ],
    [
      'a purpose of 587 bytes that only OpenSSL finds, in an indefinite length',
      { extensions: [purposes(Buffer.concat([Buffer.of(0x30, 0x80), oidOf(587), END]))] },
    ],
    [
      'a purpose of 587 bytes that only OpenSSL finds, before another value',
      { extensions: [purposes(Buffer.concat([seq(oidOf(587)), nothing()]))] },
    ],
    ['more parts than there can be', { uniqueIds: Array.from({ length: 9 }, () => tlv(0x81)) }],
    ['extensions without contents', { uniqueIds: [tlv(0xa3)] }],
    ['extensions that are a SET', { uniqueIds: [tlv(0xa3, set(...CA_EXTENSIONS))] }],
    [
      'something after its extensions',
      { uniqueIds: [tlv(0xa3, seq(...CA_EXTENSIONS), nothing())] },
    ],
    ['only one date', { notAfter: Buffer.alloc(0) }],
    [
      'three dates',
      { notAfter: Buffer.concat([utcTime('491231235959Z'), utcTime('491231235959Z')]) },
    ],
    ['no dates', { notBefore: Buffer.alloc(0), notAfter: Buffer.alloc(0) }],
    ["a notBefore that isn't a date", { notBefore: utcTime('soon') }],
    ["a notAfter that isn't a date", { notAfter: int(5) }],
    ['no key', { spki: Buffer.alloc(0) }],
    ['an empty key', { spki: seq() }],
    [
      'a length in too many bytes, deep in a name',
      { subject: seq(set(seq(oid('2.5.4.3'), Buffer.from('0c810161', 'hex')))) },
    ],
    ['an indefinite length, deep in a name', { issuer: seq(Buffer.from('31800000', 'hex')) }],
  ]
  for (const [what, parts] of wrong) {
    it(`rejects ${what}`, () => {
      expect(readFields(make(parts))).to.equal(undefined)
      expect(readFields(make())).not.to.equal(undefined)
    })
  }

  const tbs = seq(Buffer.alloc(100))
  const outsides: [what: string, der: Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['a byte after its end', Buffer.concat([make(), Buffer.alloc(1)])],
    ['its last byte missing', make().subarray(0, -1)],
    ['a SET around it', tlv(0x31, make().subarray(4))],
    ['no signature', seq(tbs, seq(oid('1.2.3')))],
    ['a signature that is an OCTET STRING', seq(tbs, seq(oid('1.2.3')), octets())],
    [
      'something after its signature',
      seq(tbs, seq(oid('1.2.3')), bits(Buffer.alloc(1)), nothing()),
    ],
    ['an empty TBSCertificate', seq(seq(), seq(oid('1.2.3')), bits(Buffer.alloc(8)))],
    ['an identifier instead of an algorithm', seq(tbs, oid('1.2.3'), bits(Buffer.alloc(1)))],
  ]
  for (const [what, der] of outsides) {
    it(`rejects a certificate with ${what}`, () => {
      expect(readFields(der)).to.equal(undefined)
    })
  }

  it('rejects more than 100 KiB, which is the limit of OpenSSL in a handshake', () => {
    const filled = (bytes: number) =>
      make({ signer: undefined as never, extensions: [extension('1.2.3.4', Buffer.alloc(bytes))] })
    const over = filled(102_400).length - 102_400
    const most = filled(102_400 - over)
    expect(most).to.have.length(102_400)
    expect(readFields(most)).not.to.equal(undefined)
    expect(readFields(filled(102_401 - over))).to.equal(undefined)
  })

  it('reads a view of a larger buffer', () => {
    const der = make()
    const around = new Uint8Array(der.length + 20).fill(0x30)
    around.set(der, 10)
    const view = around.subarray(10, 10 + der.length)
    expect(formatSerialNumber(view, read(view).serialNumber)).to.equal('1234')
  })
})

describe('a serial number', () => {
  const numbers: bigint[] = [0n, 1n, 9n, 10n, 0x7fn, 0x80n, 0xabn, 0x7fffn, 0xffffn, 0x0a00bc0dn]
  const long = [(1n << 159n) - 1n, 1n << 152n, (1n << 640n) - 1n]
  const negative = [-1n, -5n, -0x7fn, -0x80n, -0x81n, -0x100n, -0x11d4c3n, -(1n << 159n)]
  for (const value of [...numbers, ...long, ...negative]) {
    it(`is shown as Node shows it: ${value.toString(16)}`, () => {
      const der = make({ serialNumber: int(value) })
      const shown = formatSerialNumber(der, read(der).serialNumber)
      expect(shown).to.equal(new X509Certificate(der).serialNumber)
      const isNegative = value < 0n
      expect(BigInt(`0x${shown.replace('-', '')}`)).to.equal(isNegative ? -value : value)
      expect(shown.startsWith('-')).to.equal(isNegative)
    })
  }
})

describe('finding an extension', () => {
  const OID = '551d13'
  const found = (extensions: readonly Buffer[]): string | undefined | null => {
    const der = make(extensions.length === 0 ? {} : { extensions })
    const element = findExtension(der, read(der), OID)
    return element && der.subarray(element.start, element.end).toString('hex')
  }
  const other = extension('2.5.29.14', octets(Buffer.from([1])))

  it('finds its contents at any position', () => {
    const value = seq(bool(true)).toString('hex')
    expect(found([basicConstraints(true)])).to.equal(value)
    expect(found([other, basicConstraints(true)])).to.equal(value)
    expect(found([basicConstraints(true), other])).to.equal(value)
  })

  it('finds it without a critical flag, and with either value of the flag (RFC 5280 4.1)', () => {
    for (const critical of [undefined, false, true]) {
      expect(found([extension('2.5.29.19', seq(), critical)])).to.equal('3000')
    }
  })

  it('returns undefined if the certificate does not have it', () => {
    expect(found([])).to.equal(undefined)
    expect(found([other])).to.equal(undefined)
    expect(found([extension('2.5.29.1', seq()), extension('2.5.29.19.1', seq())])).to.equal(
      undefined,
    )
  })

  it('returns null if the certificate has it twice (RFC 5280 4.2)', () => {
    expect(found([basicConstraints(true), basicConstraints(true)])).to.equal(null)
    expect(found([basicConstraints(true), other, basicConstraints(false)])).to.equal(null)
    expect(found([other, other, basicConstraints(true)])).to.equal('30030101ff')
  })

  const id = oid('2.5.29.19')
  const malformed: [what: string, extension: Buffer][] = [
    ['an extension that is a SET', set(id, octets())],
    ['an extension without an identifier', seq(bool(true), octets())],
    ['an extension without a value', seq(id)],
    ['an extension without a value after its flag', seq(id, bool(true))],
    ["an extension whose value isn't an OCTET STRING", seq(id, seq())],
    ['an extension with something after its value', seq(id, bool(true), octets(), nothing())],
    ['an extension with two values', seq(id, octets(), octets())],
    ["an extension with a flag that isn't a BOOLEAN", seq(id, int(1), octets())],
    ['an extension with its flag after its value', seq(id, octets(), bool(true))],
    ['an empty extension', seq()],
  ]
  for (const [what, one] of malformed) {
    it(`returns null if the certificate has ${what}`, () => {
      expect(found([one])).to.equal(null)
      expect(found([basicConstraints(true), one])).to.equal(null)
    })
  }
})
