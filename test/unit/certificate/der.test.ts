import { expect } from 'chai'
import {
  type Element,
  endOfCertificate,
  isDerThroughout,
  readChildren,
  readElement,
  readExactly,
  readOid,
  readTagged,
  TAG,
  toHex,
} from '../../../src/certificate/der.js'
import { int, nested, octets, oid, seq, set, tlv } from '../../support/der-writer.js'

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const whole = (bytes: Uint8Array): Element | undefined => readElement(bytes, 0, bytes.length)
const zeros = (length: number): string => '00'.repeat(length)

describe('reading one value of DER', () => {
  const lengths: [length: number, head: string][] = [
    [0, '04 00'],
    [1, '04 01'],
    [127, '04 7f'],
    [128, '04 81 80'],
    [255, '04 81 ff'],
    [256, '04 82 01 00'],
    [65_535, '04 82 ff ff'],
    [65_536, '04 83 01 00 00'],
    [1 << 24, '04 84 01 00 00 00'],
  ]
  for (const [length, head] of lengths) {
    it(`reads a length of ${length}, and returns where the value begins and ends`, () => {
      const bytes = Buffer.concat([hex(head), Buffer.alloc(length)])
      const start = hex(head).length
      expect(whole(bytes)).to.deep.equal({ tag: 4, start, end: start + length })
      expect(readElement(bytes, 0, bytes.length - 1)).to.equal(undefined)
      expect(bytes).to.deep.equal(tlv(4, Buffer.alloc(length)))
    })
  }

  const odd: [what: string, bytes: string][] = [
    ['no bytes', ''],
    ['a tag without a length', '04'],
    ['an indefinite length (X.690 10.1)', `04 80 ${zeros(2)}`],
    ['a length below 128 in two bytes', `04 81 7f ${zeros(127)}`],
    ['a length of zero in two bytes', '04 81 00'],
    ['a length below 256 in three bytes', `04 82 00 ff ${zeros(255)}`],
    ['a length below 65,536 in four bytes', `04 83 00 ff ff ${zeros(65_535)}`],
    ['a length below 16 MiB in five bytes', `04 84 00 00 00 80 ${zeros(128)}`],
    ['a length in five more bytes', `04 85 00 00 00 00 80 ${zeros(128)}`],
    ['a length in 127 more bytes', `04 ff ${zeros(127)}`],
    ['a length whose bytes end too early', '04 82 01'],
    ['a length beyond the end', '04 05 00 00 00 00'],
    ['a length of 4 GiB', '04 84 ff ff ff ff'],
    ['a tag number in more bytes (X.690 8.1.2.4)', '1f 1f 00'],
    ['a context-specific tag number in more bytes', '9f 01 00'],
    ['a constructed tag number in more bytes', 'bf 01 00'],
  ]
  for (const [what, bytes] of odd) {
    it(`rejects ${what}`, () => {
      expect(whole(hex(bytes))).to.equal(undefined)
    })

    it(`rejects ${what} at the end of a larger buffer`, () => {
      const around = Buffer.concat([hex('ff ff'), hex(bytes), hex(zeros(300))])
      expect(readElement(around, 2, 2 + hex(bytes).length)).to.equal(undefined)
    })
  }

  it('reads no byte beyond the limit, although more follow', () => {
    const bytes = hex('04 02 01 02 03')
    expect(readElement(bytes, 0, 4)).to.deep.equal({ tag: 4, start: 2, end: 4 })
    for (const limit of [0, 1, 2, 3]) expect(readElement(bytes, 0, limit)).to.equal(undefined)
    expect(readElement(hex('04 81 80'), 0, 2)).to.equal(undefined)
    expect(readElement(hex('04 00'), 2, 4)).to.equal(undefined)
  })

  it('reads at an offset, and requires a certain tag', () => {
    const bytes = Buffer.concat([int(5), octets(hex('ab'))])
    expect(readTagged(bytes, 3, 6, TAG.octetString)).to.deep.equal({ tag: 4, start: 5, end: 6 })
    expect(readTagged(bytes, 3, 6, TAG.integer)).to.equal(undefined)
    expect(readTagged(bytes, 6, 6, TAG.integer)).to.equal(undefined)
  })
})

