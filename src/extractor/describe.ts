import { explainFailure } from './explanation.js'
import { isOwnFailure } from './result.js'

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
