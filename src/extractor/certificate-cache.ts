import { createLRU } from 'lru.min'
import { assertIntegerBetween, type Parse } from '../util/assert.js'
import { invalidType } from '../util/errors.js'
import { type OptionTable, parseOptions, withDefault } from '../util/options.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { type StoredCertificate, shared, unshared } from '../certificate/stored-certificate.js'

/** Limits of the cache for header certificates. The least recently used entry is evicted first. */
export interface CacheOptions {
  /** How many certificates, or chains. From 1 to 1,000,000. Default: 1,000. */
  maxEntries?: number | undefined
  /** How many bytes of memory they take together, estimated from above. Default: 16 MiB. */
  maxBytes?: number | undefined
}

export interface CacheLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

const CACHE_OPTIONS: OptionTable<keyof CacheOptions, CacheLimits> = {
  maxEntries: withDefault(assertIntegerBetween(1, 1_000_000), 1000),
  maxBytes: withDefault(assertIntegerBetween(1, Number.MAX_SAFE_INTEGER), 16 * 1024 * 1024),
}

/** Returns the limits of the cache, or `null` if it is turned off. */
export const parseCacheLimits: Parse<CacheLimits | null> = (name, value) => {
  if (value === false) return null
  if (value === true) return parseOptions({}, CACHE_OPTIONS).values
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidType(name, 'a boolean or an object with limits', value)
  }
  return parseOptions(value, CACHE_OPTIONS, 'cache').values
}

/** Certificates by the header text they were read from. */
export interface CertificateCache {
  readonly get: (text: string) => StoredCertificate | undefined
  /** Takes ownership of the certificate, even when it is too large to keep. */
  readonly add: (text: string, certificate: ChainedPeerCertificate) => StoredCertificate
}

export const NO_CACHE: CertificateCache = {
  get: () => undefined,
  add: (_text, certificate) => unshared(certificate),
}

interface Entry {
  readonly text: string
  readonly stored: StoredCertificate
  readonly sizeBytes: number
}

export function createCache({ maxEntries, maxBytes }: CacheLimits): CertificateCache {
  let keptBytes = 0
  const entries = createLRU<number, Entry>({
    max: maxEntries,
    onEviction: (_key, { sizeBytes }) => (keptBytes -= sizeBytes),
  })
  return {
    get: (text) => {
      const entry = entries.get(sampleHash(text))
      return entry?.text === text ? entry.stored : undefined
    },
    add: (text, certificate) => {
      const sizeBytes = estimateBytes(text) + estimateBytes(certificate)
      if (sizeBytes > maxBytes) return unshared(certificate)
      while (keptBytes + sizeBytes > maxBytes) entries.evict(1)
      const stored = shared(certificate)
      entries.set(sampleHash(text), { text, stored, sizeBytes })
      keptBytes += sizeBytes
      return stored
    },
  }
}

const SAMPLED = 64

/**
 * A cheap hash of the length and of evenly spaced characters. As a key of a `Map`, V8 would hash the
 * whole string, which takes longer than the rest of the lookup. Strings with the same hash evict each
 * other, because `get()` compares the whole string.
 */
function sampleHash(text: string): number {
  const step = Math.ceil(text.length / SAMPLED)
  let number = text.length
  for (let at = 0; at < text.length; at += step) {
    number = (Math.imul(number, 31) + text.charCodeAt(at)) | 0
  }
  return number
}

/**
 * Upper bound of the memory that a value takes, in bytes: two per character, plus V8's overhead for each
 * object, string and buffer. Attribute names are included, because the client chooses those that are
 * object identifiers.
 */
function estimateBytes(value: unknown): number {
  if (typeof value === 'string') return 24 + 2 * value.length
  if (value instanceof Uint8Array) return 200 + value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [name, part]) => sum + 72 + estimateBytes(name) + estimateBytes(part),
    200,
  )
}
