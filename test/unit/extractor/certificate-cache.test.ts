import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import {
  type CacheLimits,
  createCache,
  NO_CACHE,
  parseCacheLimits,
} from '../../../src/extractor/certificate-cache.js'
import { createExtractor, type ExtractorOptions } from '../../../src/extractor/index.js'
import { testPki } from '../../support/pki.js'

const UNLIMITED: CacheLimits = { maxEntries: 1000, maxBytes: Number.MAX_SAFE_INTEGER }

async function certificate() {
  const { ec } = await testPki()
  return new X509Certificate(ec.raw).toLegacyObject()
}

/** Returns the strings that a cache still has, without marking any of them as used. */
async function keptOf(limits: Partial<CacheLimits>, texts: readonly string[], used: string[] = []) {
  const cache = createCache({ ...UNLIMITED, ...limits })
  for (const text of texts) {
    cache.add(text, await certificate())
    for (const known of used) cache.get(known)
  }
  return texts.filter((text) => cache.get(text) !== undefined)
}

describe('the cache of header certificates', () => {
  it('gives the certificate of exactly this text', async () => {
    const cache = createCache(UNLIMITED)
    const added = cache.add('text', await certificate())
    expect(cache.get('text')).to.equal(added)
    expect(added.forRequest()).to.deep.equal(await certificate())
    for (const other of ['Text', 'text ', 'tex', '']) expect(cache.get(other)).to.equal(undefined)
  })

  it('keeps as many certificates as it may, and drops what was not used for longest', async () => {
    const texts = ['a', 'b', 'c', 'd']
    expect(await keptOf({ maxEntries: 4 }, texts)).to.deep.equal(texts)
    expect(await keptOf({ maxEntries: 3 }, texts)).to.deep.equal(['b', 'c', 'd'])
    expect(await keptOf({ maxEntries: 2 }, texts, ['a'])).to.deep.equal(['a', 'd'])
    expect(await keptOf({ maxEntries: 1 }, texts)).to.deep.equal(['d'])
  })

  it('takes no more memory than it may', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => String(index + 10).repeat(4000))
    const few = await keptOf({ maxBytes: 200_000 }, texts)
    const many = await keptOf({ maxBytes: 400_000 }, texts)
    expect(few).to.deep.equal(texts.slice(-few.length))
    // A string of 8,000 characters takes 16,000 bytes, and a small certificate about five thousand.
    expect(few.length).to.be.within(8, 12)
    expect(many.length).to.be.within(16, 19)
  })

  it('counts what is in a certificate, and in its issuers', async () => {
    const large = { ...(await certificate()), raw: Buffer.alloc(50_000) }
    const long = { ...(await certificate()), subjectaltname: 'x'.repeat(25_000) }
    const chained = { ...(await certificate()), issuerCertificate: large }
    // An object identifier is the client's own, and the name of an attribute.
    const named = { ...(await certificate()), infoAccess: { ['1.2.3'.repeat(5000)]: ['x'] } }
    for (const heavy of [large, long, chained, named]) {
      const cache = createCache({ ...UNLIMITED, maxBytes: 100_000 })
      for (const text of ['a', 'b']) cache.add(text, heavy)
      expect(cache.get('a')).to.equal(undefined)
      expect(cache.get('b')).not.to.equal(undefined)
    }
  })

  it('hands on what it has no room for, and drops nothing for it', async () => {
    const cache = createCache({ ...UNLIMITED, maxBytes: 20_000 })
    cache.add('small', await certificate())
    const large = { ...(await certificate()), raw: Buffer.alloc(20_000) }
    expect(cache.add('large', large).forRequest()).to.equal(large)
    expect(cache.get('large')).to.equal(undefined)
    expect(cache.get('small')).not.to.equal(undefined)
  })

  it('distinguishes strings that differ in a single character at any position', async () => {
    for (const length of [1, 63, 64, 65, 128, 129, 1000, 20_000]) {
      const cache = createCache(UNLIMITED)
      const text = 'x'.repeat(length)
      const added = cache.add(text, await certificate())
      const step = Math.ceil(length / 500)
      for (let at = 0; at < length; at += step) {
        expect(cache.get(`${text.slice(0, at)}y${text.slice(at + 1)}`)).to.equal(undefined)
      }
      expect(cache.get(`${text}x`)).to.equal(undefined)
      expect(cache.get(text.slice(1))).to.equal(undefined)
      expect(cache.get(text)).to.equal(added)
    }
  })

  it('keeps one of two strings with the same hash, and never confuses them', async () => {
    const cache = createCache(UNLIMITED)
    const [first, second] = ['a', 'b'].map((end) => 'x'.repeat(999) + end) as [string, string]
    cache.add(first, await certificate())
    const added = cache.add(second, await certificate())
    expect([cache.get(first), cache.get(second)]).to.deep.equal([undefined, added])
  })

  it('keeps apart certificates that differ as certificates do', async () => {
    const { root } = await testPki()
    const cache = createCache(UNLIMITED)
    const clients = await Promise.all(Array.from({ length: 50 }, () => root.issue()))
    for (const { raw } of clients) {
      cache.add(raw.toString('base64'), new X509Certificate(raw).toLegacyObject())
    }
    const kept = clients.map(({ raw }) => cache.get(raw.toString('base64'))?.forRequest().raw)
    expect(kept).to.deep.equal(clients.map(({ raw }) => raw))
  })

  it('may be left out: then every request reads for itself', async () => {
    const given = await certificate()
    expect(NO_CACHE.add('text', given).forRequest()).to.equal(given)
    expect(NO_CACHE.get('text')).to.equal(undefined)
  })
})

