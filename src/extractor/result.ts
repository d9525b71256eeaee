import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import type { ValidityReason } from '../certificate/validity.js'
import type { EventFailureReason } from './event.js'

/**
 * Why no certificate was extracted.
 *
 * - `socket_not_authorized`: the TLS handshake did not authenticate a client
 * - `certificate_not_retrievable`: it did, but Node shows no certificate; a fault of the server
 * - `header_missing_or_malformed`: the header is absent, repeated, or not of its encoding
 * - `verification_header_mismatch`: the proxy did not say that it verified the certificate
 * - `untrusted_proxy`: the request did not come from a proxy that may speak for a client
 * - `event_certificate_missing`, `event_certificate_malformed`: not in the event of API Gateway
 * - `certificate_expired`, `certificate_not_yet_valid`: outside the validity period, now
 */
export type ExtractionFailureReason =
  | ValidityReason
  | EventFailureReason
  | 'untrusted_proxy'
  | 'socket_not_authorized'
  | 'certificate_not_retrievable'
  | 'header_missing_or_malformed'
  | 'verification_header_mismatch'

export interface ExtractionSuccess {
  readonly success: true
  readonly certificate: ChainedPeerCertificate
  readonly reason: null
}

export interface ExtractionFailure {
  readonly success: false
  readonly certificate: null
  readonly reason: ExtractionFailureReason
}

/** What an extractor returns, always: nothing in a request makes it throw. */
export type ExtractionResult = ExtractionSuccess | ExtractionFailure

export function succeed(certificate: ChainedPeerCertificate): ExtractionSuccess {
  return { success: true, certificate, reason: null }
}

export function failWith(reason: ExtractionFailureReason): ExtractionFailure {
  return { success: false, certificate: null, reason }
}
