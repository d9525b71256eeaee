import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import type { ValidityReason } from '../certificate/validity.js'
import type { RevocationFault } from '../path/crl/faults.js'
import type { PathFault } from '../path/verdict.js'
import { trace } from '../util/trace.js'

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
 * - `certificate_revoked`: the certificate, or a CA above it, is revoked, according to `crl` or `revocation`
 * - `revocation_unknown`: neither `crl` nor `revocation` says whether it is, and `revocationPolicy` is
 *   `'require'`
 * - `certificate_expired`, `certificate_not_yet_valid`: outside the validity period, now
 */
export type ExtractionFailureReason =
  | ValidityReason
  | EventFailureReason
  | 'certificate_chain_untrusted'
  | 'certificate_revoked'
  | 'revocation_unknown'
  | 'untrusted_proxy'
  | 'socket_not_authorized'
  | 'certificate_not_retrievable'
  | 'header_missing_or_malformed'
  | 'verification_header_mismatch'

/**
 * The causes of `socket_not_authorized`.
 *
 * - `not_tls`: the request came over plain HTTP
 * - `certificate_not_requested`: the server didn't ask for a certificate
 * - `no_certificate`: the client sent none
 * - `untrusted_ca`: the certificate leads to no CA that the server trusts
 * - `self_signed`: no CA issued the certificate
 * - `expired`, `not_yet_valid`: of the certificate or of a CA above it
 * - `wrong_purpose`: the certificate isn't for client authentication
 * - `revoked`: the certificate, or a CA above it, is in a revocation list
 * - `renegotiation`: a second handshake of the connection hasn't ended
 * - `connection_lost`: the connection was closed before the certificate could be read
 * - `other`: see the `code`
 */
export type SocketDetail =
  | 'not_tls'
  | 'certificate_not_requested'
  | 'no_certificate'
  | 'untrusted_ca'
  | 'self_signed'
  | 'expired'
  | 'not_yet_valid'
  | 'wrong_purpose'
  | 'revoked'
  | 'renegotiation'
  | 'connection_lost'
  | 'other'

/** The ways in which a client tampers with a header that the proxy sets. */
export type TamperingDetail =
  /** A header that differs from the proxy's only in `_` and `-`. */
  | 'lookalike_header'
  /** A `Connection` header that names the proxy's, so that some proxies drop it. */
  | 'named_in_connection'

/**
 * The causes of `header_missing_or_malformed`.
 *
 * - `not_sent`: or its value says that there is no certificate
 * - `sent_more_than_once`: so the client may have sent one of them
 * - `too_many_headers`: the request reached Node's limit of header lines, so some may be missing
 * - `wrong_encoding`: the value isn't valid in the encoding that the options name
 * - `not_a_certificate`: the value is, but its contents aren't a certificate
 * - `unsupported_key`: this version of Node can't show a certificate with such a public key
 * - `too_many_certificates`: more than ten, or more than one in a header for one
 * - `chain_malformed`: the certificates after the client's can't be read
 * - `several_elements`, `no_certificate_in_element`, `hash_mismatch`, `names_differ`: what is wrong with
 *   an `X-Forwarded-Client-Cert` header
 */
export type HeaderDetail =
  | TamperingDetail
  | 'not_sent'
  | 'sent_more_than_once'
  | 'too_many_headers'
  | 'wrong_encoding'
  | 'not_a_certificate'
  | 'unsupported_key'
  | 'too_many_certificates'
  | 'chain_malformed'
  | 'several_elements'
  | 'no_certificate_in_element'
  | 'hash_mismatch'
  | 'names_differ'

/** The causes of `verification_header_mismatch`. */
export type VerificationDetail =
  TamperingDetail | 'not_sent' | 'sent_more_than_once' | 'wrong_value'

/**
 * The causes of `untrusted_proxy`. The last six are those of `trustedProxies: { ca }`, about the
 * certificate of the peer itself.
 */
export type ProxyDetail =
  | 'address_unknown'
  | 'address_not_listed'
  | 'function_said_no'
  | 'no_certificate'
  | 'untrusted_ca'
  | 'revoked'
  | 'revocation_unknown'
  | 'expired'
  | 'not_yet_valid'

/** The causes of `lambda_event_clientcert_malformed`. */
export type EventDetail = 'not_a_certificate' | 'too_many_certificates' | 'unsupported_key'

/**
 * The causes of `certificate_not_retrievable`. A detail is missing if Node accepted the client, but
 * shows nothing that is a certificate.
 *
 * - `unsupported_key`: this version of Node can't show a certificate with such a public key
 * - `unsupported_server`: the server's sockets don't show certificates, as those of `node:https` on Bun
 */
export type RetrievalDetail = 'unsupported_key' | 'unsupported_server'

/** The details that each reason may have. A reason without one has a single cause. */
export interface DetailsByReason {
  socket_not_authorized: SocketDetail
  header_missing_or_malformed: HeaderDetail
  verification_header_mismatch: VerificationDetail
  untrusted_proxy: ProxyDetail
  certificate_chain_untrusted: PathFault
  certificate_revoked: never
  revocation_unknown: RevocationFault
  certificate_not_retrievable: RetrievalDetail
  lambda_event_clientcert_malformed: EventDetail
  lambda_event_missing_clientcert: never
  certificate_expired: never
  certificate_not_yet_valid: never
}

/**
 * Which of several causes a reason had. It is for operators: hooks, diagnostics, `info` and the trace
 * show it, and the answer to the client doesn't. {@link DetailsByReason} lists them by reason.
 */
export type FailureDetail = DetailsByReason[ExtractionFailureReason]

export interface ExtractionSuccess {
  readonly success: true
  readonly certificate: ChainedPeerCertificate
  readonly reason: null
}

interface FailureFor<Reason extends ExtractionFailureReason> {
  readonly success: false
  readonly certificate: null
  readonly reason: Reason
  /** Which of several causes the reason had. Missing if it has only one. */
  readonly detail?: DetailsByReason[Reason]
  /** Node's or OpenSSL's error code, where there is one. */
  readonly code?: string
}

/** A failure, whose reason says which details it may have. */
export type ExtractionFailure<Reason extends ExtractionFailureReason = ExtractionFailureReason> =
  Reason extends ExtractionFailureReason ? FailureFor<Reason> : never

/** The result of an extractor, which never throws because of anything in a request. */
export type ExtractionResult = ExtractionSuccess | ExtractionFailure

export function succeed(certificate: ChainedPeerCertificate): ExtractionSuccess {
  return { success: true, certificate, reason: null }
}

const ownFailures = new WeakSet()

export function failWith<Reason extends ExtractionFailureReason>(
  reason: Reason,
  detail?: DetailsByReason[Reason],
  code?: string,
): ExtractionFailure<Reason> {
  const failure = {
    success: false,
    certificate: null,
    reason,
    ...(detail !== undefined && { detail }),
    ...(code !== undefined && { code }),
  } as const
  if (trace.enabled) ownFailures.add(failure)
  return failure as ExtractionFailure<Reason>
}

/** Tells a failure of this package from one that the application's extractor made, while tracing. */
export function isOwnFailure(result: object): result is ExtractionFailure {
  return ownFailures.has(result)
}

/** Tells a failure from what a step of the pipeline found. */
export function isFailure<Failure extends ExtractionFailure>(
  found: Failure | object,
): found is Failure {
  return 'reason' in found
}
