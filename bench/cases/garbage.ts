import { type Comparison, compare, type Effort } from '../measure.js'
import type { Cell, Outcome } from '../results.js'
import { type Encoding, ENCODINGS } from '../support/encodings.js'
import { type Garbage, garbageOf } from '../support/garbage.js'
import { USUAL, type Client, type Pki } from '../support/pki.js'
import { CERTIFICATE_HEADER, proxiedRequest } from '../support/requests.js'
import { authenticating, thisPackage, toFail } from '../support/strategies.js'
import { parsing } from './headers.js'

const LENGTHS = [1024, 4096, 16_384]
const REASON = 'header_missing_or_malformed'

/** Measures how long it takes to reject a header that holds no certificate. */
export async function measureGarbage({ clients }: Pki, effort: Effort): Promise<Outcome> {
  const client = clients[USUAL]
  const rows: Cell[][] = []
  for (const encoding of ENCODINGS) {
    for (const length of LENGTHS) rows.push(await measureOne(encoding, client, length, effort))
  }
  return {
    sections: [
      {
        title: 'Rejected garbage',
        about:
          'Of some twenty kinds of text (random, separators and escapes over and over, PEM armour over ' +
          'and over, well-formed but no certificate, a certificate with something added), the one that ' +
          'takes longest to reject. No two values are equal. "Parse" is the bare parse of one valid ' +
          'certificate in the same encoding. Times in microseconds.',
        head: ['encoding', 'bytes', 'worst kind', 'this package', 'parse', 'times the parse'],
        rows,
      },
    ],
  }
}

async function measureOne(
  encoding: Encoding,
  client: Client,
  length: number,
  effort: Effort,
): Promise<Cell[]> {
  const kinds = garbageOf(encoding, client, length)
  const valid = Buffer.from(encoding.writeAlone(client), 'latin1')
  const result = await compare(
    [
      parsing('parse', encoding, () => proxiedRequest(valid), client.fingerprint256),
      ...kinds.map((kind) => refusing(encoding, kind)),
    ],
    effort,
  )
  const worst = worstOf(result, kinds)
  const value = result.ratio(worst, 'parse')
  return [
    encoding.name,
    String(length),
    worst,
    result.microseconds(worst),
    result.microseconds('parse'),
    length === 16_384 ? { value, target: 'garbage' } : value.toFixed(2),
  ]
}

function refusing(encoding: Encoding, { name, next }: Garbage): ReturnType<typeof authenticating> {
  const strategy = thisPackage({
    certificateHeader: CERTIFICATE_HEADER,
    headerEncoding: encoding.name,
    trustedProxies: 'loopback',
  })
  return authenticating(name, strategy, () => toFail(proxiedRequest(next()), REASON))
}

function worstOf(result: Comparison, kinds: readonly Garbage[]): string {
  const [worst] = kinds
    .map(({ name }) => name)
    .sort((a, b) => result.ratio(b, 'parse') - result.ratio(a, 'parse'))
  if (worst === undefined) throw new Error('There is no garbage')
  return worst
}
