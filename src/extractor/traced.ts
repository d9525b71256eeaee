import { trace } from '../util/trace.js'
import { explainFailure } from './explanation.js'
import { type ExtractionResult, isOwnFailure } from './result.js'

const originals = new WeakMap<object, unknown>()

/** An extractor that traces its results, for an application that calls it itself. */
export function traced<Arguments extends unknown[]>(
  extract: (...args: Arguments) => ExtractionResult,
): (...args: Arguments) => ExtractionResult {
  if (!trace.enabled) return extract
  const tracing = (...args: Arguments): ExtractionResult => {
    const result = extract(...args)
    if (result.success) trace('extracted %s', describeCertificate(result.certificate))
    else trace('extracted no certificate: %s', describeFailure(result))
    return result
  }
  originals.set(tracing, extract)
  return tracing
}

/** The same extractor without its trace, for a strategy, which traces its decision. */
export function untraced<Extract extends object>(extract: Extract): Extract {
  return (originals.get(extract) as Extract | undefined) ?? extract
}

interface Certificate {
  readonly fingerprint256?: string
  readonly serialNumber?: string
}

/** Shows nothing of a certificate that a client could have chosen, except its serial number. */
export function describeCertificate({ fingerprint256, serialNumber }: Certificate): string {
  const serial = serialNumber === undefined ? '' : `, serial number ${serialNumber}`
  return `the certificate ${fingerprint256}${serial}`
}

interface Failure {
  readonly reason?: unknown
  readonly detail?: unknown
  readonly code?: unknown
}

/** The sentence, and then the reason with its detail and code. */
export function describeFailure(failure: Failure): string {
  const { reason, detail, code } = failure
  const sentence = isOwnFailure(failure)
    ? explainFailure(failure)
    : "the application's extractor rejected it"
  const names = [reason, detail, code].filter((name) => typeof name === 'string')
  return `${sentence} (${names.join(', ')})`
}
