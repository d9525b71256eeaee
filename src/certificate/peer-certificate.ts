/// <reference types="node" preserve="true" />
import { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import { trace } from '../util/trace.js'
import { type CertificateFields, readFields } from './fields.js'
import { showOwnNames } from './own-names.js'
import type { EcKey, PublicKey } from './public-key.js'
import { hasReadableKey, hasShowableCurve, isAffected, NODE_MAJOR } from './legacy-object.js'

/**
 * A certificate in the shape of Node's `tls.PeerCertificate`, whichever way it came.
 *
 * With `includeChain`, `issuerCertificate` leads from the leaf towards the root. The chain always
 * ends: the last certificate has no `issuerCertificate`, unlike Node's own objects, in which a
 * self-signed root is its own issuer. A missing issuer means "unknown", never "trusted".
 */
export interface ChainedPeerCertificate extends PeerCertificate {
  issuerCertificate?: ChainedPeerCertificate
  /**
   * `true` where a proxy forwarded no certificate but only what it says about one, which takes the
   * option `forwardedIdentity`. Then there is a {@link ForwardedIdentity}, and nothing else.
   */
  forwardedIdentity?: true
}

/** What a proxy says about a client's certificate without forwarding it. */
export interface ForwardedIdentity {
  forwardedIdentity: true
  /** Without attributes where the proxy says nothing of it. */
  subject: PeerCertificate['subject']
  /** `URI:` and the name, where the proxy says one. */
  subjectaltname?: string
  /** Upper-case hex with colons, as in a certificate. */
  fingerprint256: string
}

/** Why the DER of a certificate is rejected. */
export type CertificateFault = 'not_a_certificate' | 'unsupported_key'

/**
 * Parses the DER of exactly one certificate. Our own reader looks at it first, because OpenSSL takes
 * a long time for some keys, and Node ends the process for others.
 *
 * OpenSSL ignores bytes behind the certificate and takes PEM where DER is expected, so what it parsed
 * must also be what it was given (RFC 5280 4.1: a certificate is one DER SEQUENCE).
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
  if (hasStringNames || !isAffected(major)) return true
  trace("this version of Node can't show a certificate with a name that isn't text")
  return false
}

function isShowable(key: PublicKey, major: number): boolean {
  if (key.kind === 'unusable') {
    trace("the certificate's public key can't be used: %s", key.problem)
    return false
  }
  if (hasShowableCurve(key, major)) return true
  const { name } = (key as EcKey).curve
  trace("this version of Node can't show a certificate with a public key on the curve %s", name)
  return false
}

/** The view of a parsed certificate that `tls.TLSSocket.getPeerCertificate()` would have given. */
export function toPeerCertificate(certificate: X509Certificate): ChainedPeerCertificate {
  return showOwnNames(certificate.toLegacyObject())
}
