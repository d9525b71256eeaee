import { expect } from 'chai'
import { CandidateIndex } from '../../../src/path/candidates.js'
import { findPath } from '../../../src/path/search.js'
import { pathCertificate } from '../../support/path-writer.js'

const rules = {
  policies: undefined,
  requireExplicitPolicy: false,
  inhibitPolicyMapping: false,
  inhibitAnyPolicy: false,
  purposes: [],
  acceptsAnyPurpose: false,
  maxDepth: 5,
}

class BrokenIndex extends CandidateIndex {
  override issuersOf(): never {
    throw new RangeError('a fault of this package')
  }
}

describe('findPath', () => {
  it("doesn't take a fault of this package for a limit that was reached", () => {
    const candidates = {
      anchors: new BrokenIndex([]),
      intermediates: [],
      configured: new Set<never>(),
    }
    expect(() => findPath(pathCertificate({}), candidates, rules, 0)).to.throw(
      RangeError,
      'a fault of this package',
    )
  })

  it('finds no issuer without candidates', () => {
    const candidates = {
      anchors: new CandidateIndex([]),
      intermediates: [],
      configured: new Set<never>(),
    }
    expect(findPath(pathCertificate({}), candidates, rules, 0)).to.equal('unknown_issuer')
  })
})
