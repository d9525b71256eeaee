import { expect } from 'chai'
import fc from 'fast-check'
import type { ChainedPeerCertificate } from '../../src/certificate/peer-certificate.js'
import { createCache } from '../../src/extractor/certificate-cache.js'

interface Limits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/** The expected contents of a cache with these limits, oldest first, computed in an obvious but slow way. */
class Model {
  readonly texts: string[] = []
  readonly limits: Limits

  constructor(limits: Limits) {
    this.limits = limits
  }

  use(text: string): boolean {
    const at = this.texts.indexOf(text)
    if (at >= 0) this.texts.push(...this.texts.splice(at, 1))
    return at >= 0
  }

  add(text: string): void {
    const { maxEntries, maxBytes } = this.limits
    if (sizeOf(text) > maxBytes) return
    this.texts.push(text)
    while (this.texts.length > maxEntries || this.bytes() > maxBytes) this.texts.shift()
  }

  bytes(): number {
    return this.texts.reduce((sum, text) => sum + sizeOf(text), 0)
  }
}

/** Makes an entry with an empty certificate. */
function sizeOf(text: string): number {
  return 24 + 2 * text.length + 200
}

describe('the cache of header certificates, with any sequence of calls,', () => {
  it('keeps the most recently used entries, within both limits', () => {
    const limits = fc.record({
      maxEntries: fc.integer({ min: 1, max: 8 }),
      // Sizes are multiples of eight, so that they often match one of the limits exactly.
      maxBytes: fc.integer({ min: 1, max: 250 }).map((eights) => eights * 8),
    })
    // There are few keys, so that they repeat, and each has a different length.
    const requests = fc.array(fc.integer({ min: 1, max: 24 }), { maxLength: 200, size: 'max' })
    fc.assert(
      fc.property(limits, requests, (given, lengths) => {
        const [cache, model] = [createCache(given), new Model(given)]
        for (const length of lengths) {
          const text = 'x'.repeat(length * 8)
          const isKnown = cache.get(text) !== undefined
          expect(isKnown).to.equal(model.use(text))
          if (isKnown) continue
          cache.add(text, {} as ChainedPeerCertificate)
          model.add(text)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
