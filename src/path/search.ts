import { isSignedBy } from '../certificate/signature.js'
import { Budget, BudgetExceeded } from './budget.js'
import { CandidateIndex } from './candidates.js'
import { haveSameKey, type PathCertificate } from './certificate.js'
import type { PolicyId } from './policy-extensions.js'
import { processPath } from './process.js'
import { checkIssuer, checkLeaf, type PathRules } from './rules.js'
import { makeSigners } from './crl/signers.js'
import { rejectionFor, StatusFinder } from './crl/status.js'
import type { PathRejection, TrustedPath } from './verdict.js'

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
  readonly revocation: TrustedPath['revocation']
  /** Until when the revocation lists say so, in milliseconds since the epoch; `Infinity` without lists. */
  readonly listsUntilMs: number
}

/** How far a path came before it failed, within its last certificate. */
const STAGE = { noIssuer: 0, issuer: 1, signature: 2, wholePath: 3, revocation: 100 } as const

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
): FoundPath | PathRejection {
  const fault = checkLeaf(leaf, rules)
  if (fault !== undefined) return fault
  const search = startSearch(candidates, rules, now)
  try {
    return search.extend([leaf], 0) ?? search.fault
  } catch (error) {
    if (error instanceof BudgetExceeded) return 'path_too_long'
    throw error
  }
}

/** The searches for the signers of lists share the budget and what is known about revocation. */
function startSearch(candidates: Candidates, rules: PathRules, now: number): Search {
  const budget = new Budget()
  if (rules.revocation === undefined) return new Search(candidates, rules, now, budget, undefined)
  const isIssued = (signer: PathCertificate, anchor: PathCertificate): boolean => {
    const anchors = new CandidateIndex([anchor])
    // The application's policies are about certificates of clients.
    const rulesOfSigner = { ...rules, policies: undefined, requireExplicitPolicy: false }
    const search = new Search({ ...candidates, anchors }, rulesOfSigner, now, budget, statuses)
    return search.extend([signer], 0) !== undefined
  }
  const signers = makeSigners(candidates, isIssued, now, budget)
  const statuses = new StatusFinder(rules.revocation, signers, now)
  return new Search(candidates, rules, now, budget, statuses)
}

class Search {
  fault: PathRejection = 'unknown_issuer'
  private progress = 0
  private readonly edges: Edge[] = []
  private readonly candidates: Candidates
  private readonly rules: PathRules
  private readonly now: number
  private readonly budget: Budget
  private readonly statuses: StatusFinder | undefined

  constructor(
    candidates: Candidates,
    rules: PathRules,
    now: number,
    budget: Budget,
    statuses: StatusFinder | undefined,
  ) {
    this.candidates = candidates
    this.rules = rules
    this.now = now
    this.budget = budget
    this.statuses = statuses
  }

  /** @param casBelow - how many CAs of the path aren't self-issued */
  extend(path: readonly PathCertificate[], casBelow: number): FoundPath | undefined {
    const last = path.at(-1) as PathCertificate
    for (const anchor of this.candidates.anchors.issuersOf(last)) {
      if (!this.isIssuedBy(path, anchor, casBelow, true)) continue
      const whole = [...path, anchor]
      const found = this.finish(whole)
      if (found !== undefined) return found
    }
    return this.extendByIntermediate(path, last, casBelow)
  }

  /** The rules for the path as a whole. Revocation comes last, because it may need further signatures. */
  private finish(path: readonly PathCertificate[]): FoundPath | undefined {
    const below = path.slice(0, -1)
    const policies = processPath(path, this.rules, this.budget)
    if (typeof policies === 'string') {
      this.fail(policies, below, STAGE.wholePath)
      return undefined
    }
    const status = this.statuses?.statusOfPath(path)
    const rejection = status && rejectionFor(status, this.rules.revocation?.isRequired)
    if (rejection !== undefined) {
      this.fail(rejection, below, STAGE.revocation)
      return undefined
    }
    const listsUntilMs = status?.status === 'good' ? status.untilMs : Infinity
    const revocation = status === undefined ? 'unchecked' : status.status
    return { path, policies, revocation: revocation as FoundPath['revocation'], listsUntilMs }
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
  private fail(fault: PathRejection, path: readonly PathCertificate[], stage: number): void {
    const progress = path.length * 4 + stage
    if (progress <= this.progress) return
    this.progress = progress
    this.fault = fault
  }
}
