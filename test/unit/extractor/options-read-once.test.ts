import { expect } from 'chai'
import {
  createExtractor,
  type Extractor,
  type ExtractorOptions,
} from '../../../src/extractor/index.js'
import { createFetchExtractor } from '../../../src/fetch.js'
import { Strategy } from '../../../src/index.js'
import { clientCertificateAuth } from '../../../src/middleware.js'
import { fingerprints, pathOf } from '../../support/extract-over.js'
import { toBase64Der, toRfc9440, toUrlPem, toXfcc } from '../../support/header-values.js'
import { testPki, type TestPki } from '../../support/pki.js'

/** Runs something while all objects inherit a member, as after an attack by prototype pollution. */
function whilePolluted<T>(name: string, value: unknown, run: () => T): T {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true })
  try {
    return run()
  } finally {
    Reflect.deleteProperty(Object.prototype, name)
  }
}

describe('options of an extractor are read once', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })

  /** Extracts from requests whose results differ for every option and its default. */
  function answersOf(extract: Extractor): unknown[] {
    const socket = { authorized: true, getPeerCertificate: () => ({ fingerprint256: 'AB' }) }
    const certificates = [
      toRfc9440(pki.chained),
      toBase64Der(pki.chained),
      toBase64Der(pki.chained, pki.intermediate),
      toUrlPem(pki.chained),
      toXfcc(pki.chained),
      '',
    ]
    return certificates.flatMap((certificate) =>
      ['SUCCESS', 'polluted'].map((verify) => {
        const headers = {
          'client-cert': certificate,
          'client-cert-chain': toRfc9440(pki.intermediate),
          'x-forwarded-client-cert': certificate,
          'x-verify': verify,
          'x-polluted': 'garbage',
        }
        return pathOf(extract({ headers, socket }))
      }),
    )
  }

  it('changing the object afterwards changes nothing', () => {
    const options: ExtractorOptions = {
      certificateSource: 'cloudflare-rfc9440',
      includeChain: true,
      verifyHeader: 'X-Verify',
      verifyValue: 'SUCCESS',
    }
    const extract = createExtractor(options)
    const before = answersOf(extract)
    expect(before.slice(0, 3)).to.deep.equal([
      fingerprints(pki.chained, pki.intermediate),
      'verification_header_mismatch',
      'header_missing_or_malformed',
    ])
    Object.assign(options, {
      certificateSource: 'traefik',
      certificateHeader: 'X-Polluted',
      headerEncoding: 'base64-der',
      chainHeader: 'X-Other',
      includeChain: false,
      fallbackToSocket: true,
      verifyHeader: 'X-Polluted',
      verifyValue: 'polluted',
    })
    expect(answersOf(extract)).to.deep.equal(before)
  })

  const makers: [title: string, make: (options: object) => unknown][] = [
    ['an extractor', createExtractor],
    ['a strategy', (options) => new Strategy(options, () => undefined)],
    ['the middleware', (options) => clientCertificateAuth(() => true, options)],
    ['an extractor of fetch requests', (options) => createFetchExtractor(options as never)],
  ]
  for (const [title, make] of makers) {
    it(`${title} reads each option, limit and address once`, () => {
      const read: string[] = []
      /** A copy with getters that take down what is read. */
      const watched = <T extends object>(target: T, prefix = ''): T => {
        const copy: object = Array.isArray(target) ? [] : {}
        for (const [name, value] of Object.entries(target)) {
          const get = () => {
            read.push(prefix + name)
            return value as unknown
          }
          Object.defineProperty(copy, name, { get, enumerable: true })
        }
        return copy as T
      }
      const cache = watched({ maxEntries: 5, maxBytes: 500 }, 'cache.')
      const trustedProxies = watched(['loopback', '192.0.2.1'], 'trustedProxies.')
      make(watched({ certificateSource: 'envoy', trustedProxies, checkValidity: true, cache }))
      expect(read).to.deep.equal([
        'certificateSource',
        'trustedProxies',
        'checkValidity',
        'cache',
        'trustedProxies.0',
        'trustedProxies.1',
        'cache.maxEntries',
        'cache.maxBytes',
      ])
    })
  }

  it('a frozen object is as good as any', () => {
    const extract = createExtractor(Object.freeze({ certificateSource: 'cloudflare-rfc9440' }))
    expect(answersOf(extract)[0]).to.deep.equal(fingerprints(pki.chained))
  })

  it('an object without a prototype is as good as any', () => {
    const bare = Object.create(null) as ExtractorOptions
    const extract = createExtractor(Object.assign(bare, { certificateSource: 'envoy' }))
    expect(answersOf(extract)).to.deep.include(fingerprints(pki.chained))
  })

  const pollution: [name: string, value: unknown][] = [
    ['certificateSource', 'cloudflare'],
    ['certificateHeader', 'x-polluted'],
    ['headerEncoding', 'base64-der'],
    ['chainHeader', 'x-polluted'],
    ['fallbackToSocket', true],
    ['includeChain', true],
    ['verifyHeader', 'x-verify'],
    ['verifyValue', 'polluted'],
    // These are the members of presets.
    ['header', 'x-polluted'],
    ['encoding', 'base64-der'],
    ['chainInLeafHeader', true],
    ['verify', []],
    ['optional', true],
  ]
  const configurations: [what: string, options: ExtractorOptions][] = [
    ['no options', {}],
    ['a preset', { certificateSource: 'cloudflare-rfc9440' }],
    ['a preset without a chain header', { certificateSource: 'envoy' }],
    [
      'a preset of which the chain is wanted',
      { certificateSource: 'traefik', certificateHeader: 'Client-Cert', includeChain: true },
    ],
    [
      'a header that says that it was verified',
      {
        certificateHeader: 'Client-Cert',
        headerEncoding: 'base64-der',
        verifyHeader: 'X-Other',
        verifyValue: 'SUCCESS',
      },
    ],
    ['a custom header', { certificateHeader: 'Client-Cert', headerEncoding: 'base64-der' }],
  ]
  for (const [what, options] of configurations) {
    for (const [name, value] of pollution) {
      it(`${name} on Object.prototype is not an option beside ${what}`, () => {
        const expected = answersOf(createExtractor(options))
        const create = () => createExtractor(options)
        const extract = whilePolluted(name, value, create)
        expect(answersOf(extract)).to.deep.equal(expected)
        expect(whilePolluted(name, value, () => answersOf(extract))).to.deep.equal(expected)
      })
    }
  }

  it('an encoding on Object.prototype does not replace a missing one', () => {
    for (const name of ['encoding', 'headerEncoding']) {
      const create = () => createExtractor({ certificateHeader: 'X-Cert' })
      expect(() => whilePolluted(name, 'base64-der', create), name).to.throw(
        TypeError,
        'option "certificateHeader" needs "headerEncoding" with it',
      )
    }
  })
})
