import { expect } from 'chai'
import { describeFailure, describeRejection } from '../../../src/guard/failure-info.js'

describe('the info that a client is rejected with', () => {
  const messages = {
    socket_not_authorized: 'Client certificate required',
    certificate_not_retrievable: 'Client certificate was authenticated but could not be retrieved',
    header_missing_or_malformed: 'Client certificate header missing or malformed',
    verification_header_mismatch: 'Client certificate verification failed',
    untrusted_proxy: 'Client certificate header from an untrusted source',
    lambda_event_missing_clientcert: 'Client certificate required',
    lambda_event_clientcert_malformed: 'Client certificate malformed',
    certificate_chain_untrusted: 'Client certificate is not trusted',
    certificate_revoked: 'Client certificate is revoked',
    revocation_unknown: 'Client certificate could not be checked for revocation',
    certificate_expired: 'Client certificate has expired',
    certificate_not_yet_valid: 'Client certificate is not yet valid',
  }

  for (const [reason, message] of Object.entries(messages)) {
    it(`names the reason ${reason} and explains it`, () => {
      expect(describeFailure({ reason })).to.deep.equal({ message, reason })
    })
  }

  it('says which cause the reason had, and the error code, where they are known', () => {
    const failure = { reason: 'socket_not_authorized', detail: 'other', code: 'CRL_HAS_EXPIRED' }
    const message = 'Client certificate rejected'
    expect(describeFailure(failure)).to.deep.equal({ message, ...failure })
  })

  const WITHOUT = ['not_tls', 'certificate_not_requested', 'no_certificate', 'renegotiation']
  for (const detail of [...WITHOUT, 'connection_lost']) {
    it(`asks for a certificate where the client presented none: ${detail}`, () => {
      const failure = { reason: 'socket_not_authorized', detail }
      const message = 'Client certificate required'
      expect(describeFailure(failure)).to.deep.equal({ message, ...failure })
    })
  }

  it('says what to use where the sockets of a server show no certificates', () => {
    const failure = { reason: 'certificate_not_retrievable', detail: 'unsupported_server' }
    expect(describeFailure(failure)).to.deep.equal({
      message:
        'Client certificate was authenticated but could not be retrieved: the socket of this server ' +
        "doesn't show certificates; on Bun use http2.createSecureServer or tls.createServer with " +
        "emit('connection')",
      ...failure,
    })
  })

  for (const reason of ['revoked_yesterday', '', 'constructor', '__proto__', 'toString']) {
    it(`keeps the reason "${reason}" that the application's own extractor gives`, () => {
      const message = 'Client certificate authentication failed'
      expect(describeFailure({ reason })).to.deep.equal({ message, reason })
    })
  }
})

describe('the info for a client that verify rejected', () => {
  const reason = 'callback_returned_false'

  it('wraps a text, as Passport would send it as a challenge', () => {
    expect(describeRejection('Unknown device')).to.deep.equal({ message: 'Unknown device', reason })
  })

  // A number would become the status of the response.
  for (const info of [undefined, null, '', 0, 200, 403, true, false, 1n, () => 'info']) {
    it(`is a fixed text beside the info ${typeof info} ${String(info)}`, () => {
      const message = 'Client certificate rejected'
      expect(describeRejection(info)).to.deep.equal({ message, reason })
    })
  }

  for (const info of [{ message: 'Device is lost', code: 7 }, Object.freeze({}), new Error('no')]) {
    it(`is the very object that verify gave: ${info.constructor.name} ${JSON.stringify(info)}`, () => {
      expect(describeRejection(info)).to.equal(info)
    })
  }
})
