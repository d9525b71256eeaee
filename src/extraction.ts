import type { ChainedPeerCertificate } from './certificate/peer-certificate.js'
import { ClientCertificateError } from './errors.js'
import type { ForeignExtractionResult } from './guard-options.js'

/** Why there is no certificate, as hooks, diagnostics and `info` show it. */
export interface Failure {
  readonly reason: string
  readonly detail?: string
  readonly code?: string
}

/** What came of an extractor, which may be the application's own. */
export type Extracted =
  | { readonly kind: 'certificate'; readonly cert: ChainedPeerCertificate }
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'fault'; readonly error: ClientCertificateError }

/** Runs the extractor, and attaches the certificate that it found to the request. */
export function extractOnto<Req extends object>(
  req: Req,
  extract: (req: Req) => ForeignExtractionResult,
): Extracted {
  try {
    const result = extract(req)
    assertExtractionResult(result)
    if (!result.success) return { kind: 'failure', failure: readFailure(result) }
    ;(req as { clientCertificate?: ChainedPeerCertificate }).clientCertificate = result.certificate
    return { kind: 'certificate', cert: result.certificate }
  } catch (cause) {
    const message = 'The client certificate could not be extracted'
    const error = new ClientCertificateError('ERR_EXTRACTOR_FAILED', message, { cause })
    return { kind: 'fault', error }
  }
}

type CheckedResult =
  | { readonly success: true; readonly certificate: ChainedPeerCertificate }
  | ({ readonly success: false } & Failure)

/** An extractor of the application's own may put anything into the optional members. */
function readFailure({ reason, detail, code }: Failure): Failure {
  return {
    reason,
    ...(typeof detail === 'string' && { detail }),
    ...(typeof code === 'string' && { code }),
  }
}

/** An extractor of the application's own may come from JavaScript, where no type has checked it. */
function assertExtractionResult(result: unknown): asserts result is CheckedResult {
  const { success, certificate, reason } = result as Record<string, unknown>
  const isSuccess = success === true && isCertificate(certificate)
  if (!isSuccess && (success !== false || typeof reason !== 'string')) {
    // A promise is not waited for, but must not end the process when it is rejected either.
    if (result instanceof Promise) result.catch(() => undefined)
    throw new TypeError('The extractor returned something that is not an extraction result')
  }
}

/** Node shows an empty object where there is no certificate. */
export function isCertificate(value: unknown): value is ChainedPeerCertificate {
  if (typeof value !== 'object' || value === null) return false
  // Not Object.keys(), which lists them all for every request.
  for (const name in value) if (Object.hasOwn(value, name)) return true
  return false
}
