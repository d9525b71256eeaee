import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { describeCertificate, describeFailure, describeOr } from '../extractor/describe.js'
import { ClientCertificateError } from '../util/errors.js'
import { nameOfThrown } from '../util/thrown-name.js'
import { trace } from '../util/trace.js'

/** As much of a decision as its trace shows. */
type Traced =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly failure: { readonly reason: string } }
  | { readonly kind: 'error'; readonly error: unknown }

/**
 * Traces a decision in one line.
 *
 * @param cert - `null` when no certificate was extracted
 * @param result - of the extractor, when it found none
 */
export function traceDecision(
  strategy: string,
  decision: Traced,
  cert: ChainedPeerCertificate | null,
  result: object | undefined,
): void {
  const fallback = `ended in a decision that can't be described (${decision.kind})`
  const line = describeOr(fallback, () => describeDecision(decision, cert, result))
  trace('%s %s', strategy, line)
}

/** @returns the line without the name of the strategy */
export function describeDecision(
  decision: Traced,
  cert: ChainedPeerCertificate | null,
  result: object | undefined,
): string {
  if (result !== undefined) {
    const outcome = decision.kind === 'error' ? 'failed' : 'rejected the request'
    return `${outcome}: ${describeFailure(result)}`
  }
  const subject = cert === null ? 'the request' : describeCertificate(cert)
  switch (decision.kind) {
    case 'accepted':
      return `accepted ${subject}`
    case 'rejected':
      return `rejected ${subject}: your callback didn't accept it (${decision.failure.reason})`
    case 'error':
      return `failed for ${subject}: ${describeError(decision.error)}`
  }
}

/** The message of an error of the application may hold anything, so only its class is shown. */
function describeError(error: unknown): string {
  if (error instanceof ClientCertificateError) {
    const { code, cause, message } = error
    return cause === undefined
      ? `${message} (${code})`
      : `${nameOfThrown(cause)} was thrown (${code})`
  }
  return `your callback failed with ${nameOfThrown(error)}, which your error handler gets`
}
