/** The reason why a header value was rejected. */
export interface DecodingFault {
  /** A sentence for the trace, without any part of the header. */
  readonly problem: string
  /** The cause as a code, if operators need to distinguish it. */
  readonly detail?:
    'several_elements' | 'no_certificate_in_element' | 'hash_mismatch' | 'names_differ'
}

/** Distinguishes a fault from a successful result. */
export function isFault(found: object): found is DecodingFault {
  return 'problem' in found
}
