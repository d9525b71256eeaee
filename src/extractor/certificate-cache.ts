import { createLRU } from 'lru.min'
import { assertIntegerBetween, type Parse } from '../util/assert.js'
import { invalidType } from '../util/errors.js'
import { type OptionTable, parseOptions, withDefault } from '../util/options.js'
import { PathEvidence } from '../certificate/chain.js'
import {
  type ReadCertificate,
  type StoredCertificate,
  shared,
  unshared,
} from '../certificate/stored-certificate.js'

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

const DEFAULT_ENTRIES = 1000
/** `createLRU()` makes four lists of this length at once, which take 32 MB. */
const MOST_ENTRIES = 1_000_000
/** 16 kB for each of them. A small certificate whose header value has 2,000 characters takes about 9 kB. */
const DEFAULT_BYTES = 16 * 1024 * 1024

const CACHE_OPTIONS: OptionTable<keyof CacheOptions, CacheLimits> = {
  maxEntries: withDefault(assertIntegerBetween(1, MOST_ENTRIES), DEFAULT_ENTRIES),
  maxBytes: withDefault(assertIntegerBetween(1, Number.MAX_SAFE_INTEGER), DEFAULT_BYTES),
}

/** Returns the limits of the cache, or `undefined` if it is turned off. */
export const parseCacheLimits: Parse<CacheLimits | undefined> = (name, value) => {
  if (value === false) return undefined
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
  readonly add: (text: string, read: ReadCertificate) => StoredCertificate
}

export const NO_CACHE: CertificateCache = {
  get: () => undefined,
  add: (_text, read) => unshared(read),
}

/** One of this many parts is for certificates whose path isn't valid, or hasn't been validated yet. */
const PARTS = 10

/**
 * Makes a cache of two tiers. With a `ca`, a certificate begins in the small tier, and moves to the
 * other tier when its path turns out to be valid. So rejected certificates, which any client can make,
 * never evict those of other clients, and each is still validated only once.
 */
export function createCache(limits: CacheLimits): CertificateCache {
  const main = createTier(limits)
  const createTrial = (): Tier =>
    createTier({
      maxEntries: Math.ceil(limits.maxEntries / PARTS),
      maxBytes: limits.maxBytes / PARTS,
    })
  let trial: Tier | undefined
  return {
    get: (text) => {
      const hash = sampleHash(text)
      return main.get(hash, text) ?? trial?.get(hash, text)
    },
    add: (text, read) => {
      const sizeBytes = estimateBytes(text) + estimateBytes(read)
      if (sizeBytes > limits.maxBytes) return unshared(read)
      const hash = sampleHash(text)
      const stored = shared(read)
      if (stored.evidence === undefined) return main.set(hash, { text, stored, sizeBytes })
      const small = (trial ??= createTrial())
      const keep = (): void => {
        small.delete(hash, text)
        main.set(hash, { text, stored, sizeBytes })
      }
      return small.set(hash, { text, stored: { ...stored, keep }, sizeBytes })
    },
  }
}

interface Entry {
  readonly text: string
  readonly stored: StoredCertificate
  readonly sizeBytes: number
}

interface Tier {
  readonly get: (hash: number, text: string) => StoredCertificate | undefined
  /** Evicts other entries if it has to. An entry that is larger than the whole tier isn't kept. */
  readonly set: (hash: number, entry: Entry) => StoredCertificate
  readonly delete: (hash: number, text: string) => void
}

function createTier({ maxEntries, maxBytes }: CacheLimits): Tier {
  let keptBytes = 0
  const entries = createLRU<number, Entry>({
    max: maxEntries,
    onEviction: (_hash, { sizeBytes }) => (keptBytes -= sizeBytes),
  })
  return {
    get: (hash, text) => {
      const entry = entries.get(hash)
      return entry?.text === text ? entry.stored : undefined
    },
    set: (hash, entry) => {
      const { stored, sizeBytes } = entry
      if (sizeBytes > maxBytes) return stored
      while (keptBytes + sizeBytes > maxBytes) entries.evict(1)
      entries.set(hash, entry)
      keptBytes += sizeBytes
      return stored
    },
    delete: (hash, text) => {
      if (entries.peek(hash)?.text === text) entries.delete(hash)
    },
  }
}

/** Enough to meet the key and the signature, which differ throughout from one certificate to another. */
const SAMPLED_CHARACTERS = 64
/** Odd, so that multiplying modulo 2^32 keeps what earlier characters contributed. */
const MULTIPLIER = 31

/**
 * A cheap hash of the length and of evenly spaced characters. As a key of a `Map`, V8 would hash the
 * whole string, which takes longer than the rest of the lookup. Strings with the same hash evict each
 * other, because `get()` compares the whole string.
 */
function sampleHash(text: string): number {
  const step = Math.ceil(text.length / SAMPLED_CHARACTERS)
  let number = text.length
  for (let at = 0; at < text.length; at += step) {
    number = (Math.imul(number, MULTIPLIER) + text.charCodeAt(at)) | 0
  }
  return number
}

// The memory that V8 uses on 64-bit machines, as measured and rounded up.
const STRING_BYTES = 24
const CHARACTER_BYTES = 2
/** The object with its hidden buffer, and the record of the bytes outside of V8's heap. */
const BUFFER_BYTES = 200
/** An object with a table of its properties, as one without a prototype is. */
const OBJECT_BYTES = 200
/** A place in that table. V8 doubles the table before it is full, so some places are empty. */
const PROPERTY_BYTES = 72

/**
 * Upper bound of the memory that a value takes, in bytes. Attribute names are included, because the
 * client chooses those that are object identifiers.
 */
function estimateBytes(value: unknown): number {
  if (typeof value === 'string') return STRING_BYTES + CHARACTER_BYTES * value.length
  if (value instanceof Uint8Array) return BUFFER_BYTES + value.length
  if (value instanceof PathEvidence) return estimateEvidence(value)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [name, part]) => sum + PROPERTY_BYTES + estimateBytes(name) + estimateBytes(part),
    OBJECT_BYTES,
  )
}

/** OpenSSL's objects for a certificate and its key. */
const NATIVE_BYTES = 3000
/** Taken by OpenSSL and the views of a certificate for each byte of its DER. */
const BYTES_PER_BYTE = 12

function estimateEvidence({ leaf, others }: PathEvidence): number {
  return [leaf, ...others].reduce(
    (sum, { raw }) => sum + NATIVE_BYTES + BYTES_PER_BYTE * raw.length,
    OBJECT_BYTES,
  )
}
