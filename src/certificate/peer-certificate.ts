/// <reference types="node" preserve="true" />
import { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
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
}

/**
 * Parses the DER encoding of exactly one certificate.
 *
 * OpenSSL ignores bytes after the certificate and takes PEM where DER is expected; comparing what
 * it parsed with what it was given refuses both (RFC 5280 4.1: a certificate is one DER SEQUENCE),
 * and most of it is seen before that. A certificate that Node cannot show is refused as well.
 */
export function parseDer(der: Uint8Array): X509Certificate | undefined {
  if (!isSequence(der)) return undefined
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

/** Whether the bytes begin as one DER SEQUENCE that ends where they end (X.690 8.1.3). */
function isSequence(der: Uint8Array): boolean {
  const [tag, length = 0] = der
  const digits = length & 0x7f
  if (tag !== 0x30 || length <= 0x80 || digits > 4) return false
  let content = 0
  for (let at = 0; at < digits; at += 1) content = content * 256 + (der[2 + at] ?? 0)
  return der.length === 2 + digits + content
}
