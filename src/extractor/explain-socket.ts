import type { SocketDetail } from './result.js'

const SENTENCES: Readonly<Record<Exclude<SocketDetail, 'other'>, string>> = {
  not_tls:
    'this request came over plain HTTP, so there is no client certificate; if a proxy terminates ' +
    'TLS, set certificateSource',
  certificate_not_requested:
    "the server didn't ask for a certificate: requestCert is not set; pass the server's options " +
    'through mtlsServerOptions()',
  no_certificate:
    'the client sent no certificate; pass --cert and --key to curl, or import a .p12 file into the browser',
  untrusted_ca:
    "the client's certificate isn't from a CA that the server trusts; add its CA to the server's " +
    'option ca, and if an intermediate CA issued it, let the client send that certificate too',
  self_signed:
    "the client's certificate is self-signed; use one from a CA that is in the server's option ca",
  expired: "the client's certificate, or a CA above it, has expired; renew it",
  not_yet_valid:
    "the client's certificate, or a CA above it, isn't valid yet; correct the clock of this machine " +
    'or of the CA',
  wrong_purpose:
    "the client's certificate is for servers only (extended key usage has no clientAuth), or for " +
    'another purpose; issue one with clientAuth',
  revoked: "the client's certificate, or a CA above it, is in a revocation list of the server",
  renegotiation:
    "the client hasn't proven to hold its key, because a renegotiation of the connection hasn't " +
    'ended; mtlsServerOptions() turns renegotiation off',
  connection_lost: 'the connection was closed before the certificate could be read',
}

/** OpenSSL's codes for revocation lists that don't say whether the certificate is revoked, and for trust stores. */
const CODE_SENTENCES: ReadonlyMap<string, string> = new Map([
  [
    'CERT_REJECTED',
    "a rule of the server's trust store rejects the client's certificate; trust.validate(), or the command " +
      'check, says which',
  ],
  [
    'UNABLE_TO_GET_CRL',
    "it isn't known whether the certificate, or a CA above it, is revoked; add the revocation list of each " +
      'CA, or look at your function revocation',
  ],
  [
    'CRL_HAS_EXPIRED',
    'the revocation list of a CA is out of date; load the list that the CA published last',
  ],
  [
    'CRL_NOT_YET_VALID',
    "the revocation list of a CA isn't valid yet; correct the clock of this machine or of the CA",
  ],
  [
    'CRL_SIGNATURE_FAILURE',
    "the CA of a revocation list didn't sign it; load the list that the CA published last",
  ],
])

export function explainCode(code: string): string | undefined {
  return CODE_SENTENCES.get(code)
}

/**
 * Says why the TLS socket authenticates no client, and what to do about it.
 *
 * @param code - Node's or OpenSSL's error code
 */
export function explainSocket(detail: SocketDetail, code?: string): string {
  if (detail !== 'other') return SENTENCES[detail]
  const sentence = explainCode(code ?? '')
  if (sentence !== undefined) return sentence
  return `Node rejected the client's certificate${code === undefined ? '' : ` with ${code}`}`
}
