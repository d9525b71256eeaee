import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

/**
 * Whether a TLS client would accept the certificate for this host (RFC 9525). BetterTLS and
 * x509-limbo expect the answer for the path and the host together.
 */
export function isForHost(leaf: Buffer, host: string): boolean {
  const certificate = new X509Certificate(leaf)
  if (isIP(host) !== 0) return certificate.checkIP(host) !== undefined
  return certificate.checkHost(host, { subject: 'never', partialWildcards: false }) !== undefined
}
