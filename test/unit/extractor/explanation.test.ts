import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { explainHeader, explainVerification } from '../../../src/extractor/explain-header.js'
import { explainFailure, explainPath } from '../../../src/extractor/explanation.js'
import { note } from '../../../src/extractor/facts.js'
import { failWith } from '../../../src/extractor/result.js'
import { certificateOf, spkiOf } from '../../support/der-writer.js'
import { withTrace } from '../../support/with-trace.js'

const der = certificateOf({
  spki: spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey),
})
const header = 'x-cert'

describe('the explanation of a failure', () => {
  const details = [
    'function_said_no',
    'no_certificate',
    'untrusted_ca',
    'expired',
    'not_yet_valid',
  ] as const
  const sentences = {
    function_said_no: /^the function trustedProxies did not return true, so the peer may not set/,
    no_certificate: /^the peer presented no certificate that shows it to be a proxy; set/,
    untrusted_ca: /^the peer's certificate isn't from a CA in trustedProxies.ca: why$/,
    expired: /^the peer's own certificate has expired; renew/,
    not_yet_valid: /^the peer's own certificate isn't valid yet; correct/,
  }
  for (const detail of details) {
    it(`says why a peer isn't a trusted proxy: ${detail}`, () => {
      const facts = detail === 'untrusted_ca' ? { problem: 'why' } : {}
      const failure = withTrace(() => note(failWith('untrusted_proxy', detail), () => facts))
      expect(explainFailure(failure)).to.match(sentences[detail])
    })
  }

  it('says which function rejected a peer', () => {
    const failure = failWith('untrusted_proxy', 'function_said_no')
    withTrace(() => note(failure, () => ({ problem: 'the function threw' })))
    expect(explainFailure(failure)).to.equal(
      'the function threw, so the peer may not set the header',
    )
  })

  it('keeps facts that several steps noted', () => {
    const failure = failWith('header_missing_or_malformed', 'hash_mismatch')
    withTrace(() => {
      note(failure, () => ({ header, problem: 'one' }))
      note(failure, () => ({ problem: 'two' }))
    })
    expect(explainFailure(failure)).to.equal('header x-cert is rejected: two')
  })

  it('keeps no facts while nothing is traced', () => {
    const failure = failWith('header_missing_or_malformed', 'hash_mismatch')
    expect(note(failure, () => ({ header }))).to.equal(failure)
    expect(explainFailure(failure)).to.equal('header undefined is rejected: undefined')
  })

  it('tells what a certificate is whose key Node has accepted but does not show', () => {
    const failure = failWith('certificate_not_retrievable', 'unsupported_key')
    withTrace(() => note(failure, () => ({ der })))
    expect(explainFailure(failure)).to.equal(
      "Node accepted the client, but its certificate can't be used: this version of Node can't show it",
    )
  })

  const plain = [
    [
      failWith('certificate_not_retrievable'),
      "Node accepted the client, but its certificate can't be used: Node shows no certificate",
    ],
    [
      failWith('certificate_not_yet_valid'),
      "the client's certificate isn't valid yet; correct the clock of this machine or of the CA",
    ],
    [
      failWith('lambda_event_clientcert_malformed', 'not_a_certificate'),
      "the event holds something that isn't a certificate in PEM",
    ],
    [
      failWith('lambda_event_clientcert_malformed', 'unsupported_key'),
      "the event holds a certificate whose public key can't be used: this version of Node can't show it",
    ],
    [
      failWith('certificate_chain_untrusted', 'not_a_ca'),
      "the client's certificate isn't trusted: a certificate on its path isn't a CA according to its " +
        "basicConstraints, so it can't issue certificates; issue the certificate with a real CA",
    ],
    [
      failWith('certificate_revoked'),
      "the client's certificate isn't accepted: the certificate or a CA on its path is revoked; issue " +
        'another one, because a revocation is for good',
    ],
    [
      failWith('revocation_unknown', 'from_the_future'),
      "it isn't known whether the client's certificate is revoked: the list of an issuer on its path " +
        "isn't valid yet; correct the clock of this machine or of the CA",
    ],
  ] as const
  for (const [failure, sentence] of plain) {
    it(`is a sentence for ${failure.reason} ${failure.detail ?? ''}`, () => {
      expect(explainFailure(failure)).to.equal(sentence)
    })
  }

  it('of a path is a clause that others can use', () => {
    const failure = failWith('certificate_chain_untrusted', 'unknown_issuer')
    expect(explainPath(failure)).to.match(/^its issuer is neither in ca nor among/)
    withTrace(() => note(failure, () => ({ problem: 'no store' })))
    expect(explainPath(failure)).to.equal('no store')
  })

  // The reasons without a detail come from extractors that are older than the details.
  const without = [
    'socket_not_authorized',
    'header_missing_or_malformed',
    'verification_header_mismatch',
    'untrusted_proxy',
    'certificate_chain_untrusted',
    'revocation_unknown',
    'lambda_event_clientcert_malformed',
  ] as const
  for (const reason of without) {
    it(`is a sentence without a detail too: ${reason}`, () => {
      expect(explainFailure(failWith(reason))).to.match(/^[a-zN].{30}/)
    })
  }
})

describe('the explanation of a header', () => {
  const elements = ['several_elements', 'no_certificate_in_element', 'hash_mismatch'] as const
  for (const detail of [...elements, 'names_differ'] as const) {
    it(`has the words of the decoder: ${detail}`, () => {
      const sentence = explainHeader(detail, { header, problem: 'it is odd' })
      expect(sentence).to.equal('header x-cert is rejected: it is odd')
    })
  }

  it('says what to do about too many header lines', () => {
    expect(explainHeader('too_many_headers', { header })).to.equal(
      'the request has as many header lines as Node keeps, so some may be missing; allow fewer lines ' +
        "in the proxy, or raise the server's maxHeadersCount",
    )
  })

  it('of verification says how a client tampered with it', () => {
    const facts = { header, line: 'x_cert' }
    for (const detail of [
      'lookalike_header',
      'named_in_connection',
      'sent_more_than_once',
    ] as const) {
      expect(explainVerification(detail, facts)).to.equal(explainHeader(detail, facts))
    }
  })
})
