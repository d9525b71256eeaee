import { expect } from 'chai'
import fc from 'fast-check'
import { DECODERS } from '../../src/parsers/decoders.js'
import { ENCODINGS, type HeaderEncoding } from '../../src/parsers/encodings.js'
import {
  type HeaderParser,
  parseApachePem,
  parseBase64Der,
  parseBase64Pem,
  parseRfc9440,
  parseUrlPem,
  parseUrlPemAws,
  parseXfcc,
} from '../../src/parsers/index.js'
import { chainOf } from '../support/chain-of.js'
import { dersOf } from '../support/ders-of.js'
import {
  toApachePem,
  toBase64Der,
  toBase64Pem,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../support/header-values.js'
import { testPki } from '../support/pki.js'
import { anyText, edits, mutate } from './mutations.js'
import { ORACLE } from './oracle.js'

interface Encoding {
  readonly parse: HeaderParser
  readonly write: typeof toXfcc
  /** The separators between parts of a value that can be reordered. */
  readonly separator: string
}

const PUBLIC: Readonly<Record<HeaderEncoding, Encoding>> = {
  'url-pem': { parse: parseUrlPem, write: toUrlPem, separator: '%0A-----BEGIN%20' },
  'url-pem-aws': { parse: parseUrlPemAws, write: toUrlPemAws, separator: '%0A-----BEGIN%20' },
  xfcc: { parse: parseXfcc, write: toXfcc, separator: ';' },
  'base64-der': { parse: parseBase64Der, write: toBase64Der, separator: ',' },
  rfc9440: { parse: parseRfc9440, write: toRfc9440, separator: ', ' },
  'apache-pem': { parse: parseApachePem, write: toApachePem, separator: ' -----BEGIN ' },
  'base64-pem': { parse: parseBase64Pem, write: toBase64Pem, separator: 'LS0t' },
}

/** Valid values of an encoding: a leaf, and a chain of three. */
async function valuesOf(encoding: HeaderEncoding): Promise<string[]> {
  const { ec, chained, intermediate, root } = await testPki()
  const { write } = PUBLIC[encoding]
  return [write(ec), write(chained, intermediate, root)]
}

/** Damaged values, values that are recombined from parts of valid values, and arbitrary strings. */
function textsLike(values: readonly string[], separator: string): fc.Arbitrary<string> {
  const known = ['URI=a', 'By=b', 'By=c', 'd', 'By=e', 'X="1"', '']
  const parts = [...values.flatMap((value) => value.split(separator)), ...known]
  const shuffled = fc
    .array(fc.constantFrom(...parts), { maxLength: 12 })
    .map((some) => some.join(separator))
  return fc.oneof(
    { weight: 1, arbitrary: anyText },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...values), edits).map(mutated) },
    { weight: 2, arbitrary: shuffled },
    { weight: 1, arbitrary: fc.tuple(shuffled, edits).map(mutated) },
  )
}

const mutated = ([value, changes]: [string, Parameters<typeof mutate>[1]]) => mutate(value, changes)

const runs = { numRuns: 1000 }

for (const encoding of ENCODINGS) {
  const { parse, write, separator } = PUBLIC[encoding]

  describe(`any value of ${encoding}`, () => {
    let texts: fc.Arbitrary<string>
    before(async () => {
      texts = textsLike(await valuesOf(encoding), separator)
    })

    for (const place of ['leaf', 'chain'] as const) {
      const [decode, expected] = [DECODERS[encoding][place], ORACLE[encoding][place]]
      if (decode === undefined || expected === null) continue

      it(`is decoded if and only if it matches the grammar, and never throws (${place})`, () => {
        fc.assert(
          fc.property(texts, (text) => {
            expect(dersOf(decode(text))).to.deep.equal(expected(text))
          }),
          runs,
        )
      })
    }

    it('never throws when it is parsed, and gives only certificates that it contains', () => {
      fc.assert(
        fc.property(texts, (text) => {
          const [leaf, ...issuers] = chainOf(parse(text))
          if (leaf === undefined) return
          const [first, ...others] = ORACLE[encoding].leaf(text) ?? []
          expect(leaf).to.deep.equal(first)
          for (const issuer of issuers) expect(others).to.deep.include(issuer)
        }),
        runs,
      )
    })

    it('never throws when its certificate is damaged, and gives no other bytes', async () => {
      const { ec, rsa } = await testPki()
      const byte = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
      const damage = fc.array(byte, { minLength: 1, maxLength: 3 })
      fc.assert(
        fc.property(fc.constantFrom(ec.raw, rsa.raw), damage, (raw, bytes) => {
          const damaged = Buffer.from(raw)
          for (const [at, value] of bytes) damaged[at % damaged.length] = value
          const [leaf = damaged] = chainOf(parse(write(certificateOf(damaged))))
          expect(leaf).to.deep.equal(damaged)
        }),
        runs,
      )
    })
  })
}

function certificateOf(raw: Buffer): { cert: string; raw: Buffer } {
  const lines = ['-----BEGIN CERTIFICATE-----', raw.toString('base64'), '-----END CERTIFICATE-----']
  return { raw, cert: `${lines.join('\n')}\n` }
}
