import { expect } from 'chai'
import {
  decodeBase64Der,
  decodeBase64DerChain,
  decodeList,
} from '../../../src/parsers/base64-der.js'
import { TOO_MANY_CERTIFICATES } from '../../../src/parsers/decoding-fault.js'
import { MAX_CHAIN_CERTS } from '../../../src/parsers/limits.js'

const [leaf, issuer] = [Buffer.from('leaf of 15 byte'), Buffer.from('and the issuer')]
const [first, second] = [leaf.toString('base64'), issuer.toString('base64')]

describe('base64 of DER', () => {
  it('is read as one certificate', () => {
    expect(decodeBase64Der(first)).to.deep.equal([leaf])
  })

  it('is read as a list joined by commas without spaces, in its order', () => {
    expect(decodeBase64Der(`${first},${second}`)).to.deep.equal([leaf, issuer])
  })

  const rejected: [what: string, text: string][] = [
    ['an empty value', ''],
    ['the (null) of Apache', '(null)'],
    ['an unfilled placeholder', '{http.request.tls.client.certificate_der_base64}'],
    ['a space after the comma, as HTTP joins two lines', `${first}, ${second}`],
    ['a space before the comma', `${first} ,${second}`],
    ['a comma at the beginning', `,${first}`],
    ['a comma at the end', `${first},`],
    ['two commas', `${first},,${second}`],
    ['a semicolon as separator', `${first};${second}`],
    ['a damaged first item', `*,${second}`],
    ['a damaged second item', `${first},*`],
    ['colons around it', `:${first}:`],
    ['percent escapes', encodeURIComponent(second)],
  ]

  for (const [what, text] of rejected) {
    it(`is rejected with ${what}`, () => {
      expect(decodeBase64Der(text)).to.equal(undefined)
    })
  }

  it('is read with as many items as a request may carry, and rejected with one more', () => {
    const items = (count: number) => Array<string>(count).fill(first).join(',')
    expect(decodeBase64Der(items(MAX_CHAIN_CERTS))).to.have.lengthOf(MAX_CHAIN_CERTS)
    expect(decodeBase64Der(items(MAX_CHAIN_CERTS + 1))).to.equal(TOO_MANY_CERTIFICATES)
  })
})

describe('a chain in base64 of DER', () => {
  const sequence = (bytes: number) =>
    Buffer.concat([Buffer.from([0x30, 0x81, bytes]), Buffer.alloc(bytes, bytes)])
  const read = (...parts: Buffer[]) => decodeBase64DerChain(Buffer.concat(parts).toString('base64'))

  it('is read as certificates directly after each other', () => {
    const parts = [sequence(0x80), sequence(0xff), sequence(0x90)]
    expect(read(...parts)).to.deep.equal(parts)
  })

  it('is rejected with anything shorter than a certificate, such as a signature', () => {
    for (const length of [0, 1, 0x44, 0x7f]) {
      const short = Buffer.concat([Buffer.from([0x30, length]), Buffer.alloc(length)])
      expect(read(short)).to.equal(undefined)
      expect(read(sequence(0x80), short)).to.equal(undefined)
    }
  })
})

describe('a list of certificates', () => {
  it('is counted before anything in it is decoded', () => {
    const decoded: string[] = []
    const decode = (item: string) => {
      decoded.push(item)
      return Buffer.from(item)
    }
    expect(decodeList(','.repeat(MAX_CHAIN_CERTS), ',', decode)).to.equal(TOO_MANY_CERTIFICATES)
    expect(decoded).to.deep.equal([])
    expect(decodeList(','.repeat(MAX_CHAIN_CERTS - 1), ',', decode)).to.have.lengthOf(10)
  })
})
