import { type Comparison, compare, type Contestant, type Effort } from '../measure.js'
import type { Cell, Outcome } from '../results.js'
import { distinctCertificates, fingerprintOf } from '../support/distinct.js'
import { type Encoding, ENCODINGS } from '../support/encodings.js'
import { type Client, KEY_TYPES, type KeyType, type Pki } from '../support/pki.js'
import {
  CERTIFICATE_HEADER,
  certificateTextOf,
  proxiedRequest,
  type ProxiedRequest,
} from '../support/requests.js'
import {
  type Attempt,
  authenticating,
  floor,
  thisPackage,
  toSucceed,
} from '../support/strategies.js'

interface Result {
  readonly encoding: string
  readonly keyType: KeyType
  readonly bytes: number
  readonly comparison: Comparison
}

/** The certificate in a header, seen before and not, in every encoding. */
export async function measureHeaders({ clients }: Pki, effort: Effort): Promise<Outcome> {
  const results: Result[] = []
  for (const encoding of ENCODINGS) {
    for (const keyType of KEY_TYPES) {
      results.push(await measureOne(encoding, keyType, clients[keyType], effort))
    }
  }
  return {
    sections: [
      {
        title: 'Header, certificate seen before',
        about:
          'Every request carries the text anew, as a new string. "Parse" is what an ' +
          'application would write itself: decode, new X509Certificate(), toLegacyObject(), and no ' +
          'checks. The xfcc header has Hash, Cert and Chain, and both certificates are ' +
          'wanted. Times in microseconds.',
        head: ['encoding', 'key', 'bytes', 'floor', 'this package', 'parse', 'times faster'],
        rows: results.map(warmCells),
      },
      {
        title: 'Header, certificate not seen before',
        about:
          'The same without the cache; and with it, when the text of every request is another, so that ' +
          'each is kept and an older one dropped. Times in microseconds.',
        head: [
          'encoding',
          'key',
          'bytes',
          'no cache',
          'cache',
          'parse',
          'no cache / parse',
          'cache / parse',
        ],
        rows: results.map(coldCells),
      },
    ],
  }
}

async function measureOne(
  encoding: Encoding,
  keyType: KeyType,
  client: Client,
  effort: Effort,
): Promise<Result> {
  const text = Buffer.from(encoding.write(client, client.issuer), 'latin1')
  const attempt = (): Attempt => toSucceed(proxiedRequest(text), client.fingerprint256)
  const options = {
    certificateHeader: CERTIFICATE_HEADER,
    headerEncoding: encoding.name,
    includeChain: encoding.includeChain ?? false,
    trustedProxies: 'loopback',
  }
  const comparison = await compare(
    [
      authenticating('floor', floor(client.fingerprint256), attempt),
      authenticating('warm', thisPackage(options), attempt),
      authenticating('cold', thisPackage({ ...options, cache: false }), attempt),
      authenticating('first', thisPackage(options), distinctAttempts(encoding, client)),
      parsing('parse', encoding, () => proxiedRequest(text), client.fingerprint256),
    ],
    effort,
  )
  return { encoding: encoding.name, keyType, bytes: text.length, comparison }
}

/** Every one with a certificate that has never been seen. */
function distinctAttempts(encoding: Encoding, client: Client): () => Attempt {
  const next = distinctCertificates(client)
  return () => {
    const { cert, raw } = next()
    const text = encoding.write({ cert, raw }, client.issuer)
    return toSucceed(proxiedRequest(Buffer.from(text, 'latin1')), fingerprintOf(raw))
  }
}

/** The bare parse of what is in the header, without Passport. */
export function parsing(
  name: string,
  { parse }: Encoding,
  makeRequest: () => ProxiedRequest,
  fingerprint256: string,
): Contestant {
  return {
    name,
    prepare(runs) {
      const requests = Array.from({ length: runs }, makeRequest)
      return () => {
        let right = 0
        for (const request of requests) {
          if (parse(certificateTextOf(request)).fingerprint256 === fingerprint256) right += 1
        }
        return right
      }
    },
  }
}

function warmCells({ encoding, keyType, bytes, comparison }: Result): Cell[] {
  return [
    encoding,
    keyType,
    String(bytes),
    ...['floor', 'warm', 'parse'].map(comparison.microseconds),
    { value: comparison.ratio('parse', 'warm'), target: 'warmHeader' },
  ]
}

function coldCells({ encoding, keyType, bytes, comparison }: Result): Cell[] {
  return [
    encoding,
    keyType,
    String(bytes),
    ...['cold', 'first', 'parse'].map(comparison.microseconds),
    { value: comparison.ratio('cold', 'parse'), target: 'coldHeader' },
    { value: comparison.ratio('first', 'parse'), target: 'firstHeader' },
  ]
}
