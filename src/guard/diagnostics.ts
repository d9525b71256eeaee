import diagnosticsChannel from 'node:diagnostics_channel'
import type { PeerCertificate } from 'node:tls'
import { readValidity } from '../certificate/validity.js'

/**
 * The message that Node's `diagnostics_channel` publishes on
 * `passport-client-certificate-auth:authenticated`, `...:rejected` and `...:error` for each
 * decision of a strategy.
 */
export interface DecisionMessage {
  /** The strategy's name. */
  readonly strategy: string
  /** Why a request was rejected; `null` when it was not. */
  readonly reason: string | null
  /** Which of several causes the reason had; `null` where there is one only, or none. */
  readonly detail: string | null
  /** Node's or OpenSSL's error code; `null` where there is none. */
  readonly code: string | null
  /** SHA-256 of the certificate, upper-case hex with colons; `null` when there is none. */
  readonly fingerprint256: string | null
  /** Hex digits; `null` when there is none. */
  readonly serialNumber: string | null
  /** When the certificate expires, in milliseconds since the epoch; `null` if that is unknown. */
  readonly validUntilMs: number | null
}

type Outcome = 'authenticated' | 'rejected' | 'error'

const CHANNELS: Readonly<Record<Outcome, diagnosticsChannel.Channel>> = {
  authenticated: diagnosticsChannel.channel('passport-client-certificate-auth:authenticated'),
  rejected: diagnosticsChannel.channel('passport-client-certificate-auth:rejected'),
  error: diagnosticsChannel.channel('passport-client-certificate-auth:error'),
}

interface Cause {
  readonly reason?: string
  readonly detail?: string
  readonly code?: string
}

const NO_CAUSE: Cause = {}

/** Costs nothing without subscribers. */
export function publishDecision(
  outcome: Outcome,
  strategy: string,
  cert: Partial<PeerCertificate> | null,
  { reason, detail, code }: Cause = NO_CAUSE,
): void {
  const channel = CHANNELS[outcome]
  if (!channel.hasSubscribers) return
  const message: DecisionMessage = {
    strategy,
    reason: reason ?? null,
    detail: detail ?? null,
    code: code ?? null,
    ...describeCertificate(cert ?? {}),
  }
  channel.publish(message)
}

type CertificateFacts = Pick<DecisionMessage, 'fingerprint256' | 'serialNumber' | 'validUntilMs'>

/** A forwarded identity has no dates, and a test double may have any. */
function describeCertificate(cert: Partial<PeerCertificate>): CertificateFacts {
  const { fingerprint256, serialNumber } = cert
  const { notAfterMs } = readValidity(cert)
  return {
    fingerprint256: fingerprint256 ?? null,
    serialNumber: serialNumber ?? null,
    validUntilMs: Number.isFinite(notAfterMs) ? notAfterMs : null,
  }
}
