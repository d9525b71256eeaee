import { trace } from '../util/trace.js'
import { describeCertificate, describeFailure, describeOr } from './describe.js'
import type { ExtractionResult } from './result.js'

const originals = new WeakMap<object, unknown>()

/** An extractor that traces its results, for an application that calls it itself. */
export function traced<Arguments extends unknown[]>(
  extract: (...args: Arguments) => ExtractionResult,
): (...args: Arguments) => ExtractionResult {
  if (!trace.enabled) return extract
  const tracing = (...args: Arguments): ExtractionResult => {
    const result = extract(...args)
    trace(
      '%s',
      describeOr("extracted a result that can't be described", () => describe(result)),
    )
    return result
  }
  originals.set(tracing, extract)
  return tracing
}

function describe(result: ExtractionResult): string {
  return result.success
    ? `extracted ${describeCertificate(result.certificate)}`
    : `extracted no certificate: ${describeFailure(result)}`
}

/** The same extractor without its trace, for a strategy, which traces its decision. */
export function untraced<Extract extends object>(extract: Extract): Extract {
  return (originals.get(extract) as Extract | undefined) ?? extract
}
