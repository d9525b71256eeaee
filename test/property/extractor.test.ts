import { expect } from 'chai'
import fc from 'fast-check'
import {
  createExtractor,
  type Extractor,
  type ExtractorOptions,
  type RequestLike,
} from '../../src/extractor/index.js'
import { PRESETS, type CertificateSource } from '../../src/parsers/presets.js'
import { toRfc9440, toUrlPem, toXfcc } from '../support/header-values.js'
import { testPki } from '../support/pki.js'

const verify = { verifyHeader: 'x-verify', verifyValue: 'SUCCESS' }

const plans: ExtractorOptions[] = [
  {},
  { includeChain: true },
  { certificateHeader: 'x-cert', headerEncoding: 'url-pem', ...verify },
  { certificateHeader: '__proto__', headerEncoding: 'base64-der', fallbackToSocket: true },
  ...(Object.keys(PRESETS) as CertificateSource[]).flatMap((certificateSource) => [
    { certificateSource },
    { certificateSource, includeChain: true, fallbackToSocket: true },
    { certificateSource, includeChain: true, ...verify },
  ]),
]

const extractors: Extractor[] = plans.map(createExtractor)

const NAMES = [
  ...Object.values(PRESETS).flatMap(({ header, chainHeader }) => [header, chainHeader ?? header]),
  ...['x-cert', 'x-verify', '__proto__', 'constructor', 'toString'],
]

function throwing(): never {
  throw new Error('not now')
}

/** Throws on every access, except for the symbols that fast-check reads. */
const hostile = new Proxy(
  {},
  {
    get: (_, key) => (typeof key === 'symbol' ? undefined : throwing()),
    has: (_, key) => (typeof key === 'symbol' ? false : throwing()),
    getOwnPropertyDescriptor: throwing,
    ownKeys: throwing,
  },
)

/** An object in which some members are getters that throw. */
function withTraps(object: Record<string, unknown>, traps: readonly string[]): object {
  const trapped = { ...object }
  for (const name of traps) Object.defineProperty(trapped, name, { get: throwing })
  return trapped
}

function requests(values: readonly string[]): fc.Arbitrary<unknown> {
  const name = fc.constantFrom(...NAMES)
  const value = fc.oneof(fc.constantFrom(...values, 'SUCCESS'), fc.string(), fc.anything())
  const odd = fc.oneof(fc.anything({ withNullPrototype: true }), fc.constant(hostile))
  const headers = fc.oneof(
    fc.dictionary(name, value, { maxKeys: 4 }),
    fc.dictionary(name, value).map((fields) => withTraps(fields, ['x-cert', 'client-cert'])),
    odd,
  )
  const certificate = fc.oneof(odd, fc.record({ raw: odd, issuerCertificate: odd }))
  const socket = fc.oneof(
    fc.record(
      {
        authorized: fc.oneof(fc.boolean(), fc.anything()),
        authorizationError: fc.oneof(fc.constantFrom(null, undefined), fc.anything()),
        isSessionReused: fc.oneof(fc.func(fc.boolean()), fc.constant(throwing), odd),
        getPeerCertificate: fc.oneof(fc.func(certificate), fc.constant(throwing), odd),
      },
      { requiredKeys: [] },
    ),
    odd,
  )
  const rawHeaders = fc.oneof(fc.array(fc.oneof(name, value)), odd)
  const members = fc.record({ headers, rawHeaders, socket }, { requiredKeys: [] })
  const traps = fc.subarray(['headers', 'rawHeaders', 'socket'])
  return fc.oneof(
    { weight: 4, arbitrary: members },
    {
      weight: 1,
      arbitrary: fc.tuple(members, traps).map(([some, names]) => withTraps(some, names)),
    },
    { weight: 1, arbitrary: odd },
  )
}

describe('any object instead of a request', () => {
  it('never makes an extractor throw, and gives a certificate or a reason', async () => {
    const { chained, intermediate } = await testPki()
    const values = [
      toUrlPem(chained, intermediate),
      toXfcc(chained, intermediate),
      toRfc9440(chained),
      chained.raw.toString('base64'),
    ]
    fc.assert(
      fc.property(requests(values), (request) => {
        for (const extract of extractors) {
          const { success, certificate, reason } = extract(request as RequestLike)
          expect(success).to.equal(reason === null)
          expect(success).to.equal(certificate !== null)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
