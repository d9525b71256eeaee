import { expect } from 'chai'
import { detailOfError, explainHandshake } from '../../../src/server/handshake-sentences.js'

describe('the explanation of a rejected handshake', () => {
  const rejected = /^the client rejected the server's certificate; let the client trust its CA/
  const nothing = /^client and server have no TLS version, cipher suite or key exchange in common/
  const codes: [code: string | undefined, detail: string, sentence: RegExp][] = [
    [
      'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE',
      'no_certificate',
      /^the client sent no certificate/,
    ],
    [
      'ERR_SSL_HTTP_REQUEST',
      'not_tls',
      /^the client doesn't speak TLS on this port; use an https:/,
    ],
    ['ERR_SSL_HTTPS_PROXY_REQUEST', 'not_tls', /doesn't speak TLS/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'not_tls', /doesn't speak TLS/],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'not_tls', /doesn't speak TLS/],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', 'connection_lost', /^the client closed the connection, or fell/],
    ['ECONNRESET', 'connection_lost', /^the client closed the connection, or fell/],
    ['EPIPE', 'connection_lost', /^the client closed the connection, or fell/],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'other', rejected],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'other', rejected],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'other', rejected],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'other', rejected],
    ['ERR_SSL_ALERT_UNKNOWN_CA_X', 'other', /^the handshake failed$/],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'other', nothing],
    ['ERR_SSL_NO_SHARED_CIPHER', 'other', nothing],
    ['ERR_SSL_NO_SUITABLE_KEY_SHARE', 'other', nothing],
    ['XERR_SSL_NO_SHARED_CIPHER', 'other', /^the handshake failed$/],
    ['ERR_SSL_NO_SHARED_CIPHER_X', 'other', /^the handshake failed$/],
    ['constructor', 'other', /^the handshake failed$/],
    ['UNABLE_TO_GET_CRL', 'other', /; add the revocation list of each CA/],
    [undefined, 'other', /^the handshake failed$/],
  ]
  for (const [code, detail, sentence] of codes) {
    it(`is ${detail} for ${code}`, () => {
      const found = detailOfError(code)
      expect(found).to.equal(detail)
      expect(explainHandshake(found, code)).to.match(sentence)
    })
  }

  it('is that of a request where the certificate was rejected', () => {
    expect(explainHandshake('expired', 'CERT_HAS_EXPIRED')).to.equal(
      "the client's certificate, or a CA above it, has expired; renew it",
    )
  })
})