describe('reading the values inside a value', () => {
  const bytes = seq(int(1), octets(), set())
  const sequence = whole(bytes) as Element

  it('finds the values in order', () => {
    expect(readChildren(bytes, sequence)).to.deep.equal([
      { tag: 2, start: 4, end: 5 },
      { tag: 4, start: 7, end: 7 },
      { tag: 0x31, start: 9, end: 9 },
    ])
    expect(readChildren(seq(), { tag: 0x30, start: 2, end: 2 })).to.deep.equal([])
  })

  it('rejects more values than allowed', () => {
    expect(readChildren(bytes, sequence, 3)).to.have.length(3)
    expect(readChildren(bytes, sequence, 2)).to.equal(undefined)
    expect(readChildren(bytes, sequence, 0)).to.equal(undefined)
  })

  it('rejects all of them when one ends beyond the enclosing value', () => {
    const beyond = hex('30 05 02 01 01 04 01 00 00')
    expect(readChildren(beyond, { tag: 0x30, start: 2, end: 7 })).to.equal(undefined)
  })

  it('returns exactly the values with the given tags, or none', () => {
    expect(readExactly(bytes, sequence, [2, 4, 0x31])).to.have.length(3)
    for (const tags of [[2, 4], [2, 4, 0x31, 0x30], [2, 4, 0x30], [4, 2, 0x31], []]) {
      expect(readExactly(bytes, sequence, tags)).to.deep.equal([])
    }
    expect(readExactly(bytes, undefined, [2])).to.deep.equal([])
    expect(readExactly(bytes, { tag: 0x30, start: 3, end: 5 }, [2])).to.deep.equal([])
  })

  it('writes contents and object identifiers in hexadecimal digits', () => {
    const id = Buffer.concat([hex('ffff'), oid('1.2.840.10045.2.1')])
    const element = readElement(id, 2, id.length) as Element
    expect(readOid(id, element)).to.equal('2a8648ce3d0201')
    expect(readOid(new Uint8Array(id).subarray(2), whole(id.subarray(2)))).to.equal(
      '2a8648ce3d0201',
    )
    expect(readOid(bytes, sequence)).to.equal(undefined)
    expect(readOid(bytes, undefined)).to.equal(undefined)
    expect(toHex(bytes, sequence)).to.equal('02010104003100')
  })
})

describe('checking DER at every depth', () => {
  const isDer = (bytes: Uint8Array): boolean => {
    const element = whole(bytes)
    return element !== undefined && isDerThroughout(bytes, element)
  }

  it('accepts values of every kind', () => {
    for (const good of [
      seq(),
      seq(int(1), set(octets(hex('30 80')), tlv(0xa0, seq(seq()))), int(2)),
    ]) {
      expect(isDer(good)).to.equal(true)
    }
  })

  const wrong: [what: string, bytes: Buffer][] = [
    ['an indefinite length', hex('04 80 00 00')],
    ['a length with more bytes than it needs', hex('04 81 01 00')],
    ['a length in five bytes', hex('04 85 00 00 00 00 01 00')],
    ['a length beyond the enclosing value', hex('04 7f')],
    ['a large tag number', hex('1f 01 00')],
    ['a primitive SEQUENCE', hex('10 00')],
    ['a primitive SET', hex('11 00')],
    ['a constructed OCTET STRING (X.690 10.2)', tlv(0x24, octets(hex('01')))],
    ['a constructed BIT STRING', tlv(0x23, tlv(3, hex('00 01')))],
    ['a constructed UTF8String', tlv(0x2c, tlv(0x0c, Buffer.from('a')))],
    ['a constructed INTEGER', tlv(0x22, int(1))],
  ]
  const places: [where: string, wrap: (bytes: Buffer) => Buffer][] = [
    ['at the first depth', (bytes) => seq(bytes)],
    ['before a valid value', (bytes) => seq(bytes, int(1))],
    ['after a valid value', (bytes) => seq(int(1), seq(int(2)), bytes)],
    ['four deep', (bytes) => seq(seq(int(1)), tlv(0xa3, set(seq(bytes)), int(3)))],
    [
      'a hundred deep',
      (bytes) => Array.from({ length: 100 }).reduce<Buffer>((inner) => seq(inner), bytes),
    ],
  ]
  for (const [what, bytes] of wrong) {
    for (const [where, wrap] of places) {
      it(`finds ${what}, ${where}`, () => {
        expect(isDer(wrap(bytes))).to.equal(false)
        expect(isDer(wrap(int(7)))).to.equal(true)
      })
    }
  }

  it('ignores the contents of strings, and accepts both forms for tags of other classes', () => {
    expect(
      isDer(seq(octets(hex('04 80')), tlv(0x80, hex('ff')), tlv(0xa0, int(1)), tlv(0x44))),
    ).to.equal(true)
  })

  it('checks 20,000 levels without recursion, and finds a fault in the last', () => {
    const deep = nested(20_000)
    expect(isDer(deep)).to.equal(true)
    expect(isDer(nested(3))).to.equal(true)
    expect(nested(3)).to.deep.equal(seq(seq(seq())))
    deep[deep.length - 1] = 1
    expect(isDer(deep)).to.equal(false)
  })

  it('checks 20,000 values next to each other', () => {
    expect(isDer(seq(Buffer.alloc(40_000, '0500', 'hex')))).to.equal(true)
    expect(isDer(seq(Buffer.alloc(40_000, '0500', 'hex'), hex('05')))).to.equal(false)
  })
})

describe('the end of a certificate', () => {
  it('is taken from its length', () => {
    const bytes = Buffer.concat([hex('ff'), seq(Buffer.alloc(200)), hex('ff')])
    expect(endOfCertificate(bytes, 1)).to.equal(204)
  })

  it('is unknown when no certificate can begin there', () => {
    for (const bytes of [seq(Buffer.alloc(127)), set(Buffer.alloc(200)), hex('30'), hex('')]) {
      expect(endOfCertificate(bytes, 0)).to.equal(undefined)
    }
    expect(endOfCertificate(seq(Buffer.alloc(128)), 0)).to.equal(131)
    expect(endOfCertificate(seq(Buffer.alloc(200)).subarray(0, -1), 0)).to.equal(undefined)
  })
})
