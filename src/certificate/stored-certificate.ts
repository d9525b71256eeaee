import type { X509Certificate } from 'node:crypto'
import { linkViews, PathEvidence } from './chain.js'
import type { Validity } from './fields.js'
import { type ChainedPeerCertificate, toPeerCertificate } from './peer-certificate.js'
import { readValidity } from './validity.js'

/** A certificate that was parsed once, for one request or for many. */
export interface StoredCertificate {
  readonly validity: Validity
  /** Returns the object that a request gets. */
  readonly forRequest: () => ChainedPeerCertificate
  /** The certificates that its path is validated with. Missing unless the options have a `ca`. */
  readonly evidence?: PathEvidence
  /** To be called when its path is valid: until then, the cache keeps it among few others. */
  readonly keep?: () => void
}

/** A certificate as a request gets it, or the certificates that a path is validated with. */
export type ReadCertificate = ChainedPeerCertificate | PathEvidence

/** Serves a single request, which gets the certificate itself. */
export function unshared(read: ReadCertificate): StoredCertificate {
  const certificate = show(read)
  return { ...describe(read, certificate), forRequest: () => certificate }
}

/**
 * Serves any number of requests. Each gets its own deep copy, including buffers, so that no handler
 * sees what another handler changed.
 *
 * @param certificate - the caller must not keep it, and its chain must end
 */
export function shared(read: ReadCertificate): StoredCertificate {
  const certificate = show(read)
  return { ...describe(read, certificate), forRequest: compileChain(certificate) }
}

function show(read: ReadCertificate): ChainedPeerCertificate {
  return read instanceof PathEvidence ? toPeerCertificate(read.leaf) : read
}

function describe(
  read: ReadCertificate,
  certificate: ChainedPeerCertificate,
): Pick<StoredCertificate, 'validity' | 'evidence'> {
  const validity = readValidity(certificate)
  return read instanceof PathEvidence ? { validity, evidence: read } : { validity }
}

// The CAs of a trust store are on many paths, and are compiled for all of them once.
const copiers = new WeakMap<X509Certificate, () => ChainedPeerCertificate>()

function copierOf(certificate: X509Certificate): () => ChainedPeerCertificate {
  const known = copiers.get(certificate)
  if (known !== undefined) return known
  const copier = compileChain(toPeerCertificate(certificate))
  copiers.set(certificate, copier)
  return copier
}

/** Compiles the copies of a path for requests: the leaf, and its issuers up to the trust anchor. */
export function sharedPath(path: readonly X509Certificate[]): () => ChainedPeerCertificate {
  const copies = path.map(copierOf)
  return () => linkViews(copies.map((copy) => copy()))
}

function compileChain({
  issuerCertificate: issuer,
  ...certificate
}: ChainedPeerCertificate): () => ChainedPeerCertificate {
  const copy = compileObject<ChainedPeerCertificate>(certificate)
  if (issuer === undefined) return copy
  const copyIssuer = compileChain(issuer)
  return () => {
    const leaf = copy()
    leaf.issuerCertificate = copyIssuer()
    return leaf
  }
}

function compileCopier(value: object): () => unknown {
  if (value instanceof Uint8Array) return () => copyBytes(value)
  if (Array.isArray(value)) return () => [...(value as unknown[])]
  return compileObject(value)
}

interface Part {
  readonly key: string
  readonly copy: () => unknown
}

/** A structured clone that is compiled once: each copy is a spread, plus the few parts that are objects. */
function compileObject<Value extends object>(value: Value): () => Value {
  const fields = makeTemplate(value)
  const parts = Object.entries(fields)
    .filter(([, part]) => typeof part === 'object' && part !== null)
    .map(([key, part]): Part => ({ key, copy: compileCopier(part as object) }))
  const copy = (): Value => {
    const made = { ...fields }
    // For...of would make an iterator, and an object for each part, on every request.
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index] as Part
      ;(made as Record<string, unknown>)[part.key] = part.copy()
    }
    return made
  }
  if (Object.getPrototypeOf(value) !== null) return copy
  // V8 would make a hash table of `{ __proto__: null, ...fields }`, which takes three times the memory.
  return () => Object.setPrototypeOf(copy(), null) as Value
}

/**
 * Returns an object with the same members that is cheap to copy. V8 gives an object from JSON no more
 * memory than its members need, and each copy has the layout of its original.
 */
function makeTemplate<Value extends object>(value: Value): Value {
  const keys = Object.keys(value).map((key) => `${JSON.stringify(key)}:null`)
  return Object.assign<object, Value>(JSON.parse(`{${keys.join()}}`) as object, value)
}

/** Doesn't use Node's pool, because the pool shares its memory with buffers of other requests. */
function copyBytes(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}
