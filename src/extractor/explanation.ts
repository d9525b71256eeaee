import { explainPathFault, explainRevocationFault, REVOKED } from '../path/explain.js'
import { HOW_TO_SHOW_CERTIFICATES } from '../util/runtime.js'
import { describeKey, explainHeader, explainVerification } from './explain-header.js'
import { explainSocket } from './explain-socket.js'
import { type Facts, factsOf } from './facts.js'
import type { PathFailure } from './path.js'
import type {
  EventDetail,
  ExtractionFailure,
  ExtractionFailureReason,
  ProxyDetail,
  RetrievalDetail,
} from './result.js'

/** Says why no certificate was extracted, and what to do about it. */
export function explainFailure(failure: ExtractionFailure): string {
  const facts = factsOf(failure)
  const explain = EXPLANATIONS[failure.reason] as Explain<ExtractionFailureReason>
  const sentence = explain(failure, facts)
  return facts.earlier === undefined
    ? sentence
    : `${sentence}; before that, ${explainFailure(facts.earlier)}`
}

const PROXY: Readonly<Record<ProxyDetail, (facts: Facts) => string>> = {
  address_unknown: () =>
    'the address of the peer is unknown, so it may not set the header; its connection has ended, or is ' +
    "a Unix-domain socket, which needs trustedProxies: 'unix'",
  address_not_listed: ({ address }) =>
    `the peer ${address} isn't in trustedProxies, so it may not set the header; add it if it is your proxy`,
  function_said_no: ({ problem }) =>
    `${problem ?? 'the function trustedProxies did not return true'}, so the peer may not set the header`,
  no_certificate: () =>
    "the peer presented no certificate that shows it to be a proxy; set the proxy's own certificate " +
    'for its connection to this server',
  untrusted_ca: ({ problem }) =>
    `the peer's certificate isn't from a CA in trustedProxies.ca: ${problem}`,
  revoked: ({ problem }) => `the peer's certificate isn't accepted: ${problem}`,
  revocation_unknown: ({ problem }) =>
    `it isn't known whether the peer's certificate is revoked: ${problem}`,
  expired: () => "the peer's own certificate has expired; renew the certificate of the proxy",
  not_yet_valid: () =>
    "the peer's own certificate isn't valid yet; correct the clock of this machine",
}

/** Says why a path isn't accepted, in a clause that the name of the certificate comes before. */
export function explainPath(failure: PathFailure, { problem }: Facts = factsOf(failure)): string {
  switch (failure.reason) {
    case 'certificate_chain_untrusted':
      return problem ?? explainPathFault(failure.detail ?? 'unknown_issuer')
    case 'certificate_revoked':
      return REVOKED
    case 'revocation_unknown':
      return explainRevocationFault(failure.detail ?? 'no_crl')
  }
}

function explainRetrieval(detail: RetrievalDetail | undefined, { der }: Facts): string {
  if (detail === 'unsupported_server') return HOW_TO_SHOW_CERTIFICATES
  const problem = detail === undefined ? 'Node shows no certificate' : describeKey(der)
  return `Node accepted the client, but its certificate can't be used: ${problem}`
}

const EVENT: Readonly<Record<EventDetail, (facts: Facts) => string>> = {
  not_a_certificate: () => "the event holds something that isn't a certificate in PEM",
  too_many_certificates: () => 'the event holds several certificates, and only one belongs in it',
  unsupported_key: ({ der }) =>
    `the event holds a certificate whose public key can't be used: ${describeKey(der)}`,
}

type Explain<Reason extends ExtractionFailureReason> = (
  failure: ExtractionFailure<Reason>,
  facts: Facts,
) => string

const EXPLANATIONS: { readonly [Reason in ExtractionFailureReason]: Explain<Reason> } = {
  socket_not_authorized: ({ detail = 'other', code }) => explainSocket(detail, code),
  header_missing_or_malformed: ({ detail = 'not_sent' }, facts) => explainHeader(detail, facts),
  verification_header_mismatch: ({ detail = 'not_sent' }, facts) =>
    explainVerification(detail, facts),
  untrusted_proxy: ({ detail = 'address_unknown' }, facts) => PROXY[detail](facts),
  certificate_chain_untrusted: (failure, facts) =>
    `the client's certificate isn't trusted: ${explainPath(failure, facts)}`,
  certificate_revoked: (failure) =>
    `the client's certificate isn't accepted: ${explainPath(failure)}`,
  revocation_unknown: (failure) =>
    `it isn't known whether the client's certificate is revoked: ${explainPath(failure)}`,
  certificate_not_retrievable: ({ detail }, facts) => explainRetrieval(detail, facts),
  lambda_event_clientcert_malformed: ({ detail = 'not_a_certificate' }, facts) =>
    EVENT[detail](facts),
  lambda_event_missing_clientcert: () =>
    'the event has no client certificate; API Gateway adds one if its domain uses mutual TLS',
  certificate_expired: () => "the client's certificate has expired; renew it",
  certificate_not_yet_valid: () =>
    "the client's certificate isn't valid yet; correct the clock of this machine or of the CA",
}
