/// <reference types="node" preserve="true" />
import { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import { type CertificateFields, readFields } from './fields.js'
import { showOwnNames } from './own-names.js'
import type { PublicKey } from './public-key.js'
import { hasReadableKey, hasShowableCurve, isAffected, NODE_MAJOR } from './legacy-object.js'

/**
 * A certificate in the shape of Node's `tls.PeerCertificate`, whether it came from a socket or a header.
 *
 * With `includeChain`, `issuerCertificate` leads from the leaf towards the root. The chain always
 * ends: the last certificate has no `issuerCertificate`. In Node's own objects, a self-signed root is
 * its own issuer instead. A missing issuer means "unknown", never "trusted".
 */
export interface ChainedPeerCertificate extends PeerCertificate {
  issuerCertificate?: ChainedPeerCertificate
  /**
   * `true` if the proxy forwarded only facts about the certificate, not the certificate itself. This
   * requires the option `forwardedIdentity`. The object then has only the members of
   * {@link ForwardedIdentity}.
   */
  forwardedIdentity?: true
}

/** The facts about a client's certificate that a proxy forwards instead of the certificate. */
export interface ForwardedIdentity {
  forwardedIdentity: true
  /** Has no attributes if the proxy doesn't forward the subject. */
  subject: PeerCertificate['subject']
  /** `URI:` and the name, if the proxy forwards one. */
  subjectaltname?: string
  /** Upper-case hexadecimal digits with colons, as Node writes the fingerprint of a certificate. */
  fingerprint256: string
}

/** Why the DER of a certificate is rejected. */
export type CertificateFault = 'not_a_certificate' | 'unsupported_key'

/**
 * Parses the DER of exactly one certificate. Our own reader checks it first, because OpenSSL takes a
 * long time for some keys, and Node ends the process for others.
 *
 * OpenSSL ignores bytes after the certificate and accepts PEM where DER is expected, so we compare the
 * bytes that it parsed with its input (RFC 5280 4.1: a certificate is one DER SEQUENCE).
 *
 * @param major - the major version of Node
 */
export function parseCertificate(
  der: Uint8Array,
  major: number = NODE_MAJOR,
): X509Certificate | CertificateFault {
  const fields = readFields(der)
  if (fields === undefined) return 'not_a_certificate'
  if (!hasShowableNames(fields, major)) return 'not_a_certificate'
  if (!isShowable(fields.publicKey, major)) return 'unsupported_key'
  try {
    const certificate = new X509Certificate(der)
    if (Buffer.compare(certificate.raw, der) !== 0) return 'not_a_certificate'
    return hasReadableKey(certificate, major) ? certificate : 'unsupported_key'
  } catch {
    return 'not_a_certificate'
  }
}

/** Node 24.0 to 24.19 and 26.0 abort when they show a name with a value that isn't a string. */
function hasShowableNames({ hasStringNames }: CertificateFields, major: number): boolean {
  return hasStringNames || !isAffected(major)
}

function isShowable(key: PublicKey, major: number): boolean {
  return key.kind !== 'unusable' && hasShowableCurve(key, major)
}

/** Converts a certificate to the object that `tls.TLSSocket.getPeerCertificate()` would return. */
export function toPeerCertificate(certificate: X509Certificate): ChainedPeerCertificate {
  return showOwnNames(certificate.toLegacyObject())
}
