import { expect } from 'chai'
import { failWith } from '../../../src/extractor/result.js'
import { describeDecision, traceDecision } from '../../../src/guard/trace-decision.js'
import { Strategy } from '../../../src/index.js'
import { ClientCertificateError, verifyTimeout } from '../../../src/util/errors.js'
import { certificateLike } from '../../support/certificates.js'
import { endingsOf } from '../../support/run-strategy.js'
import { withTrace } from '../../support/with-trace.js'

const cert = certificateLike({
  fingerprint256: 'AB:CD',
  serialNumber: '7F',
  subject: { CN: 'secret' },
})
const shown = 'the certificate AB:CD, serial number 7F'
const failed = (code: 'ERR_VERIFY_FAILED' | 'ERR_EXTRACTOR_FAILED', cause: unknown) =>
  new ClientCertificateError(code, 'secret', { cause })

describe('the trace of a decision', () => {
  const decisions: [line: string, decision: Parameters<typeof describeDecision>[0]][] = [
    [`accepted ${shown}`, { kind: 'accepted' }],
    [
      `rejected ${shown}: your callback didn't accept it (callback_returned_false)`,
      { kind: 'rejected', failure: { reason: 'callback_returned_false' } },
    ],
    [
      `failed for ${shown}: your callback failed with RangeError, which your error handler gets`,
      { kind: 'error', error: new RangeError('secret') },
    ],
    [
      `failed for ${shown}: your callback failed with a value of the type object, which your error ` +
        'handler gets',
      { kind: 'error', error: { message: 'secret' } },
    ],
    [
      `failed for ${shown}: verify did not answer (ERR_VERIFY_TIMEOUT)`,
      { kind: 'error', error: verifyTimeout('verify did not answer') },
    ],
    [
      `failed for ${shown}: a value of the type string was thrown (ERR_VERIFY_FAILED)`,
      { kind: 'error', error: failed('ERR_VERIFY_FAILED', 'secret') },
    ],
  ]
  for (const [line, decision] of decisions) {
    it(`says "${line}"`, () => {
      expect(withTrace(() => describeDecision(decision, cert, undefined))).to.equal(line)
    })
  }

  it("leaves the decision as it is if it can't be described", () => {
    const odd = certificateLike({})
    Object.defineProperty(odd, 'fingerprint256', {
      get() {
        throw new Error('secret')
      },
    })
    expect(() => describeDecision({ kind: 'accepted' }, odd, undefined)).to.throw('secret')
    expect(() => traceDecision('s', { kind: 'accepted' }, odd, undefined)).not.to.throw()
  })

  it('explains why there is no certificate', () => {
    withTrace(() => {
      const failure = failWith('socket_not_authorized', 'revoked', 'CERT_REVOKED')
      expect(describeDecision({ kind: 'rejected', failure }, null, failure)).to.equal(
        "rejected the request: the client's certificate, or a CA above it, is in a revocation list of " +
          'the server (socket_not_authorized, revoked, CERT_REVOKED)',
      )
      const fault = failWith('certificate_not_retrievable')
      expect(describeDecision({ kind: 'error', error: new Error('x') }, null, fault)).to.equal(
        "failed: Node accepted the client, but its certificate can't be used: Node shows no certificate " +
          '(certificate_not_retrievable)',
      )
    })
  })

  it('says that an extractor of the application threw', () => {
    const error = failed('ERR_EXTRACTOR_FAILED', new TypeError('secret'))
    expect(describeDecision({ kind: 'error', error }, null, undefined)).to.equal(
      'failed for the request: TypeError was thrown (ERR_EXTRACTOR_FAILED)',
    )
  })

  it('does not change the decision', async () => {
    const rejected = { authorizationError: 'CERT_HAS_EXPIRED' }
    const request = { socket: rejected }
    const strategy = new Strategy((_cert) => ({ id: 'alice' }))
    const untraced = await endingsOf(strategy, request)
    expect(await withTrace(() => endingsOf(strategy, request))).to.deep.equal(untraced)
  })
})
