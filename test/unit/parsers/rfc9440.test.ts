import { expect } from 'chai'
import { MAX_CHAIN_CERTS } from '../../../src/parsers/limits.js'
import { decodeRfc9440, decodeRfc9440Chain } from '../../../src/parsers/rfc9440.js'

const [leaf, issuer] = [Buffer.from('a leaf of fifty'), Buffer.from('and the issuer')]
const [first, second] = [leaf, issuer].map((bytes) => `:${bytes.toString('base64')}:`) as [
  string,
  string,
]

const notByteSequences: [what: string, text: string][] = [
  ['an empty value', ''],
  ['a colon alone', ':'],
  ['nothing between the colons', '::'],
  ['no colons', leaf.toString('base64')],
  ['no colon in front', first.slice(1)],
  ['no colon behind', first.slice(0, -1)],
  ['another colon behind', `${first}:`],
  ['another character for the first colon', `x${first.slice(1)}`],
  ['another character for the last colon', `${first.slice(0, -1)}x`],
  ['a placeholder that was not filled', ':{http.request.tls.client.certificate_der_base64}:'],
  ['the spelling of Apache for none', '(null)'],
  ['a space inside the colons', first.replace(':', ': ')],
  ['padding that is missing', second.replace('=', '')],
  ['parameters', `${first};a=1`],
  ['a string in place of it', `"${leaf.toString('base64')}"`],
  ['the alphabet of base64url', ':-_-_:'],
]

describe('Client-Cert of RFC 9440', () => {
  it('is read as one Byte Sequence', () => {
    expect(decodeRfc9440(first)).to.deep.equal([leaf])
  })

  const refused: typeof notByteSequences = [
    ...notByteSequences,
    ['a list, which it must not be', `${first}, ${second}`],
    ['a list without a space', `${first},${second}`],
    ['a space in front', ` ${first}`],
    ['a space behind', `${first} `],
  ]

  for (const [what, text] of refused) {
    it(`is refused with ${what}`, () => {
      expect(decodeRfc9440(text)).to.equal(undefined)
    })
  }
})

describe('Client-Cert-Chain of RFC 9440', () => {
  const accepted: [what: string, text: string, chain: Buffer[]][] = [
    ['one item', first, [leaf]],
    ['a comma and a space, as HTTP joins several lines', `${first}, ${second}`, [leaf, issuer]],
    ['a bare comma', `${first},${second}`, [leaf, issuer]],
    ['spaces and tabs around the comma', `${first} \t,\t ${second}`, [leaf, issuer]],
    ['spaces around the list', `  ${first}  `, [leaf]],
  ]

  for (const [what, text, chain] of accepted) {
    it(`is read with ${what}`, () => {
      expect(decodeRfc9440Chain(text)).to.deep.equal(chain)
    })
  }

  const refused: typeof notByteSequences = [
    ...notByteSequences,
    ['a comma behind', `${first},`],
    ['a comma in front', `,${first}`],
    ['two commas', `${first},,${second}`],
    ['no comma', `${first} ${second}`],
    ['a damaged item', `${first}, :*:`],
    ['white space that is none in HTTP', `${first},\u00a0${second}`],
    ['a line end', `${first},\n${second}`],
  ]

  for (const [what, text] of refused) {
    it(`is refused with ${what}`, () => {
      expect(decodeRfc9440Chain(text)).to.equal(undefined)
    })
  }

  it('is read with as many items as a request may carry, and refused with one more', () => {
    const items = (count: number) => Array<string>(count).fill(first).join(', ')
    expect(decodeRfc9440Chain(items(MAX_CHAIN_CERTS))).to.have.lengthOf(MAX_CHAIN_CERTS)
    expect(decodeRfc9440Chain(items(MAX_CHAIN_CERTS + 1))).to.equal(undefined)
  })
})
