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

/** Measures header certificates in every encoding, both seen before and not seen before. */
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
          'Every request has the header value as a new string. "Parse" is the code that an application ' +
          'would write itself: decode, new X509Certificate() and toLegacyObject(), without any checks. ' +
          'The xfcc header has Hash, Cert and Chain, and both certificates are read. Times in ' +
          'microseconds.',
        head: ['encoding', 'key', 'bytes', 'floor', 'this package', 'parse', 'times faster'],
        rows: results.map(warmCells),
      },
      {
        title: 'Header, certificate not seen before',
        about:
          'The same requests without the cache, and requests with different certificates with the cache, so ' +
          'that each certificate is kept and an older one is dropped. Times in microseconds.',
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

/** Makes requests with certificates that were never sent before. */
function distinctAttempts(encoding: Encoding, client: Client): () => Attempt {
  const next = distinctCertificates(client)
  return () => {
    const { cert, raw } = next()
    const text = encoding.write({ cert, raw }, client.issuer)
    return toSucceed(proxiedRequest(Buffer.from(text, 'latin1')), fingerprintOf(raw))
  }
}

/** Only parses the certificate in the header, without Passport. */
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
