import { expect } from 'chai'
import { explainSocket } from '../../../src/extractor/explain-socket.js'
import { detailOfCode, readCode } from '../../../src/extractor/socket-codes.js'
import type { SocketDetail } from '../../../src/extractor/result.js'

describe('the explanation of a TLS socket that authenticates no client', () => {
  const sentences: Readonly<Record<SocketDetail, RegExp>> = {
    not_tls: /plain HTTP.* if a proxy terminates TLS, set certificateSource$/,
    certificate_not_requested:
      /didn't ask for a certificate: requestCert is not set; .*mtlsServerOptions/,
    no_certificate: /^the client sent no certificate; pass --cert and --key to curl/,
    untrusted_ca: /isn't from a CA that the server trusts; add its CA to the server's option ca/,
    self_signed: /is self-signed; use one from a CA/,
    expired: /has expired; renew it$/,
    not_yet_valid: /isn't valid yet; correct the clock/,
    wrong_purpose:
      /is for servers only \(extended key usage has no clientAuth\).*; issue one with clientAuth$/,
    revoked: /is in a revocation list of the server$/,
    renegotiation: /renegotiation of the connection hasn't ended; mtlsServerOptions\(\) turns/,
    connection_lost: /^the connection was closed before the certificate could be read$/,
    other: /^Node rejected the client's certificate$/,
  }
  for (const [detail, sentence] of Object.entries(sentences)) {
    it(`says what to do: ${detail}`, () => {
      expect(explainSocket(detail as SocketDetail)).to.match(sentence)
    })
  }

  it('has the code where there is no sentence', () => {
    const sentence = "Node rejected the client's certificate with PATH_LENGTH_EXCEEDED"
    expect(explainSocket('other', 'PATH_LENGTH_EXCEEDED')).to.equal(sentence)
  })

  const lists: Readonly<Record<string, RegExp>> = {
    CERT_REJECTED: /^a rule of the server's trust store rejects .*check, says which$/,
    UNABLE_TO_GET_CRL:
      /^it isn't known whether .*; add the revocation list of each CA, or look at your function/,
    CRL_HAS_EXPIRED: /is out of date; load the list that the CA published last$/,
    CRL_NOT_YET_VALID: /isn't valid yet; correct the clock/,
    CRL_SIGNATURE_FAILURE: /didn't sign it; load the list that the CA published last$/,
  }
  for (const [code, sentence] of Object.entries(lists)) {
    it(`says what to do about ${code}`, () => {
      expect(explainSocket('other', code)).to.match(sentence)
    })
  }

  const codes: Readonly<Record<string, SocketDetail>> = {
    DEPTH_ZERO_SELF_SIGNED_CERT: 'self_signed',
    SELF_SIGNED_CERT_IN_CHAIN: 'untrusted_ca',
    UNABLE_TO_GET_ISSUER_CERT: 'untrusted_ca',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted_ca',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted_ca',
    CERT_SIGNATURE_FAILURE: 'untrusted_ca',
    CERT_UNTRUSTED: 'untrusted_ca',
    CERT_HAS_EXPIRED: 'expired',
    CERT_NOT_YET_VALID: 'not_yet_valid',
    INVALID_PURPOSE: 'wrong_purpose',
    CERT_REVOKED: 'revoked',
    UNABLE_TO_GET_CRL: 'other',
    PATH_LENGTH_EXCEEDED: 'other',
  }
  for (const [code, detail] of Object.entries(codes)) {
    it(`has the detail ${detail} for ${code}`, () => {
      expect(detailOfCode(code)).to.equal(detail)
    })
  }

  it('has the detail other without a code, and for a name on Object.prototype', () => {
    expect([undefined, 'constructor'].map(detailOfCode)).to.deep.equal(['other', 'other'])
  })

  it('takes a code from a string or an error, and no text', () => {
    const error = Object.assign(new Error('x'), { code: 'CERT_REVOKED' })
    expect(['CERT_REVOKED', error].map(readCode)).to.deep.equal(['CERT_REVOKED', 'CERT_REVOKED'])
    for (const other of ['', 'certificate revoked', 'x CERT_REVOKED', 'CERT_REVOKED x', null, 7]) {
      expect(readCode(other)).to.equal(undefined)
    }
    for (const other of [{ code: 'CERT_REVOKED' }, new Error('CERT_REVOKED')]) {
      expect(readCode(other)).to.equal(undefined)
    }
  })
})
