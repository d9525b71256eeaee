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

/** Measures the cost of rejecting a header without a certificate. */
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
          'The slowest to reject of about twenty kinds of values: random characters, repeated separators, ' +
          'escapes or PEM boundaries, a well-formed value without a certificate, a certificate with ' +
          'additions, and so on. Every value is different. "Parse" only parses one valid certificate in ' +
          'the same encoding. Times in microseconds.',
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
      ...kinds.map((kind) => rejecting(encoding, kind)),
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

function rejecting(encoding: Encoding, { name, next }: Garbage): ReturnType<typeof authenticating> {
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
  if (worst === undefined) throw new Error('The list of garbage is empty')
  return worst
}
