import { printable } from '../run.js'
import type { Description } from './describe.js'

const LABEL_WIDTH = 13

/** A labelled value; further values go below the first. */
export function showRow(label: string, ...values: readonly string[]): string {
  const shown = values.length === 0 ? ['none'] : values.map(printable)
  return shown
    .map((value, index) => `  ${(index === 0 ? label : '').padEnd(LABEL_WIDTH)}${value}\n`)
    .join('')
}

function showCertificate(certificate: Description, title: string): string {
  const { subject, issuer, names, validityText, serialNumber, fingerprint256 } = certificate
  return (
    `${title}\n` +
    showRow('subject', showName(subject)) +
    showRow('issuer', showName(issuer)) +
    showRow('names', ...names.map(({ type, value }) => `${type}: ${value}`)) +
    showRow('validity', validityText) +
    showRow('purpose', showPurposes(certificate)) +
    showRow('key', showKey(certificate)) +
    showRow('signature', certificate.signatureAlgorithm) +
    showRow('serial', serialNumber) +
    showRow('SHA-256', fingerprint256)
  )
}

export function showName(name: string): string {
  return name === '' ? '(empty)' : name
}

const PURPOSES: Readonly<Record<string, string>> = {
  any: 'any purpose',
  serverAuth: 'server authentication',
  clientAuth: 'client authentication',
}

export function showPurposes({ isCa, purposes }: Description): string {
  const shown = purposes?.map((purpose) => PURPOSES[purpose] ?? purpose).join(', ')
  if (isCa) return shown === undefined ? 'CA' : `CA for ${shown}`
  return shown ?? 'any, because it has no extendedKeyUsage'
}

function showKey({ key: { type, bits, curve } }: Description): string {
  if (bits !== undefined) return `${type}, ${bits.toLocaleString('en-US')} bits`
  return curve === undefined ? type : `${type}, ${curve}`
}

export function showCertificates(certificates: readonly Description[]): string {
  const count = certificates.length
  return certificates
    .map((one, index) => `\n${showCertificate(one, titleOf(index, count))}`)
    .join('')
}

/** Numbers a certificate, unless it is alone. */
function titleOf(index: number, count: number): string {
  return count === 1 ? 'certificate' : `certificate ${index + 1} of ${count}`
}

export function showProblems(
  general: readonly string[],
  certificates: readonly Description[],
): string {
  const own = certificates.flatMap(({ problems }, index) =>
    problems.map((problem) => `${titleOf(index, certificates.length)}: ${problem}`),
  )
  const lines = [...general, ...own].map((problem) => `  - ${printable(problem)}\n`)
  return lines.length === 0 ? '' : `\nproblems\n${lines.join('')}`
}
