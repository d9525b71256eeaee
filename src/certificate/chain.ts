import type { X509Certificate } from 'node:crypto'
import { readFields } from './fields.js'
import { MAX_CHAIN_CERTS } from './limits.js'
import {
  type CertificateFault,
  type ChainedPeerCertificate,
  parseCertificate,
  toPeerCertificate,
} from './peer-certificate.js'
import { isSignedBy } from './signature.js'
import { readingCost, signatureCost } from './signature-cost.js'

/**
 * The most work that the certificates of one request may cause, measured in parses of an ordinary
 * certificate. It is enough for two signatures with P-521, the slowest key in use, in a chain of three.
 */
const MAX_COST = 80
/** The cost of parsing and showing a certificate of ordinary length, whatever its key. */
const PARSE_COST = 1.5
const ORDINARY_BYTES = 1000
/** This many further bytes cost as much as one ordinary certificate, if names fill them. */
const BYTES_PER_COST = 400

/**
 * Parses a leaf and the certificates after it, and links them.
 *
 * @param ders - the leaf first
 * @returns a fault when the leaf can't be used, or when anything after it isn't a certificate
 */
export function parseChain(ders: readonly Uint8Array[]): ChainedPeerCertificate | ChainFault {
  const evidence = parseEvidence(ders)
  return typeof evidence === 'string' ? evidence : linkChain(evidence.leaf, evidence.others)
}

/** Why a chain is rejected: a fault of its leaf, or anything after the leaf that isn't a certificate. */
export type ChainFault = CertificateFault | 'chain_malformed'

/** The certificates that a path is validated with, as they came with a request. */
export class PathEvidence {
  readonly leaf: X509Certificate
  /** In any order. None of them is trusted by itself. */
  readonly others: readonly X509Certificate[]

  constructor(leaf: X509Certificate, others: readonly X509Certificate[]) {
    this.leaf = leaf
    this.others = others
  }
}

/**
 * Parses a leaf and the certificates after it, and links nothing.
 *
 * @param ders - the leaf first
 * @returns a fault when the leaf can't be used, or when anything after it isn't a certificate
 */
export function parseEvidence(ders: readonly Uint8Array[]): PathEvidence | ChainFault {
  const [leafDer, ...otherDers] = ders as [Uint8Array, ...Uint8Array[]]
  const leaf = parseCertificate(leafDer)
  if (typeof leaf === 'string') return leaf
  const others = parseIssuers(otherDers)
  return others === undefined ? 'chain_malformed' : new PathEvidence(leaf, others)
}

/**
 * Links a leaf to the certificates that really issued it, in any order. The client chooses which
 * certificates it sends, so being next to each other in a list proves nothing.
 *
 * A link means that the issuer is a CA and that its signature was verified. It doesn't mean that the
 * end of the chain is trusted.
 *
 * @param configured - CAs that the server knows, and that don't use up the client's budget
 */
export function linkChain(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  configured: readonly X509Certificate[] = [],
): ChainedPeerCertificate {
  const path = [leaf]
  const unused = new Set([...others, ...configured])
  const isIssuedBy = compileIsIssuedBy(MAX_COST - sum([leaf, ...others].map(parseCost)))
  for (let last = leaf; path.length < MAX_CHAIN_CERTS;) {
    const named = [...unused].filter((candidate) => isNamedIssuer(last, candidate))
    const isEnd = named.length === 0 || (isNamedIssuer(last, last) && isIssuedBy(last, last))
    const issuer = isEnd ? undefined : named.find((candidate) => isIssuedBy(last, candidate))
    if (issuer === undefined) break
    unused.delete(issuer)
    path.push(issuer)
    last = issuer
  }
  return linkViews(path.map(toPeerCertificate))
}

function parseCost({ raw }: X509Certificate): number {
  const fields = readFields(raw)
  const keyCost = fields === undefined ? 0 : readingCost(fields.publicKey)
  return PARSE_COST + keyCost + Math.max(raw.length - ORDINARY_BYTES, 0) / BYTES_PER_COST
}

function sum(costs: readonly number[]): number {
  return costs.reduce((total, cost) => total + cost, 0)
}

/** Sets each certificate's issuer to the next certificate in the list. */
export function linkViews(views: readonly ChainedPeerCertificate[]): ChainedPeerCertificate {
  views.forEach((view, index) => {
    const issuer = views[index + 1]
    if (issuer !== undefined) view.issuerCertificate = issuer
  })
  return views[0] as ChainedPeerCertificate
}

/**
 * Compares only names and key identifiers. A forged CA can copy those of the real CA, so the signature
 * must be verified as well. Some runtimes throw where Node returns `false`.
 */
function isNamedIssuer(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer)
  } catch {
    return false
  }
}

type IsIssuedBy = (certificate: X509Certificate, issuer: X509Certificate) => boolean

/** Makes a check that returns `false` once the verified signatures have used up the budget. */
function compileIsIssuedBy(budget: number): IsIssuedBy {
  let left = budget
  return (certificate, issuer) => {
    // RFC 5280 6.1.4 (k): only a CA can issue certificates.
    if (!issuer.ca) return false
    const cost = costOf(issuer.raw)
    if (cost > left) return false
    left -= cost
    return isSignedBy(certificate, issuer)
  }
}

function costOf(der: Uint8Array): number {
  const fields = readFields(der)
  return fields === undefined ? Infinity : signatureCost(fields.publicKey)
}

/**
 * Parses the certificates that a chain may lead through. A certificate with a key that we never verify
 * signatures with isn't parsed at all, so the chain ends before it.
 *
 * @returns `undefined` when one of them isn't a certificate
 */
export function parseIssuers(ders: readonly Uint8Array[]): X509Certificate[] | undefined {
  const issuers: X509Certificate[] = []
  for (const der of ders) {
    const fields = readFields(der)
    if (fields === undefined) return undefined
    if (signatureCost(fields.publicKey) === Infinity) continue
    const issuer = parseCertificate(der)
    if (issuer === 'not_a_certificate') return undefined
    if (issuer !== 'unsupported_key') issuers.push(issuer)
  }
  return issuers
}
