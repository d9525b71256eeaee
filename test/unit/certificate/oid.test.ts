import { expect } from 'chai'
import { readElement } from '../../../src/certificate/der.js'
import { readDottedOid } from '../../../src/certificate/oid.js'
import { der, oid } from '../../support/der-certificates.js'

function read(encoded: Buffer): string | undefined {
  const element = readElement(encoded, 0, encoded.length)
  return element && readDottedOid(encoded, element)
}

describe('an object identifier', () => {
  for (const text of [
    ...['0.0', '0.39', '1.0', '1.39', '2.0', '2.39', '2.40', '2.47', '2.48', '2.999.3'],
    ...['1.2.840.113549.1.9.1', '0.9.2342.19200300.100.1.25'],
    // A UUID (ITU-T X.667), which is too large for a JavaScript number.
    '2.25.329800735698586629295641978511506172918',
  ]) {
    it(`is read as ${text}`, () => {
      expect(read(oid(text))).to.equal(text)
    })
  }

  const damaged: [what: string, contents: number[]][] = [
    ['without contents', []],
    ['that begins with a leading zero', [0x80, 0x01]],
    ['with a leading zero in a later number', [0x2a, 0x80, 0x01]],
    ['whose only byte announces another byte', [0x81]],
    ['whose last byte announces another byte', [0x2a, 0x03, 0xff]],
    ['with more than 128 bytes', Array.from({ length: 129 }, () => 0x01)],
  ]
  for (const [what, contents] of damaged) {
    it(`can't be read ${what}`, () => {
      expect(read(der(0x06, contents))).to.equal(undefined)
    })
  }

  it('may have 128 bytes', () => {
    const contents = Array.from({ length: 128 }, () => 0x01)
    expect(read(der(0x06, contents))).to.equal(`0.${contents.join('.')}`)
  })
})
