import type { HeaderEncoding } from '../parsers/encodings.js'
import { trace } from '../util/trace.js'
import type { ExtractionFailure } from './result.js'

/**
 * Facts about a failure that its reason and its detail don't tell. The explanation of the failure never
 * quotes `value` or `der`.
 */
export interface Facts {
  /** The header that the failure is about, lower case. */
  readonly header?: string
  /** The header line that tampers with `header`. */
  readonly line?: string
  readonly encoding?: HeaderEncoding
  readonly value?: string
  /** The problem in the words of the step that found it. */
  readonly problem?: string | undefined
  /** DER of the client's certificate. */
  readonly der?: Uint8Array | undefined
  /** The peer's address. */
  readonly address?: string | null
  /** The failure of the source that was asked before. */
  readonly earlier?: ExtractionFailure
}

const factsByFailure = new WeakMap<ExtractionFailure, () => Facts>()

/**
 * Keeps facts for the explanation of a failure. Without a trace, they aren't needed.
 *
 * @param collect - called when the failure is explained
 */
export function note<Failure extends ExtractionFailure>(
  failure: Failure,
  collect: () => Facts,
): Failure {
  if (trace.enabled) {
    const known = factsByFailure.get(failure)
    factsByFailure.set(failure, () => ({ ...known?.(), ...collect() }))
  }
  return failure
}

export function factsOf(failure: ExtractionFailure): Facts {
  return factsByFailure.get(failure)?.() ?? {}
}
