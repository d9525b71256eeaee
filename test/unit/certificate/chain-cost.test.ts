import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { linkChain } from '../../../src/certificate/chain.js'
import { chainOf } from '../../support/chain-of.js'
import { countCalls, stopCounting } from '../../support/count-calls.js'
import { namesakes } from '../../support/namesakes.js'

describe('a chain of certificates that all have one name', () => {
  let certificates: X509Certificate[]
  before(async () => {
    certificates = await namesakes(10)
  })
  afterEach(stopCounting)

  it('costs a bounded number of signatures', () => {
    const [leaf, ...others] = certificates as [X509Certificate, ...X509Certificate[]]
    for (const sent of [others, [...others].reverse(), []]) {
      const verified = countCalls(X509Certificate.prototype, 'verify')
      linkChain(leaf, sent)
      expect(verified()).to.be.within(0, 40)
      stopCounting()
    }
  })

  it('is linked as far as that goes, by signature all the same', () => {
    const [leaf, ...others] = certificates as [X509Certificate, ...X509Certificate[]]
    const path = chainOf(linkChain(leaf, others))
    expect(path.length).to.be.greaterThan(1)
    expect(path).to.deep.equal(certificates.slice(0, path.length).map(({ raw }) => raw))
  })
})
