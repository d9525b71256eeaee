import type { X509Certificate } from 'node:crypto'
import { type CertificateFields, readFields } from '../certificate/fields.js'
import type { RevocationFault } from '../path/crl/faults.js'
import type { RevocationList } from '../path/crl/reader.js'
import { explainPathFault, explainRevocationFault, REVOKED } from '../path/explain.js'
import type { RejectedPath, TrustVerdict } from '../path/verdict.js'
import type { Report } from './command.js'
import { describeValidity, formatTime } from './dates.js'
import { type Description, readName } from './inspect/describe.js'
import { showName, showPurposes, showRow } from './inspect/render.js'
import { printable } from './run.js'

/** A revocation list, with field names that `--json` prints. */
interface ListDescription {
  readonly issuer: string
  readonly thisUpdate: string
  readonly nextUpdate: string | null
  /** The validity in words. */
  readonly validityText: string
}

/** @param now - milliseconds since the epoch */
export function describeList(list: RevocationList, now: number): ListDescription {
  const { bytes, issuerName, thisUpdateMs: notBeforeMs, nextUpdateMs: notAfterMs } = list
  const isDated = notAfterMs !== undefined
  return {
    issuer: readName(bytes, issuerName),
    thisUpdate: formatTime(notBeforeMs),
    nextUpdate: isDated ? formatTime(notAfterMs) : null,
    validityText: isDated
      ? describeValidity({ notBeforeMs, notAfterMs }, now)
      : "doesn't say until when it is valid",
  }
}

export function reportOn(
  verdict: TrustVerdict,
  leaf: Description,
  crls: readonly ListDescription[],
): Report {
  const explanation = verdict.ok ? null : explain(verdict, leaf)
  const { reason, detail, revocation, path } = readOutcome(verdict)
  const text =
    showVerdict(verdict, explanation) +
    showRow('subject', showName(leaf.subject)) +
    showRow('validity', leaf.validityText) +
    showRow('purpose', showPurposes(leaf)) +
    showRow('SHA-256', leaf.fingerprint256) +
    (crls.length === 0 ? '' : showRow('CRL', ...crls.map(showList))) +
    (verdict.ok ? showPath(path) : '')
  const valid = verdict.ok
  const data = { valid, reason, detail, explanation, revocation, path, crls, certificate: leaf }
  return { text, data, exitCode: valid ? 0 : 1 }
}

interface CheckOutcome {
  readonly reason: string | null
  readonly detail: string | null
  readonly revocation: string | null
  readonly path: readonly string[]
}

function readOutcome(verdict: TrustVerdict): CheckOutcome {
  if (!verdict.ok) {
    const { reason, detail = null } = verdict
    return { reason, detail, revocation: null, path: [] }
  }
  const { revocation, path } = verdict
  return { reason: null, detail: null, revocation, path: path.map(nameOf) }
}

function showVerdict(verdict: TrustVerdict, explanation: string | null): string {
  if (verdict.ok) {
    const isUnchecked = verdict.revocation === 'unchecked'
    return isUnchecked ? 'valid (revocation not checked; pass --crl)\n' : 'valid\n'
  }
  const { reason, detail } = verdict
  return `not valid: ${explanation} (${detail === undefined ? reason : `${reason}, ${detail}`})\n`
}

function explain(verdict: RejectedPath, leaf: Description): string {
  switch (verdict.reason) {
    case 'certificate_chain_untrusted':
      return `the client's certificate isn't trusted: ${explainPathFault(verdict.detail)}`
    case 'certificate_revoked':
      return `the client's certificate isn't accepted: ${REVOKED}`
    case 'revocation_unknown':
      return `it isn't known whether the client's certificate is revoked: ${explainUnknown(verdict.detail)}`
    case 'certificate_expired':
    case 'certificate_not_yet_valid':
      return `its path leads to your CA, but the certificate itself isn't valid at this time: ${leaf.validityText}`
  }
}

/** A command has no store to replace. */
const STALE = 'the list of an issuer on its path is out of date; download the current list'

function explainUnknown(detail: RevocationFault): string {
  return detail === 'stale' ? STALE : explainRevocationFault(detail)
}

function showList({ issuer, validityText }: ListDescription): string {
  return `${showName(issuer)}: ${validityText}`
}

function nameOf({ raw }: X509Certificate): string {
  const { subject } = readFields(raw) as CertificateFields
  return readName(raw, subject)
}

function showPath(path: readonly string[]): string {
  const lines = path.map((name, index) => `  ${index + 1}. ${printable(showName(name))}\n`)
  return `\npath, from the client's certificate to your CA\n${lines.join('')}`
}
