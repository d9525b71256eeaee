import { expect } from 'chai'
import { MAX_CHAIN_CERTS } from '../../../src/parsers/limits.js'
import { decodePem } from '../../../src/parsers/pem.js'

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'

/** The decoder knows text, not certificates: any bytes will do. */
const first = Buffer.alloc(100, 'first')
const second = Buffer.alloc(50, 'second')

function block(bytes: Buffer, width = 64): string {
  const lines = bytes.toString('base64').match(new RegExp(`.{1,${width}}`, 'g')) ?? []
  return `${[BEGIN, ...lines, END].join('\n')}\n`
}

const pem = block(first)

describe('PEM', () => {
  const accepted: [what: string, text: string, blocks: Buffer[]][] = [
    ['one block', pem, [first]],
    ['no line end behind the last block', pem.trimEnd(), [first]],
    ['blank lines behind the last block', `${pem}\n\n`, [first]],
    ['two blocks, in their order', pem + block(second), [first, second]],
    ['blank lines between two blocks', `${pem}\n\n${block(second)}`, [first, second]],
    ['line ends of CR and LF', (pem + block(second)).replaceAll('\n', '\r\n'), [first, second]],
    ['a body of one long line', block(first, 1000), [first]],
    ['lines of 76 characters', block(first, 76), [first]],
  ]

  for (const [what, text, blocks] of accepted) {
    it(`is read with ${what}`, () => {
      expect(decodePem(text)).to.deep.equal(blocks)
    })
  }

  const body = first.toString('base64')
  const refused: [what: string, text: string][] = [
    ['no text at all', ''],
    ['nothing but line ends', '\n\n'],
    ['text in front of the block', `garbage\n${pem}`],
    ['text right in front of the block', `garbage${pem}`],
    ['a space in front of the block', ` ${pem}`],
    ['text behind the block', `${pem}garbage`],
    ['text right behind the block', `${pem.trimEnd()}garbage`],
    ['a space behind the block', `${pem.trimEnd()} `],
    ['text between two blocks', `${pem}subject=CN=x\n${block(second)}`],
    ['two blocks on one line', pem.trimEnd() + block(second)],
    ['a block inside a block', `${BEGIN}\n${pem}${END}\n`],
    ['no armour', body],
    ['an end without a beginning', `${body}\n${END}\n`],
    ['a beginning without an end', `${BEGIN}\n${body}\n`],
    ['a second beginning without an end', `${pem}${BEGIN}\n`],
    ['an empty body', `${BEGIN}\n${END}\n`],
    ['a body of a blank line', `${BEGIN}\n\n${END}\n`],
    ['a blank line in front of the body', pem.replace('\n', '\n\n')],
    ['a blank line inside the body', `${BEGIN}\n${body.slice(0, 64)}\n\n${body.slice(64)}\n${END}`],
    ['a blank line behind the body', pem.replace(`\n${END}`, `\n\n${END}`)],
    ['no line end in front of the body', `${BEGIN}${body}\n${END}\n`],
    ['no line end behind the body', `${BEGIN}\n${body}${END}\n`],
    ['spaces in place of line ends', pem.replaceAll('\n', ' ')],
    ['a space inside the body', `${BEGIN}\n${body.slice(0, 8)} ${body.slice(8)}\n${END}\n`],
    ['tabs behind the line ends', pem.replaceAll('\n', '\n\t')],
    ['line ends of CR alone', pem.replaceAll('\n', '\r')],
    ['a header inside the block', `${BEGIN}\nProc-Type: 4,ENCRYPTED\n${body}\n${END}\n`],
    ['a body that is no base64', `${BEGIN}\n****\n${END}\n`],
    ['a damaged body behind a good one', `${pem}${BEGIN}\n****\n${END}\n`],
    ['a label in lower case', pem.toLowerCase()],
    ['another label', pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
    ['a label that differs at the end', pem.replace('END CERTIFICATE', 'END PUBLIC KEY')],
    ['four hyphens', pem.replaceAll('-----', '----')],
  ]

  for (const [what, text] of refused) {
    it(`is refused with ${what}`, () => {
      expect(decodePem(text)).to.equal(undefined)
    })
  }

  it('is read with as many blocks as a request may carry, and refused with one more', () => {
    expect(decodePem(pem.repeat(MAX_CHAIN_CERTS))).to.have.lengthOf(MAX_CHAIN_CERTS)
    expect(decodePem(pem.repeat(MAX_CHAIN_CERTS + 1))).to.equal(undefined)
  })
})
