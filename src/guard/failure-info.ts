import type { Failure } from './attach-certificate.js'
import type { ExtractionFailureReason, FailureDetail, SocketDetail } from '../extractor/result.js'
import { HOW_TO_SHOW_CERTIFICATES } from '../util/runtime.js'

/**
 * The argument of Passport's `fail()`. It is always an object, because Passport would send a string to
 * the client as a `WWW-Authenticate` challenge, and would take a number for the status.
 */
export interface FailureInfo {
  readonly message: string
  readonly reason: string
  /** Which of several causes the reason had, where the package tells them apart. */
  readonly detail?: string
  /** Node's or OpenSSL's error code, where there is one. */
  readonly code?: string
}

const REJECTED = 'Client certificate rejected'

const MESSAGES: Readonly<Record<ExtractionFailureReason, string>> = {
  socket_not_authorized: 'Client certificate required',
  certificate_not_retrievable: 'Client certificate was authenticated but could not be retrieved',
  header_missing_or_malformed: 'Client certificate header missing or malformed',
  verification_header_mismatch: 'Client certificate verification failed',
  untrusted_proxy: 'Client certificate header from an untrusted source',
  lambda_event_missing_clientcert: 'Client certificate required',
  lambda_event_clientcert_malformed: 'Client certificate malformed',
  certificate_chain_untrusted: 'Client certificate is not trusted',
  certificate_revoked: 'Client certificate is revoked',
  revocation_unknown: 'Client certificate could not be checked for revocation',
  certificate_expired: 'Client certificate has expired',
  certificate_not_yet_valid: 'Client certificate is not yet valid',
}

const UNSUPPORTED_SERVER: FailureDetail = 'unsupported_server'

/** The causes of `socket_not_authorized` that aren't about a certificate of the client. */
const WITHOUT_CERTIFICATE: readonly (string | undefined)[] = [
  undefined,
  'not_tls',
  'certificate_not_requested',
  'no_certificate',
  'renegotiation',
  'connection_lost',
] satisfies (SocketDetail | undefined)[]

/** For a reason of an extractor, ours or the application's own. */
export function describeFailure(failure: Failure): FailureInfo {
  const { detail } = failure
  const message = messageOf(failure)
  const advice = detail === UNSUPPORTED_SERVER ? `: ${HOW_TO_SHOW_CERTIFICATES}` : ''
  return { message: message + advice, ...failure }
}

function messageOf({ reason, detail }: Failure): string {
  if (reason === 'socket_not_authorized' && !WITHOUT_CERTIFICATE.includes(detail)) return REJECTED
  return Object.hasOwn(MESSAGES, reason)
    ? MESSAGES[reason as ExtractionFailureReason]
    : 'Client certificate authentication failed'
}

/** For a certificate that verify rejected. An object that verify gave is passed on as it is. */
export function describeRejection(info: unknown): object {
  if (typeof info === 'object' && info !== null) return info
  const reason = 'callback_returned_false'
  const message = typeof info === 'string' && info !== '' ? info : REJECTED
  return { message, reason }
}
