import { expect } from 'chai'
import { TOO_MANY_CERTIFICATES } from '../../../src/parsers/decoding-fault.js'
import { MAX_CHAIN_CERTS } from '../../../src/parsers/limits.js'
import { decodePem } from '../../../src/parsers/pem.js'

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'

/** Any bytes work, because the decoder doesn't parse certificates. */
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
    ['no line end after the last block', pem.trimEnd(), [first]],
    ['blank lines after the last block', `${pem}\n\n`, [first]],
    ['two blocks, in their order', pem + block(second), [first, second]],
    ['blank lines between two blocks', `${pem}\n\n${block(second)}`, [first, second]],
    ['CR LF as line ends', (pem + block(second)).replaceAll('\n', '\r\n'), [first, second]],
    ['a body in one long line', block(first, 1000), [first]],
    ['lines of 76 characters', block(first, 76), [first]],
  ]

  for (const [what, text, blocks] of accepted) {
    it(`is read with ${what}`, () => {
      expect(decodePem(text)).to.deep.equal(blocks)
    })
  }

  const body = first.toString('base64')
  const rejected: [what: string, text: string][] = [
    ['an empty string', ''],
    ['only line ends', '\n\n'],
    ['text before the block', `garbage\n${pem}`],
    ['text directly before the block', `garbage${pem}`],
    ['a space before the block', ` ${pem}`],
    ['text after the block', `${pem}garbage`],
    ['text directly after the block', `${pem.trimEnd()}garbage`],
    ['a space after the block', `${pem.trimEnd()} `],
    ['text between two blocks', `${pem}subject=CN=x\n${block(second)}`],
    ['two blocks on one line', pem.trimEnd() + block(second)],
    ['a block inside a block', `${BEGIN}\n${pem}${END}\n`],
    ['no BEGIN and END lines', body],
    ['an END line without a BEGIN line', `${body}\n${END}\n`],
    ['a BEGIN line without an END line', `${BEGIN}\n${body}\n`],
    ['a second BEGIN line without an END line', `${pem}${BEGIN}\n`],
    ['an empty body', `${BEGIN}\n${END}\n`],
    ['a body that is a blank line', `${BEGIN}\n\n${END}\n`],
    ['a blank line before the body', pem.replace('\n', '\n\n')],
    ['a blank line inside the body', `${BEGIN}\n${body.slice(0, 64)}\n\n${body.slice(64)}\n${END}`],
    ['a blank line after the body', pem.replace(`\n${END}`, `\n\n${END}`)],
    ['no line end before the body', `${BEGIN}${body}\n${END}\n`],
    ['no line end after the body', `${BEGIN}\n${body}${END}\n`],
    ['spaces instead of line ends', pem.replaceAll('\n', ' ')],
    ['a space inside the body', `${BEGIN}\n${body.slice(0, 8)} ${body.slice(8)}\n${END}\n`],
    ['tabs after the line ends', pem.replaceAll('\n', '\n\t')],
    ['CR alone as line ends', pem.replaceAll('\n', '\r')],
    ['a header inside the block', `${BEGIN}\nProc-Type: 4,ENCRYPTED\n${body}\n${END}\n`],
    ["a body that isn't base64", `${BEGIN}\n****\n${END}\n`],
    ['a damaged body after a valid block', `${pem}${BEGIN}\n****\n${END}\n`],
    ['a label in lower case', pem.toLowerCase()],
    ['another label', pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
    ['a label that differs at the end', pem.replace('END CERTIFICATE', 'END PUBLIC KEY')],
    ['four hyphens', pem.replaceAll('-----', '----')],
  ]

  for (const [what, text] of rejected) {
    it(`is rejected with ${what}`, () => {
      expect(decodePem(text)).to.equal(undefined)
    })
  }

  it('is read with as many blocks as a request may carry, and rejected with one more', () => {
    expect(decodePem(pem.repeat(MAX_CHAIN_CERTS))).to.have.lengthOf(MAX_CHAIN_CERTS)
    expect(decodePem(pem.repeat(MAX_CHAIN_CERTS + 1))).to.equal(TOO_MANY_CERTIFICATES)
  })
})
