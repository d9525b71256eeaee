import { MAX_CHAIN_CERTS } from './limits.js'

/** The reason why a header value was rejected. */
export interface DecodingFault {
  /** A sentence for the trace, without any part of the header. */
  readonly problem: string
  /** The cause as a code, if operators need to distinguish it. */
  readonly detail?:
    | 'too_many_certificates'
    | 'chain_malformed'
    | 'several_elements'
    | 'no_certificate_in_element'
    | 'hash_mismatch'
    | 'names_differ'
}

export const TOO_MANY_CERTIFICATES: DecodingFault = {
  problem: `it has more than ${MAX_CHAIN_CERTS} certificates`,
  detail: 'too_many_certificates',
}

/** Distinguishes a fault from a successful result. */
export function isFault(found: object): found is DecodingFault {
  return 'problem' in found
}
