/// <reference types="node" preserve="true" />
import { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'

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
 * it parsed with what it was given refuses both (RFC 5280 4.1: a certificate is one DER SEQUENCE).
 */
export function parseDer(der: Uint8Array): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(der)
    return certificate.raw.equals(der) ? certificate : undefined
  } catch {
    return undefined
  }
}

/** The view of a parsed certificate that `tls.TLSSocket.getPeerCertificate()` would have given. */
export function toPeerCertificate(certificate: X509Certificate): ChainedPeerCertificate {
  const view: ChainedPeerCertificate = certificate.toLegacyObject()
  const access: unknown = view.infoAccess
  if (typeof access === 'string') view.infoAccess = parseInfoAccess(access)
  return view
}

/**
 * Node's TLS layer turns OpenSSL's lines of `method:location` into lists by method, but
 * `toLegacyObject()` leaves them as text. Locations with special characters are JSON strings.
 */
function parseInfoAccess(text: string): NodeJS.Dict<string[]> {
  const access = Object.create(null) as NodeJS.Dict<string[]>
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon === -1) continue
    const location = line.slice(colon + 1)
    const value = location.startsWith('"') ? (JSON.parse(location) as string) : location
    ;(access[line.slice(0, colon)] ??= []).push(value)
  }
  return access
}