describe('the option "cache"', () => {
  it('keeps 1,000 certificates and 16 MiB unless told otherwise', () => {
    const limitsOf = (value: unknown) => ({ ...parseCacheLimits('option "cache"', value) })
    const defaults = { maxEntries: 1000, maxBytes: 16_777_216 }
    expect(limitsOf(true)).to.deep.equal(defaults)
    expect(limitsOf({})).to.deep.equal(defaults)
    expect(limitsOf({ maxEntries: undefined })).to.deep.equal(defaults)
    expect(limitsOf({ maxEntries: 1 })).to.deep.equal({ ...defaults, maxEntries: 1 })
    expect(limitsOf({ maxBytes: 1 })).to.deep.equal({ ...defaults, maxBytes: 1 })
    expect(parseCacheLimits('option "cache"', false)).to.equal(undefined)
  })

  const header: ExtractorOptions = { certificateSource: 'envoy', trustedProxies: 'loopback' }
  const most = Number.MAX_SAFE_INTEGER
  const refused: [cache: unknown, code: string, message: string][] = [
    ...[7, 'yes', null, [], Symbol('x')].map((cache): [unknown, string, string] => [
      cache,
      'ERR_INVALID_ARG_TYPE',
      'option "cache" must be a boolean or an object with limits. Received ',
    ]),
    [{ maxEntries: '1' }, 'ERR_INVALID_ARG_TYPE', 'option "cache.maxEntries" must be a number'],
    ...[0, -1, 1.5, NaN, Infinity, 1_000_001].map((maxEntries): [unknown, string, string] => [
      { maxEntries },
      'ERR_INVALID_ARG_VALUE',
      'option "cache.maxEntries" must be a whole number from 1 to 1000000',
    ]),
    ...[0, -1, 0.5, Infinity, most + 1].map((maxBytes): [unknown, string, string] => [
      { maxBytes },
      'ERR_INVALID_ARG_VALUE',
      `option "cache.maxBytes" must be a whole number from 1 to ${most}`,
    ]),
    [
      { maxEntry: 1 },
      'ERR_INVALID_ARG_VALUE',
      `option "cache" has no member "maxEntry" (did you mean 'maxEntries'?)`,
    ],
    [
      Object.create({ maxBytes: 1 }),
      'ERR_INVALID_ARG_VALUE',
      'option "cache.maxBytes" must be an own property of the options',
    ],
  ]
  it('is rejected when it is anything else, and the message names the wrong member', () => {
    for (const [cache, code, message] of refused) {
      expect(() => createExtractor({ ...header, cache: cache as never }), message)
        .to.throw(TypeError)
        .that.satisfies(
          (error: { code: string; message: string }) =>
            error.code === code &&
            error.message.startsWith(`passport-client-certificate-auth: ${message}`),
        )
    }
    expect(parseCacheLimits('option "cache"', true)).to.be.an('object')
  })

  it('has no limits to set where no header is read', () => {
    expect(() => createExtractor({ cache: { maxEntries: 5 } }))
      .to.throw(TypeError)
      .that.includes({ code: 'ERR_INVALID_ARG_VALUE' })
      .and.has.property('message')
      .that.includes('option "cache" limits header certificates')
    for (const cache of [true, false]) expect(() => createExtractor({ cache })).not.to.throw()
    const limits = { maxEntries: 1_000_000, maxBytes: 1 }
    expect(() => createExtractor({ ...header, cache: limits })).not.to.throw()
  })
})
