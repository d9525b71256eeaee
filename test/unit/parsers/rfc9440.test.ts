import { expect } from 'chai'
import { TOO_MANY_CERTIFICATES } from '../../../src/parsers/decoding-fault.js'
import { MAX_CHAIN_CERTS } from '../../../src/parsers/limits.js'
import { decodeRfc9440, decodeRfc9440Chain } from '../../../src/parsers/rfc9440.js'

/** Has the minimum length of a certificate, so that a chain may contain it. */
function certificateOf(length: number): Buffer {
  return Buffer.concat([Buffer.from([0x30, 0x81, length]), Buffer.alloc(length, length)])
}

// One and two characters of padding.
const [leaf, issuer, root] = [certificateOf(0x80), certificateOf(0x82), certificateOf(0x81)]
const write = (...parts: Buffer[]) => `:${Buffer.concat(parts).toString('base64')}:`
const [first, second] = [write(leaf), write(issuer)]

const notByteSequences: [what: string, text: string][] = [
  ['an empty value', ''],
  ['a colon alone', ':'],
  ['nothing between the colons', '::'],
  ['no colons', leaf.toString('base64')],
  ['no colon at the beginning', first.slice(1)],
  ['no colon at the end', first.slice(0, -1)],
  ['another colon at the end', `${first}:`],
  ['another character for the first colon', `x${first.slice(1)}`],
  ['another character for the last colon', `${first.slice(0, -1)}x`],
  ['an unfilled placeholder', ':{http.request.tls.client.certificate_der_base64}:'],
  ['the (null) of Apache', '(null)'],
  ['a space inside the colons', first.replace(':', ': ')],
  ['half of the padding', second.replace('==', '=')],
  ['more padding than needed', first.replace('=', '==')],
  ['padding alone', ':==:'],
  ['a single digit after the last group', first.replace('=', '').replace(/..:$/, ':')],
  ['unused bits set', ':QR==:'],
  ['unused bits set, and no padding', ':QR:'],
  ['parameters', `${first};a=1`],
  ['an sf-string instead', `"${leaf.toString('base64')}"`],
  ['the alphabet of base64url', ':-_-_:'],
]

describe('Client-Cert of RFC 9440', () => {
  it('is read as one Byte Sequence', () => {
    expect(decodeRfc9440(first)).to.deep.equal([leaf])
  })

  it('is also read without padding (RFC 8941 4.2.7)', () => {
    expect([first, second].map((text) => text.split('=').length - 1)).to.deep.equal([1, 2])
    expect(decodeRfc9440(first.replaceAll('=', ''))).to.deep.equal([leaf])
    expect(decodeRfc9440(second.replaceAll('=', ''))).to.deep.equal([issuer])
    for (const bytes of [1, 2, 3, 4, 5].map((length) => Buffer.alloc(length, 0xff))) {
      expect(decodeRfc9440(write(bytes).replaceAll('=', ''))).to.deep.equal([bytes])
    }
  })

  it('is never split into several certificates', () => {
    expect(decodeRfc9440(write(leaf, issuer))).to.deep.equal([Buffer.concat([leaf, issuer])])
  })

  const rejected: typeof notByteSequences = [
    ...notByteSequences,
    ['a list', `${first}, ${second}`],
    ['a list without a space', `${first},${second}`],
    ['a space at the beginning', ` ${first}`],
    ['a space at the end', `${first} `],
  ]

  for (const [what, text] of rejected) {
    it(`is rejected with ${what}`, () => {
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
    ['no padding', `${first}, ${second}`.replaceAll('=', ''), [leaf, issuer]],
    [
      'certificates directly after each other, as HAProxy writes them',
      write(leaf, issuer),
      [leaf, issuer],
    ],
    ['both ways', `${write(leaf, issuer)}, ${write(root)}`, [leaf, issuer, root]],
  ]

  for (const [what, text, chain] of accepted) {
    it(`is read with ${what}`, () => {
      expect(decodeRfc9440Chain(text)).to.deep.equal(chain)
    })
  }

  const rejected: typeof notByteSequences = [
    ...notByteSequences,
    ['a comma at the end', `${first},`],
    ['a comma at the beginning', `,${first}`],
    ['two commas', `${first},,${second}`],
    ['no comma', `${first} ${second}`],
    ['a damaged item', `${first}, :*:`],
    ['an empty item among others', `${first}, ::`],
    ['an empty item before others', `::, ${first}`],
    ['bytes that cannot begin a certificate', write(Buffer.from('a text of some length'))],
    ['bytes after a certificate', write(leaf, Buffer.from([0]))],
    ['a character that HTTP does not treat as white space', `${first},\u00a0${second}`],
    ['a line end', `${first},\n${second}`],
  ]

  for (const [what, text] of rejected) {
    it(`is rejected with ${what}`, () => {
      expect(decodeRfc9440Chain(text)).to.equal(undefined)
    })
  }

  it('is read with as many items as a request may carry, and rejected with one more', () => {
    const items = (count: number) => Array<string>(count).fill(first).join(', ')
    expect(decodeRfc9440Chain(items(MAX_CHAIN_CERTS))).to.have.lengthOf(MAX_CHAIN_CERTS)
    expect(decodeRfc9440Chain(items(MAX_CHAIN_CERTS + 1))).to.equal(TOO_MANY_CERTIFICATES)
    const inOne = (count: number) => write(...Array<Buffer>(count).fill(leaf))
    expect(decodeRfc9440Chain(inOne(MAX_CHAIN_CERTS))).to.have.lengthOf(MAX_CHAIN_CERTS)
    expect(decodeRfc9440Chain(inOne(MAX_CHAIN_CERTS + 1))).to.equal(TOO_MANY_CERTIFICATES)
    expect(decodeRfc9440Chain(`${inOne(MAX_CHAIN_CERTS)}, ${first}`)).to.equal(
      TOO_MANY_CERTIFICATES,
    )
  })
})
