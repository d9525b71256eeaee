import { expect } from 'chai'
import { isTrue, readCount } from '../../../src/path/primitives.js'
import { bool, int, rawInt, tlv } from '../../support/der-writer.js'
import { elementOf } from '../../support/path-writer.js'

const countIn = (der: Buffer, tag = 0x02): number | undefined => readCount(der, elementOf(der), tag)

describe('readCount (X.690 8.3)', () => {
  for (const number of [0, 1, 127, 128, 255, 256, 65_535, 16_777_216]) {
    it(`reads ${number}`, () => {
      expect(countIn(int(number))).to.equal(number)
    })
  }

  it('reads a number that is larger than any path is long', () => {
    expect(countIn(rawInt(`7f${'ff'.repeat(200)}`))).to.equal(Infinity)
  })

  it('reads a number under the tag that the caller wants', () => {
    expect(countIn(tlv(0x81, Buffer.from([5])), 0x81)).to.equal(5)
  })

  for (const [fault, der] of [
    ['another tag', tlv(0x0a, Buffer.from([1]))],
    ['no contents', tlv(0x02)],
    ['a negative number', int(-1)],
    ['the lowest negative byte', rawInt('80')],
    ['a padded zero', rawInt('0000')],
    ['a padded number', rawInt('007f')],
  ] as const) {
    it(`rejects ${fault}`, () => {
      expect(countIn(der)).to.equal(undefined)
    })
  }

  it("doesn't take the byte after an empty number for its contents", () => {
    expect(readCount(Buffer.from('020005', 'hex'), { tag: 2, start: 2, end: 2 }, 2)).to.equal(
      undefined,
    )
  })

  it("doesn't take the byte after a zero for its padding", () => {
    expect(readCount(Buffer.from('02010005', 'hex'), { tag: 2, start: 2, end: 3 }, 2)).to.equal(0)
  })
})

describe('isTrue (X.690 11.1)', () => {
  const isTrueIn = (der: Buffer): boolean => isTrue(der, elementOf(der))

  it('accepts TRUE with all bits set', () => {
    expect(isTrueIn(bool(true))).to.equal(true)
  })

  for (const [fault, der] of [
    ['FALSE', bool(false)],
    ['TRUE in BER', tlv(0x01, Buffer.from([1]))],
    ['two bytes', tlv(0x01, Buffer.from([0xff, 0xff]))],
    ['no contents', tlv(0x01)],
    ['another type', tlv(0x02, Buffer.from([0xff]))],
  ] as const) {
    it(`rejects ${fault}`, () => {
      expect(isTrueIn(der)).to.equal(false)
    })
  }
})
