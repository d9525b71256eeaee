import { Stream } from 'node:stream'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { ignoreRejection } from '../util/promises.js'
import { ClientCertificateError } from '../util/errors.js'
import { nodeRequestOf } from '../extractor/request.js'
import type { ExtractionResultLike } from './options.js'

/** Why there is no certificate, as hooks, diagnostics and `info` show it. */
export interface Failure {
  readonly reason: string
  readonly detail?: string
  readonly code?: string
}

/** Why no certificate is attached: the extractor found none, or it threw. */
export type Unattached =
  /** The failure is a copy of what the extractor returned. */
  | { readonly kind: 'failure'; readonly failure: Failure; readonly result: object }
  | { readonly kind: 'fault'; readonly error: ClientCertificateError }

/**
 * One extraction from a request. It must not lead back to the request, because V8's collector of young
 * objects would then keep every request that is a key of the WeakMap below.
 */
class Extraction {
  /** Missing unless the extractor found a certificate. */
  cert: ChainedPeerCertificate | undefined = undefined
  isAccepted = false
}

/** An extraction that found a certificate. */
export interface Attached {
  readonly cert: ChainedPeerCertificate
  /** To be set when authentication has accepted the certificate. */
  isAccepted: boolean
}

// The latest, by request and not by certificate: an extractor may return one object for many requests.
const extractions = new WeakMap<object, Extraction>()

/**
 * Runs the extractor, and attaches the certificate that it found to the request. Whatever an earlier
 * extraction left there is gone afterwards.
 */
export function attachCertificate<Req extends object>(
  req: Req,
  extract: (req: Req) => ExtractionResultLike,
): Attached | Unattached {
  try {
    const extraction = new Extraction()
    extractions.set(identityOf(req), extraction)
    const result = extract(req)
    assertExtractionResult(result)
    if (!result.success) {
      detachCertificate(req)
      return { kind: 'failure', failure: readFailure(result), result }
    }
    const { certificate } = result
    ;(req as { clientCertificate?: ChainedPeerCertificate }).clientCertificate = certificate
    extraction.cert = certificate
    // In the meantime, another extraction from the request may have taken the place of this one.
    return extraction as Attached
  } catch (cause) {
    return { kind: 'fault', error: failExtraction(req, cause) }
  }
}

/** Not by its members, because an application may have changed Object.prototype. */
export function isUnattached(found: Attached | Unattached): found is Unattached {
  return !(found instanceof Extraction)
}

/** The certificate that the latest authentication of the request accepted, if it did. */
export function acceptedCertificateOf(req: object): ChainedPeerCertificate | undefined {
  const extraction = extractions.get(identityOf(req))
  return extraction?.isAccepted === true ? extraction.cert : undefined
}

/** Node's own request, so that it doesn't matter which of a framework's requests is at hand. */
function identityOf(req: object): object {
  try {
    // Node's request is a stream, and V8 is slow to find out that a member of it doesn't exist.
    if (req instanceof Stream) return req
    const original = nodeRequestOf(req)
    return Array.isArray(original?.rawHeaders) ? original : req
  } catch {
    return req
  }
}

function failExtraction(req: object, cause: unknown): ClientCertificateError {
  try {
    detachCertificate(req)
  } catch {
    // The request can't be changed, so no certificate was attached to it either.
  }
  const message = 'The client certificate could not be extracted'
  return new ClientCertificateError('ERR_EXTRACTOR_FAILED', message, { cause })
}

function detachCertificate(req: { clientCertificate?: unknown }): void {
  if ((req.clientCertificate ?? null) === null) return
  Reflect.deleteProperty(req, 'clientCertificate')
  // It may be inherited, for instance from the request that a framework's own was made after.
  if ((req.clientCertificate ?? null) !== null) req.clientCertificate = undefined
}

type CheckedResult =
  | { readonly success: true; readonly certificate: ChainedPeerCertificate }
  | ({ readonly success: false } & Failure)

/** The application's extractor may put anything into the optional members. */
function readFailure({ reason, detail, code }: Failure): Failure {
  return {
    reason,
    ...(typeof detail === 'string' && { detail }),
    ...(typeof code === 'string' && { code }),
  }
}

/** The application's extractor may be written in JavaScript, where no type has checked it. */
function assertExtractionResult(result: unknown): asserts result is CheckedResult {
  const { success, certificate, reason } = result as Record<string, unknown>
  const isSuccess = success === true && isCertificate(certificate)
  if (!isSuccess && (success !== false || typeof reason !== 'string')) {
    ignoreRejection(result)
    throw new TypeError('The extractor returned something that is not an extraction result')
  }
}

/** Node shows an empty object where there is no certificate. */
function isCertificate(value: unknown): value is ChainedPeerCertificate {
  if (typeof value !== 'object' || value === null) return false
  // Not Object.keys(), which lists them all for every request.
  for (const name in value) if (Object.hasOwn(value, name)) return true
  return false
}
