import { asClient, CURL_WAS_CUT_OFF, type Mistake, WITHOUT_CERTIFICATE } from './mistake.js'

const rejected = (text: string): string =>
  `passport-client-certificate-auth: rejected a handshake: ${text}`

/** Node rejects the client before it can send a request. */
export const MISTAKES_IN_HANDSHAKE: Readonly<Record<string, Mistake>> = {
  'a certificate from another CA': {
    curl: asClient('other-ca'),
    stderr: rejected(
      "the client's certificate isn't from a CA that the server trusts; add its CA to the server's option ca, " +
        'and if an intermediate CA issued it, let the client send that certificate too ' +
        '(untrusted_ca, UNABLE_TO_VERIFY_LEAF_SIGNATURE, from <address>, for localhost)',
    ),
    seen: CURL_WAS_CUT_OFF,
  },
  'a self-signed certificate': {
    curl: asClient('self-signed'),
    stderr: rejected(
      "the client's certificate is self-signed; use one from a CA that is in the server's option ca " +
        '(self_signed, DEPTH_ZERO_SELF_SIGNED_CERT, from <address>, for localhost)',
    ),
    seen: CURL_WAS_CUT_OFF,
  },
  'a certificate that has expired': {
    curl: asClient('expired'),
    stderr: rejected(
      "the client's certificate, or a CA above it, has expired; renew it " +
        '(expired, CERT_HAS_EXPIRED, from <address>, for localhost)',
    ),
    seen: CURL_WAS_CUT_OFF,
  },
  'a certificate for servers only': {
    curl: asClient('server-only'),
    stderr: rejected(
      "the client's certificate is for servers only (extended key usage has no clientAuth), or for another " +
        'purpose; issue one with clientAuth (wrong_purpose, INVALID_PURPOSE, from <address>, for localhost)',
    ),
    seen: CURL_WAS_CUT_OFF,
  },
  'no certificate': {
    curl: WITHOUT_CERTIFICATE,
    stderr: rejected(
      'the client sent no certificate; pass --cert and --key to curl, or import a .p12 file into the browser ' +
        '(no_certificate, ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE, from <address>, for localhost)',
    ),
    // The reset of the connection can arrive before curl has read TLS's own words.
    seen: /^curl: \(56\) .*alert certificate required|^curl: \((?:52|55|56)\) /,
  },
  'an http:// address': {
    curl: [['https:', 'http:']],
    stderr: rejected(
      "the client doesn't speak TLS on this port; use an https:// address " +
        '(not_tls, ERR_SSL_HTTP_REQUEST, from <address>)',
    ),
    seen: CURL_WAS_CUT_OFF,
  },
  "a curl command without the server's CA": {
    curl: [['--cacert ca.pem ', '']],
    stderr: rejected(
      "the client rejected the server's certificate; let the client trust its CA, with curl by --cacert " +
        '(other, ERR_SSL_TLSV1_ALERT_UNKNOWN_CA, from <address>, for localhost)',
    ),
    seen: /^curl: \(60\) SSL certificate problem: self[- ]signed certificate in certificate chain\n/,
  },
  'the key of another certificate in the curl command': {
    curl: [['alice.key', 'bob.key']],
    stderr: rejected(
      'the client closed the connection, or fell silent, before the handshake ended ' +
        '(connection_lost, ECONNRESET, from <address>)',
    ),
    seen: /^curl: \(58\) unable to set private key file: 'bob.key' type PEM/,
  },
}
