import { isSignedBy } from '../certificate/signature.js'
import { Budget, BudgetExceeded } from './budget.js'
import type { CandidateIndex } from './candidates.js'
import { haveSameKey, type PathCertificate } from './certificate.js'
import type { PolicyId } from './policy-extensions.js'
import { processPath } from './process.js'
import { checkIssuer, checkLeaf, type PathRules } from './rules.js'
import type { PathFault } from './verdict.js'

/** The certificates that may come after the leaf. */
export interface Candidates {
  readonly anchors: CandidateIndex
  /** Certificates from the configuration and, last, from the request. */
  readonly intermediates: readonly CandidateIndex[]
  /** Certificates from the configuration, whose signatures the client doesn't choose. */
  readonly configured: ReadonlySet<PathCertificate>
}

export interface FoundPath {
  /** The leaf first, and the trust anchor last. */
  readonly path: readonly PathCertificate[]
  readonly policies: readonly PolicyId[]
}

/** How far a path came before it failed, within its last certificate. */
const STAGE = { noIssuer: 0, issuer: 1, signature: 2, wholePath: 3 } as const

interface Edge {
  readonly certificate: PathCertificate
  readonly issuer: PathCertificate
  readonly isSigned: boolean
}

/**
 * Searches a valid path from a leaf to a trust anchor, depth first. The candidates may be cross-signed,
 * form loops, or be forged.
 *
 * @param now - milliseconds since the epoch
 * @returns the fault of the path that came furthest when none is valid
 */
export function findPath(
  leaf: PathCertificate,
  candidates: Candidates,
  rules: PathRules,
  now: number,
): FoundPath | PathFault {
  const fault = checkLeaf(leaf, rules)
  if (fault !== undefined) return fault
  const search = new Search(candidates, rules, now)
  try {
    return search.extend([leaf], 0) ?? search.fault
  } catch (error) {
    if (error instanceof BudgetExceeded) return 'path_too_long'
    throw error
  }
}

class Search {
  fault: PathFault = 'unknown_issuer'
  private progress = 0
  private readonly budget = new Budget()
  private readonly edges: Edge[] = []
  private readonly candidates: Candidates
  private readonly rules: PathRules
  private readonly now: number

  constructor(candidates: Candidates, rules: PathRules, now: number) {
    this.candidates = candidates
    this.rules = rules
    this.now = now
  }

  /** @param casBelow - how many CAs of the path aren't self-issued */
  extend(path: readonly PathCertificate[], casBelow: number): FoundPath | undefined {
    const last = path.at(-1) as PathCertificate
    for (const anchor of this.candidates.anchors.issuersOf(last)) {
      if (!this.isIssuedBy(path, anchor, casBelow, true)) continue
      const whole = [...path, anchor]
      const policies = processPath(whole, this.rules, this.budget)
      if (typeof policies !== 'string') return { path: whole, policies }
      this.fail(policies, path, STAGE.wholePath)
    }
    return this.extendByIntermediate(path, last, casBelow)
  }

  private extendByIntermediate(
    path: readonly PathCertificate[],
    last: PathCertificate,
    casBelow: number,
  ): FoundPath | undefined {
    const isFull = path.length > this.rules.maxDepth
    for (const intermediates of this.candidates.intermediates) {
      for (const issuer of intermediates.issuersOf(last)) {
        if (path.includes(issuer)) continue
        if (isFull) {
          this.fail('path_too_long', path, STAGE.issuer)
          return undefined
        }
        if (!this.isIssuedBy(path, issuer, casBelow, false)) continue
        const found = this.extend([...path, issuer], casBelow + (issuer.isSelfIssued ? 0 : 1))
        if (found !== undefined) return found
      }
    }
    this.fail('unknown_issuer', path, STAGE.noIssuer)
    return undefined
  }

  /** Checks everything about the issuer that takes little time before its signature. */
  private isIssuedBy(
    path: readonly PathCertificate[],
    issuer: PathCertificate,
    casBelow: number,
    isAnchor: boolean,
  ): boolean {
    this.budget.step()
    const fault =
      checkIssuer(issuer, this.rules, casBelow, this.now) ??
      (isAnchor || issuer.hasStrongSignature ? undefined : 'weak_algorithm')
    if (fault !== undefined) {
      this.fail(fault, path, STAGE.issuer)
      return false
    }
    const isSigned = this.isSigned(path.at(-1) as PathCertificate, issuer)
    if (!isSigned) this.fail('bad_signature', path, STAGE.signature)
    return isSigned
  }

  private isSigned(certificate: PathCertificate, issuer: PathCertificate): boolean {
    // CAs that sign each other have many certificates for few keys.
    const known = this.edges.find(
      (edge) => edge.certificate === certificate && haveSameKey(edge.issuer, issuer),
    )
    if (known !== undefined) return known.isSigned
    const { configured } = this.candidates
    const isFree = configured.has(certificate) && configured.has(issuer)
    if (!isFree) this.budget.verifySignature(issuer.signatureCost)
    const isSigned = isSignedBy(certificate.certificate, issuer.certificate)
    this.edges.push({ certificate, issuer, isSigned })
    return isSigned
  }

  /** Keeps the fault of the path that came furthest, and the first of several. */
  private fail(fault: PathFault, path: readonly PathCertificate[], stage: number): void {
    const progress = path.length * 4 + stage
    if (progress <= this.progress) return
    this.progress = progress
    this.fault = fault
  }
}
