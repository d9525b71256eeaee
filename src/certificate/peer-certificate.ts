/// <reference types="node" preserve="true" />
import { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import { hasCertificateShape } from './der.js'
import { hasShowableKey } from './showable-key.js'

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

/**
 * Parses the DER encoding of exactly one certificate.
 *
 * OpenSSL ignores bytes after the certificate and takes PEM where DER is expected; comparing what
 * it parsed with what it was given refuses both (RFC 5280 4.1: a certificate is one DER SEQUENCE),
 * and most of it is seen before that. A certificate that Node cannot show is refused as well.
 */
export function parseDer(der: Uint8Array): X509Certificate | undefined {
  if (!hasCertificateShape(der)) return undefined
  try {
    const certificate = new X509Certificate(der)
    return certificate.raw.equals(der) && hasShowableKey(certificate) ? certificate : undefined
  } catch {
    return undefined
  }
}

/** The view of a parsed certificate that `tls.TLSSocket.getPeerCertificate()` would have given. */
export function toPeerCertificate(certificate: X509Certificate): ChainedPeerCertificate {
  return certificate.toLegacyObject()
}
