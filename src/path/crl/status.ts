import type { X509Certificate } from 'node:crypto'
import type { PathCertificate } from '../certificate.js'
import { askFunction, type RevocationFunction } from './ask.js'
import { type RevocationFault, moreSpecific } from './faults.js'
import { judgeList, type Signers } from './judge-list.js'
import type { RevocationRejection } from '../verdict.js'
import type { RevocationList } from './reader.js'
import { ALL_REASONS } from './distribution-points.js'

/** The application's rules about revocation. */
export interface RevocationRules {
  /** By the canonical name of their issuer. */
  readonly lists: ReadonlyMap<string, readonly RevocationList[]>
  readonly ask: RevocationFunction | undefined
  /** Whether an unknown status rejects a certificate. */
  readonly isRequired: boolean
}

export type CertificateStatus =
  | { readonly status: 'good'; readonly untilMs: number }
  | { readonly status: 'revoked' }
  | { readonly status: 'unknown'; readonly detail: RevocationFault }

interface Known {
  readonly certificate: PathCertificate
  readonly issuer: PathCertificate
  readonly anchor: PathCertificate
  status: CertificateStatus
}

/** While the status of a certificate is being looked up, it can't vouch for the signer of a list. */
const IN_PROGRESS: CertificateStatus = { status: 'unknown', detail: 'no_crl' }

/** Finds the status of certificates in one validation. Each is looked up once. */
export class StatusFinder {
  private readonly known: Known[] = []
  private readonly rules: RevocationRules
  private readonly signers: Signers
  private readonly now: number

  constructor(rules: RevocationRules, signers: Signers, now: number) {
    this.rules = rules
    this.signers = signers
    this.now = now
  }

  /**
   * The status of a path (RFC 5280 6.3). The trust anchor's own isn't asked for, because the application
   * trusts it.
   *
   * @param path - the leaf first, and the trust anchor last
   */
  statusOfPath(path: readonly PathCertificate[]): CertificateStatus {
    const anchor = path.at(-1) as PathCertificate
    const found = path
      .slice(0, -1)
      .map((certificate, index) =>
        this.statusOf(certificate, path[index + 1] as PathCertificate, anchor),
      )
    const untilMs = Math.min(
      ...found.map((one) => (one.status === 'good' ? one.untilMs : Infinity)),
    )
    return (
      found.find(({ status }) => status === 'revoked') ??
      found.find(({ status }) => status === 'unknown') ?? { status: 'good', untilMs }
    )
  }

  private statusOf(
    certificate: PathCertificate,
    issuer: PathCertificate,
    anchor: PathCertificate,
  ): CertificateStatus {
    const earlier = this.known.find(
      (one) => one.certificate === certificate && one.issuer === issuer && one.anchor === anchor,
    )
    if (earlier !== undefined) return earlier.status
    const entry = { certificate, issuer, anchor, status: IN_PROGRESS }
    this.known.push(entry)
    const listed = this.lookUp(certificate, issuer, anchor)
    entry.status = this.ask(listed, certificate.certificate, issuer.certificate)
    return entry.status
  }

  private lookUp(
    certificate: PathCertificate,
    issuer: PathCertificate,
    anchor: PathCertificate,
  ): CertificateStatus {
    let covered = 0
    let untilMs = Infinity
    let detail: RevocationFault = 'no_crl'
    for (const list of this.rules.lists.get(certificate.issuer) ?? []) {
      const judged = judgeList(list, { certificate, issuer, anchor }, this.signers, this.now)
      if (judged === 'revoked') return { status: 'revoked' }
      if (typeof judged === 'string') {
        detail = moreSpecific(detail, judged)
      } else {
        covered |= judged.reasons
        untilMs = Math.min(untilMs, judged.untilMs)
      }
    }
    if (covered === ALL_REASONS) return { status: 'good', untilMs }
    if (covered !== 0) detail = moreSpecific(detail, 'some_reasons_only')
    return { status: 'unknown', detail }
  }

  /** The application may know more than its lists. A function that fails may know of a revocation. */
  private ask(
    listed: CertificateStatus,
    certificate: X509Certificate,
    issuer: X509Certificate,
  ): CertificateStatus {
    if (this.rules.ask === undefined || listed.status === 'revoked') return listed
    const answer = askFunction(this.rules.ask, certificate, issuer)
    if (answer === 'revoked') return { status: 'revoked' }
    if (answer === 'failed') return { status: 'unknown', detail: 'function_failed' }
    if (listed.status === 'good') return listed
    if (answer === 'good') return { status: 'good', untilMs: Infinity }
    return { status: 'unknown', detail: moreSpecific(listed.detail, 'function_said_unknown') }
  }
}

/** @param isRequired - whether an unknown status rejects a certificate */
export function rejectionFor(
  status: CertificateStatus,
  isRequired: boolean | undefined,
): RevocationRejection | undefined {
  if (status.status === 'revoked')
    return { ok: false, reason: 'certificate_revoked', detail: undefined }
  if (status.status === 'good' || isRequired === false) return undefined
  return { ok: false, reason: 'revocation_unknown', detail: status.detail }
}
