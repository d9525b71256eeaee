import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { PathEvidence } from '../../../src/certificate/chain.js'
import {
  type CacheLimits,
  type CertificateCache,
  createCache,
} from '../../../src/extractor/certificate-cache.js'
import { issue } from '../../support/der-chain.js'

const UNLIMITED: CacheLimits = { maxEntries: 1000, maxBytes: Number.MAX_SAFE_INTEGER }

const leaf = new X509Certificate(issue({ subject: 'client' }).der)
const issuer = new X509Certificate(issue({ subject: 'CA', ca: true }).der)

/** The certificates that a path is validated with: the leaf and this many others. */
function evidence(others = 0): PathEvidence {
  return new PathEvidence(
    leaf,
    Array.from({ length: others }, () => issuer),
  )
}

/** Adds a certificate, as the extractor does when its path is valid, or when it isn't. */
function add(cache: CertificateCache, text: string, { isValid = false, others = 0 } = {}): void {
  const stored = cache.add(text, evidence(others))
  if (isValid) stored.keep?.()
}

const keptOf = (cache: CertificateCache, texts: readonly string[]): string[] =>
  texts.filter((text) => cache.get(text) !== undefined)

const named = (count: number): string[] => Array.from({ length: count }, (_, at) => `text ${at}`)

describe('the cache of certificates whose paths are validated', () => {
  it('never drops a certificate with a valid path for rejected ones', () => {
    for (const limits of [UNLIMITED, { maxEntries: 1000, maxBytes: 16 * 1024 * 1024 }]) {
      const cache = createCache(limits)
      const good = named(100).map((text) => `good ${text}`)
      for (const text of good) add(cache, text, { isValid: true })
      for (const text of named(10_000)) add(cache, text)
      expect(keptOf(cache, good)).to.deep.equal(good)
    }
  })

  it('keeps a tenth as many rejected certificates, rounded up', () => {
    for (const [maxEntries, kept] of [
      [1000, 100],
      [11, 2],
      [10, 1],
      [1, 1],
    ] as const) {
      const cache = createCache({ ...UNLIMITED, maxEntries })
      const texts = named(150)
      for (const text of texts) add(cache, text)
      expect(keptOf(cache, texts)).to.deep.equal(texts.slice(-kept))
    }
  })

  it('keeps a certificate from the moment that its path is valid', () => {
    const cache = createCache({ ...UNLIMITED, maxEntries: 20 })
    const stored = cache.add('late', evidence())
    add(cache, 'never')
    stored.keep?.()
    for (const text of named(2)) add(cache, text)
    expect(keptOf(cache, ['late', 'never'])).to.deep.equal(['late'])
    // It doesn't take a place among the others any longer.
    expect(keptOf(cache, named(2))).to.deep.equal(named(2))
    expect(cache.get('late')?.keep).to.equal(undefined)
  })

  it('keeps the verdict of a certificate with it', () => {
    const cache = createCache(UNLIMITED)
    const stored = cache.add('text', evidence())
    expect(cache.get('text')).to.equal(stored)
    stored.keep?.()
    expect(cache.get('text')?.evidence).to.equal(stored.evidence)
    expect(cache.get('text')?.forRequest()).to.deep.equal(stored.forRequest())
  })

  it('holds as many certificates with a valid path as it may', () => {
    const cache = createCache({ ...UNLIMITED, maxEntries: 20 })
    for (const text of named(21)) add(cache, text, { isValid: true })
    expect(keptOf(cache, named(21))).to.deep.equal(named(21).slice(1))
  })

  it('takes a tenth of the memory for rejected certificates', () => {
    const countOf = (maxBytes: number, isValid: boolean, others = 0): number => {
      const cache = createCache({ ...UNLIMITED, maxBytes })
      for (const text of named(200)) add(cache, text, { isValid, others })
      return keptOf(cache, named(200)).length
    }
    const accepted = countOf(1_000_000, true)
    expect(accepted).to.be.within(50, 150)
    expect(countOf(1_000_000, false)).to.equal(Math.floor(accepted / 10))
    // The other certificates take memory too.
    expect(countOf(1_000_000, true, 3)).to.be.within(accepted / 5, accepted / 3)
  })

  it('keeps a certificate that is too large to be among the rejected ones if its path is valid', () => {
    const cache = createCache({ ...UNLIMITED, maxBytes: 100_000 })
    add(cache, 'rejected', { others: 2 })
    add(cache, 'accepted', { others: 2, isValid: true })
    expect(keptOf(cache, ['rejected', 'accepted'])).to.deep.equal(['accepted'])
  })

  it('keeps neither if it is too large altogether', () => {
    const cache = createCache({ ...UNLIMITED, maxBytes: 20_000 })
    const stored = cache.add('large', evidence(5))
    expect(stored.keep).to.equal(undefined)
    expect(stored.evidence?.others).to.have.lengthOf(5)
    expect(cache.get('large')).to.equal(undefined)
  })

  it('never confuses two strings with the same hash', () => {
    const cache = createCache(UNLIMITED)
    const [first, second] = ['a', 'b'].map((end) => 'x'.repeat(999) + end) as [string, string]
    const stored = cache.add(first, evidence())
    add(cache, second)
    stored.keep?.()
    expect(keptOf(cache, [first, second])).to.deep.equal([first, second])
    expect(cache.get(first)?.evidence).to.equal(stored.evidence)
  })

  it('leaves certificates alone whose paths are not validated', () => {
    const cache = createCache({ ...UNLIMITED, maxEntries: 10 })
    for (const text of named(10)) cache.add(text, leaf.toLegacyObject())
    for (const text of named(100)) add(cache, `rejected ${text}`)
    expect(keptOf(cache, named(10))).to.deep.equal(named(10))
  })
})
