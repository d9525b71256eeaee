import type { X509Certificate } from 'node:crypto'
import { ignoreRejection } from '../../util/promises.js'

export const STATUSES = ['good', 'revoked', 'unknown'] as const

/** The application's answer about a certificate. */
export type RevocationStatus = (typeof STATUSES)[number]

/**
 * Says whether a certificate is revoked, from the application's own cache of OCSP responses or its own
 * database. It must answer at once, because a promise isn't an answer.
 */
export type RevocationFunction = (
  certificate: X509Certificate,
  issuer: X509Certificate,
) => RevocationStatus

/** The application's function must not end the process. */
export function askFunction(
  ask: RevocationFunction,
  certificate: X509Certificate,
  issuer: X509Certificate,
): RevocationStatus | 'failed' {
  try {
    const answer: unknown = ask(certificate, issuer)
    ignoreRejection(answer)
    return STATUSES.find((status) => status === answer) ?? 'failed'
  } catch {
    return 'failed'
  }
}
