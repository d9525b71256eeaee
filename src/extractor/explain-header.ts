import { readFields } from '../certificate/fields.js'
import { isSameEncoding, presetsFor, recognizeEncoding } from '../parsers/recognize.js'
import type { Facts } from './facts.js'
import type { HeaderDetail, VerificationDetail } from './result.js'

type Describe = (facts: Facts) => string

const TAMPERING: Readonly<Record<'lookalike_header' | 'named_in_connection', Describe>> = {
  lookalike_header: ({ header, line }) =>
    `header ${line} resembles ${header}, and some servers can't tell them apart; let the proxy remove it`,
  named_in_connection: ({ header }) =>
    `a Connection header names ${header}, so that a proxy may drop it; let the first proxy remove ` +
    "the client's Connection header",
}

const REPEATED: Describe = ({ header }) =>
  `header ${header} was sent more than once; let the proxy replace the client's header, not add to it`

const CERTIFICATE: Readonly<Record<HeaderDetail, Describe>> = {
  ...TAMPERING,
  not_sent: ({ header, problem }) =>
    `header ${header} ${problem ?? "wasn't sent"}; the client presented no certificate to the proxy, ` +
    "or the proxy doesn't set this header",
  sent_more_than_once: REPEATED,
  too_many_headers: () =>
    'the request has as many header lines as Node keeps, so some may be missing; allow fewer lines in ' +
    "the proxy, or raise the server's maxHeadersCount",
  wrong_encoding: (facts) => {
    const { header, encoding, problem } = facts
    const end = problem === undefined ? `; ${describeValue(facts)}` : `: ${problem}`
    return `header ${header} isn't valid ${encoding}${end}`
  },
  not_a_certificate: ({ header }) =>
    `header ${header} holds something that isn't a certificate; it may be cut off or damaged`,
  unsupported_key: ({ header, der }) =>
    `header ${header} holds a certificate whose public key can't be used: ${describeKey(der)}`,
  too_many_certificates: ({ header }) =>
    `header ${header} holds more certificates than the options allow; a client may have sent it too`,
  chain_malformed: ({ header }) =>
    `header ${header} holds a chain that can't be read, or a part of the chain is missing or was sent twice`,
  several_elements: describeElement,
  no_certificate_in_element: describeElement,
  hash_mismatch: describeElement,
  names_differ: describeElement,
}

const VERIFICATION: Readonly<Record<VerificationDetail, Describe>> = {
  ...TAMPERING,
  not_sent: ({ header }) =>
    `header ${header} wasn't sent, so the proxy doesn't say that it verified the certificate; let the ` +
    'proxy set it',
  sent_more_than_once: REPEATED,
  wrong_value: ({ header }) =>
    `header ${header} doesn't say that the proxy verified the certificate; the client presented none, ` +
    'or the proxy rejected it, and its log says why',
}

/** Says why no certificate was read from a header, and what to do about it. */
export function explainHeader(detail: HeaderDetail, facts: Facts): string {
  return CERTIFICATE[detail](facts)
}

/** Says why a header doesn't prove that the proxy verified the certificate, and what to do about it. */
export function explainVerification(detail: VerificationDetail, facts: Facts): string {
  return VERIFICATION[detail](facts)
}

function describeElement({ header, problem }: Facts): string {
  return `header ${header} is rejected: ${problem}`
}

function describeValue({ header, encoding, value = '' }: Facts): string {
  const seen = recognizeEncoding(value)
  if (seen === undefined) return 'it looks like none of the known encodings'
  if (encoding !== undefined && isSameEncoding(seen, encoding))
    return 'it begins as such a value, so it may be cut off or damaged'
  const [preset] = presetsFor(seen, header)
  const reader = preset === undefined ? `headerEncoding '${seen}'` : `the preset '${preset}'`
  return `it looks like ${seen}, which ${reader} reads`
}

/** Says what is wrong with a public key. */
export function describeKey(der: Uint8Array | undefined): string {
  const key = der && readFields(der)?.publicKey
  return key?.kind === 'unusable' ? key.problem : "this version of Node can't show it"
}
