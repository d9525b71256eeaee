/** Why a header value holds no certificate that may be read. */
export interface DecodingFault {
  /** A sentence for the trace. It never holds anything that came in the header. */
  readonly problem: string
  /** The cause in one word, where operators tell it from others. */
  readonly detail?:
    'several_elements' | 'no_certificate_in_element' | 'hash_mismatch' | 'names_differ'
}

/** Tells a fault from whatever a decoder found instead. */
export function isFault(found: object): found is DecodingFault {
  return 'problem' in found
}
