// Import this before the code that it counts.
import { growthOf } from '../support/steps.js'
import { expect } from 'chai'
import { parseDistinguishedName } from '../../src/certificate/distinguished-name.js'
import { parseSubjectAltNames } from '../../src/certificate/subject-alt-name.js'
import { decodeBase64 } from '../../src/parsers/base64.js'
import { DECODERS } from '../../src/parsers/decoders.js'
import { ENCODINGS } from '../../src/parsers/encodings.js'

/** The limit for linear code. If parts of the string have a fixed length, the rest more than doubles. */
// Limits on the input cause steps in the growth. Quadratic code has a growth of 2.
const LIMIT = 1.2

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'

/** The string to repeat, and the strings around it. */
type Shape = readonly [unit: string, front?: string, back?: string]

const shapes: readonly Shape[] = [
  // All separators, delimiters and escapes of the encodings.
  ...[',', ';', ':', '"', '\\', '=', '%', '+', '-', ' ', '\t', '\n', 'A'].map((c): Shape => [c]),
  [', '],
  [' ,'],
  ['\t '],
  ['\\"'],
  ['",'],
  [':,'],
  ['::'],
  ['%0A'],
  ['%25'],
  ['%0D%0A'],
  ['\r\n'],
  // PEM that never ends, never begins, or ends immediately.
  [BEGIN],
  [`${BEGIN}\n`],
  [END],
  [`${END}\n`],
  [`${BEGIN}\n${END}\n`],
  [`${BEGIN}\nQUJD\n${END}\n`],
  ['\n', BEGIN, END],
  ['QUJD\n', `${BEGIN}\n`],
  ['QUJD\n', `${BEGIN}\n`, END],
  ['QUJDQUJDQUJD', `${BEGIN}\n`, `\n${END}`],
  ['\n', `${BEGIN}\nQUJD\n${END}`],
  ['%0A', encodeURIComponent(`${BEGIN}\nQUJD\n${END}`)],
  ['%51', encodeURIComponent(`${BEGIN}\n`), encodeURIComponent(`\n${END}`)],
  // Lists.
  ['QUJD,'],
  [':QUJD:,'],
  [':QUJD: , '],
  ['QUJD', ':', ':'],
  ['QUJD', '', ',QUJD'],
  [' ', ':QUJD:', ':QUJD:'],
  [' ', ':QUJD:,', ',:QUJD:'],
  // Pairs.
  ['a=;'],
  ['a="";'],
  ['URI=a;'],
  ['Hash=;'],
  ['Cert="";'],
  ['a=,'],
  ['a'],
  ['a=b='],
  ['x', 'Cert="', '"'],
  ['\\"', 'Subject="'],
  ['\\', 'Subject="', '"'],
  ['\\\\', 'Subject="', '"'],
  ['";"', 'Subject="', '"'],
  ['%0A', 'Cert="', '"'],
  [encodeURIComponent(`${BEGIN}\nQUJD\n`), 'Chain="', '"'],
  ['x', 'URI='],
  ['By=;'],
  ['By=a;b;'],
  [';', 'By='],
  ['a;', 'By='],
  ['a=;', 'By='],
  ['a;', 'By=', 'Hash='],
  ['By=a,'],
  [',hash=', 'Subject="', '"'],
  // Names.
  ['C=a,'],
  ['C=a+'],
  ['1.2=a,'],
  ['C=\\,', '', 'a'],
  ['\\41', 'CN='],
  ['41', 'CN=#'],
  ['C=#0C0141,'],
  ['41', 'CN=#0C83FFFFFF'],
  ['=,'],
  // Subject alternative names.
  ['DNS:a, '],
  ['DNS:"a", '],
  ['DNS:"'],
  ['DNS:"\\"", '],
  ['DNS:'],
  ['DNS:a,'],
  ['DNS, '],
  ['\\"', 'DNS:"'],
  ['\\u0000', 'DNS:"', '"'],
  ['a', 'DNS:'],
  ['a, ', 'DNS:'],
]

function build([unit, front = '', back = '']: Shape, length: number): string {
  const middle = unit.repeat(Math.ceil((length - front.length - back.length) / unit.length))
  return `${front}${middle}${back}`
}

const readers: [name: string, read: (text: string) => unknown][] = [
  ['base64', decodeBase64],
  ...ENCODINGS.map((encoding): (typeof readers)[number] => [encoding, DECODERS[encoding].leaf]),
  ['a chain of rfc9440', DECODERS.rfc9440.chain ?? (() => expect.fail('no decoder'))],
  ['subject alternative names', parseSubjectAltNames],
  ['a distinguished name', parseDistinguishedName],
]

describe('the steps for a string', () => {
  for (const [name, read] of readers) {
    it(`grow no faster than its length: ${name}`, () => {
      for (const shape of shapes) {
        const growth = growthOf((length) => {
          const text = build(shape, length)
          return () => read(text)
        })
        expect(growth, `${JSON.stringify(shape)} over and over`).to.be.below(LIMIT)
      }
    })
  }
})
