import type { X509Certificate } from 'node:crypto'
import { readFields } from './fields.js'
import { MAX_CHAIN_CERTS } from './limits.js'
import {
  type CertificateFault,
  type ChainedPeerCertificate,
  parseCertificate,
  toPeerCertificate,
} from './peer-certificate.js'
import { readingCost, signatureCost } from './signature-cost.js'

/**
 * What one request may cost for its certificates, in parses of an ordinary one: enough for two
 * signatures with P-521, the slowest key in use, in a chain of three.
 */
const MAX_COST = 80
/** What parsing and showing a certificate of an ordinary length costs, whatever its key. */
const PARSE_COST = 1.5
const ORDINARY_BYTES = 1000
/** How many more bytes cost as much as one ordinary certificate: a name takes the fewest. */
const BYTES_PER_COST = 400

/**
 * Parses a leaf and what came behind it, and links them.
 *
 * @param ders - the leaf first
 * @returns why not, when the leaf can't be used, or when anything behind it isn't a certificate
 */
export function parseChain(ders: readonly Uint8Array[]): ChainedPeerCertificate | CertificateFault {
  const [leafDer, ...issuerDers] = ders as [Uint8Array, ...Uint8Array[]]
  const leaf = parseCertificate(leafDer)
  if (typeof leaf === 'string') return leaf
  const issuers = parseIssuers(issuerDers)
  return issuers === undefined ? 'not_a_certificate' : linkChain(leaf, issuers)
}

/**
 * Links a leaf to those of the given certificates that really issued it, in whatever order they
 * came: a client chooses what it sends, so a neighbour in a list proves nothing.
 *
 * The links say who signed whom, and that the issuer is a CA. Whether the end of the chain is
 * trusted isn't decided here.
 *
 * @param configured - CAs that the server knows, which the client's budget doesn't pay for
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

/** Sets each certificate's issuer to the one behind it. */
function linkViews(views: readonly ChainedPeerCertificate[]): ChainedPeerCertificate {
  views.forEach((view, index) => {
    const issuer = views[index + 1]
    if (issuer !== undefined) view.issuerCertificate = issuer
  })
  return views[0] as ChainedPeerCertificate
}

/**
 * Names and key identifiers alone: a forged CA with the real one's passes, so the signature has to be
 * verified as well. Some runtimes throw where Node says no.
 */
function isNamedIssuer(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer)
  } catch {
    return false
  }
}

type IsIssuedBy = (certificate: X509Certificate, issuer: X509Certificate) => boolean

/** A check that says no once the signatures that it has verified cost as much as they may. */
function compileIsIssuedBy(budget: number): IsIssuedBy {
  let left = budget
  return (certificate, issuer) => {
    // RFC 5280 6.1.4 (k): what isn't a CA has issued nothing.
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

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey)
  } catch {
    return false
  }
}

/**
 * Those of the given certificates that a chain may lead through. The others, with keys that
 * signatures are never verified with, aren't parsed at all, and so the chain ends before them.
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
