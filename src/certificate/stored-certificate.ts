import type { ChainedPeerCertificate } from './peer-certificate.js'
import { readValidity, type Validity } from './validity.js'

/** A certificate that was parsed once, for one request or for many. */
export interface StoredCertificate {
  readonly validity: Validity
  /** Returns the object that a request gets. */
  readonly forRequest: () => ChainedPeerCertificate
}

/** Serves a single request, which gets the certificate itself. */
export function unshared(certificate: ChainedPeerCertificate): StoredCertificate {
  return { validity: readValidity(certificate), forRequest: () => certificate }
}

/**
 * Serves any number of requests. Each gets its own deep copy, including buffers, so that no handler
 * sees what another handler changed.
 *
 * @param certificate - the caller must not keep it, and its chain must end
 */
export function shared(certificate: ChainedPeerCertificate): StoredCertificate {
  const copiers = listChain(certificate).map(compileObject<ChainedPeerCertificate>)
  return {
    validity: readValidity(certificate),
    forRequest: () =>
      copiers.reduceRight<ChainedPeerCertificate | undefined>((issuer, copy) => {
        const view = copy()
        if (issuer !== undefined) view.issuerCertificate = issuer
        return view
      }, undefined) as ChainedPeerCertificate,
  }
}

/** Lists the certificates of a chain, leaf first, without the links between them. */
function listChain(leaf: ChainedPeerCertificate): ChainedPeerCertificate[] {
  const { issuerCertificate: issuer, ...certificate } = leaf
  return issuer === undefined ? [certificate] : [certificate, ...listChain(issuer)]
}

type Copier<Value> = () => Value

function compileCopier(value: object): Copier<unknown> {
  if (value instanceof Uint8Array) return () => copyBytes(value)
  if (Array.isArray(value)) return () => [...(value as unknown[])]
  return compileObject(value)
}

/** A structured clone that is compiled once: each copy is a spread, plus the few parts that are objects. */
function compileObject<Value extends object>(value: Value): Copier<Value> {
  const hasPrototype = Object.getPrototypeOf(value) !== null
  // Node's names have no prototype, and V8 is slow to copy objects without one, so we copy a copy.
  const fields = { ...value }
  const parts = Object.entries(fields)
    .filter(([, part]) => typeof part === 'object' && part !== null)
    .map(([key, part]) => [key, compileCopier(part as object)] as const)
  return () => {
    const copy = hasPrototype ? { ...fields } : { __proto__: null, ...fields }
    for (const [key, copyPart] of parts) (copy as Record<string, unknown>)[key] = copyPart()
    return copy
  }
}

/** Doesn't use Node's pool, because the pool shares its memory with buffers of other requests. */
function copyBytes(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}
