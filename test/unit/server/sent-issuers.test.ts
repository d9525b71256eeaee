import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { PathEvidence } from '../../../src/certificate/chain.js'
import { SentIssuers } from '../../../src/server/sent-issuers.js'
import { testPki } from '../../support/pki.js'

describe('the issuers that clients sent', () => {
  let chained: X509Certificate
  let direct: X509Certificate
  let intermediate: X509Certificate
  before(async () => {
    const pki = await testPki()
    ;[chained, direct, intermediate] = [pki.chained, pki.ec, pki.intermediate].map(
      ({ cert }) => new X509Certificate(cert),
    ) as [X509Certificate, X509Certificate, X509Certificate]
  })
  const othersOf = (sent: SentIssuers, leaf: X509Certificate) =>
    sent.complete(new PathEvidence(leaf, [])).others

  it('complete the evidence of the same certificate only', () => {
    const sent = new SentIssuers()
    sent.remember(new PathEvidence(chained, [intermediate]))
    expect(othersOf(sent, chained)).to.deep.equal([intermediate])
    expect(othersOf(sent, direct)).to.deep.equal([])
    const both = sent.complete(new PathEvidence(chained, [direct])).others
    expect(both).to.deep.equal([direct, intermediate])
  })

  it('are those of the last handshake', () => {
    const sent = new SentIssuers()
    sent.remember(new PathEvidence(chained, [intermediate]))
    sent.remember(new PathEvidence(chained, [direct]))
    expect(othersOf(sent, chained)).to.deep.equal([direct])
    sent.remember(new PathEvidence(chained, []))
    expect(othersOf(sent, chained)).to.deep.equal([])
  })

  it('are kept for 1,000 clients: the last ones', () => {
    const sent = new SentIssuers()
    const evidenceOf = (fingerprint256: string, ...others: X509Certificate[]): PathEvidence =>
      Object.assign(new PathEvidence(direct, others), { leaf: { fingerprint256 } })
    const remember = (name: string): void => {
      sent.remember(evidenceOf(name, intermediate))
    }
    const isKnown = (name: string): boolean => sent.complete(evidenceOf(name)).others.length > 0
    remember('first')
    remember('second')
    for (let index = 0; index < 998; index += 1) remember(String(index))
    expect([isKnown('first'), isKnown('second')]).to.deep.equal([true, true])
    remember('first')
    remember('last')
    expect([isKnown('first'), isKnown('second'), isKnown('last')]).to.deep.equal([
      true,
      false,
      true,
    ])
  })
})
