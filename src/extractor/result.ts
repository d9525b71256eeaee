import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import type { ValidityReason } from '../certificate/validity.js'
import type { PathFault } from '../path/verdict.js'

/**
 * Why no certificate was read from an event of API Gateway.
 *
 * - `lambda_event_missing_clientcert`: the event has none; without mutual TLS there never is one
 * - `lambda_event_clientcert_malformed`: what is in its place is not exactly one certificate
 */
export type EventFailureReason =
  'lambda_event_missing_clientcert' | 'lambda_event_clientcert_malformed'

/**
 * Why no certificate was extracted.
 *
 * - `socket_not_authorized`: the TLS handshake did not authenticate a client
 * - `certificate_not_retrievable`: it did, but Node shows no certificate; a fault of the server
 * - `header_missing_or_malformed`: the header is missing, was repeated, or isn't valid in its encoding
 * - `verification_header_mismatch`: the proxy did not say that it verified the certificate
 * - `untrusted_proxy`: the request did not come from a proxy that may speak for a client
 * - `lambda_event_missing_clientcert`, `lambda_event_clientcert_malformed`: not in the event of API Gateway
 * - `certificate_chain_untrusted`: no valid path leads to one of the CAs in the option `ca`
 * - `certificate_expired`, `certificate_not_yet_valid`: outside the validity period, now
 */
export type ExtractionFailureReason =
  | ValidityReason
  | EventFailureReason
  | 'certificate_chain_untrusted'
  | 'untrusted_proxy'
  | 'socket_not_authorized'
  | 'certificate_not_retrievable'
  | 'header_missing_or_malformed'
  | 'verification_header_mismatch'

/**
 * Which of several causes a reason had. It is for operators: hooks, diagnostics, `info` and the trace
 * show it, and the answer to the client doesn't.
 *
 * - `too_many_headers`: the request reached Node's limit of header lines, so some may be missing
 * - `unsupported_key`: this version of Node can't show a certificate with such a public key
 * - `unsupported_server`: the server's sockets don't show certificates, as those of `node:https` on Bun
 * - `several_elements`, `no_certificate_in_element`, `hash_mismatch`, `names_differ`: what is wrong with
 *   an `X-Forwarded-Client-Cert` header
 * - {@link PathFault}: what is wrong with the path, with the reason `certificate_chain_untrusted`
 */
export type FailureDetail =
  | PathFault
  | 'too_many_headers'
  | 'unsupported_key'
  | 'unsupported_server'
  | 'several_elements'
  | 'no_certificate_in_element'
  | 'hash_mismatch'
  | 'names_differ'

export interface ExtractionSuccess {
  readonly success: true
  readonly certificate: ChainedPeerCertificate
  readonly reason: null
}

export interface ExtractionFailure<Reason = ExtractionFailureReason> {
  readonly success: false
  readonly certificate: null
  readonly reason: Reason
  /** Which of several causes the reason had, where the package tells them apart. */
  readonly detail?: FailureDetail
  /** Node's or OpenSSL's error code, where there is one. */
  readonly code?: string
}

/** The result of an extractor, which never throws because of anything in a request. */
export type ExtractionResult = ExtractionSuccess | ExtractionFailure

export function succeed(certificate: ChainedPeerCertificate): ExtractionSuccess {
  return { success: true, certificate, reason: null }
}

export function failWith<Reason extends ExtractionFailureReason>(
  reason: Reason,
  detail?: FailureDetail,
  code?: string,
): ExtractionFailure<Reason> {
  const failure = { success: false, certificate: null, reason } as const
  if (detail === undefined && code === undefined) return failure
  return {
    ...failure,
    ...(detail !== undefined && { detail }),
    ...(code !== undefined && { code }),
  }
}

/** Tells a failure from what a step of the pipeline found. */
export function isFailure<Failure extends ExtractionFailure>(
  found: Failure | object,
): found is Failure {
  return 'reason' in found
}
