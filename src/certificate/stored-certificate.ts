import type { ChainedPeerCertificate } from './peer-certificate.js'
import { readValidity, type Validity } from './validity.js'

/** A certificate that was read once, for one request or for many. */
export interface StoredCertificate {
  readonly validity: Validity
  /** The certificate that a request gets. */
  readonly forRequest: () => ChainedPeerCertificate
}

/** For a single request, which gets the certificate itself. */
export function unshared(certificate: ChainedPeerCertificate): StoredCertificate {
  return { validity: readValidity(certificate), forRequest: () => certificate }
}

/**
 * For any number of requests: each gets a copy of its own, down to the last buffer, so that what one
 * handler changes no other sees.
 *
 * @param certificate - its chain ends; nobody else may hold it
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

/** The certificates of a chain, leaf first, without the links between them. */
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

/** What stays the same is decided here, once: a copy is a spread and the few parts that are objects. */
function compileObject<Value extends object>(value: Value): Copier<Value> {
  const hasPrototype = Object.getPrototypeOf(value) !== null
  // Node's names have no prototype, and such objects are slow to copy: this one is not.
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

/** Not from Node's pool, in which the buffers of other requests lie. */
function copyBytes(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}
