import { explainFailure } from './explanation.js'
import { isOwnFailure } from './result.js'

/**
 * Describes something for the trace. A socket that is gone, or an object of the application, may throw when
 * it is read, and the request still needs its answer.
 */
export function describeOr(fallback: string, describe: () => string): string {
  try {
    return describe()
  } catch {
    return fallback
  }
}

interface Certificate {
  readonly fingerprint256?: string
  readonly serialNumber?: string
}

/** Shows nothing of a certificate that a client could have chosen, except its serial number. */
export function describeCertificate({ fingerprint256, serialNumber }: Certificate): string {
  const serial = serialNumber === undefined ? '' : `, serial number ${shorten(serialNumber)}`
  return `the certificate ${fingerprint256}${serial}`
}

/** A sign, and 20 octets (RFC 5280 4.1.2.2). A client can make a certificate with thousands. */
const MAX_SERIAL_CHARACTERS = 41

function shorten(serialNumber: string): string {
  return serialNumber.length > MAX_SERIAL_CHARACTERS
    ? `${serialNumber.slice(0, MAX_SERIAL_CHARACTERS)}...`
    : serialNumber
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
