import { expect } from 'chai'
import { CandidateIndex } from '../../../src/path/candidates.js'
import { authorityKeyId, int, subjectKeyId } from '../../support/der-writer.js'
import { pathCertificate } from '../../support/path-writer.js'

const [one, two] = [Buffer.from('one'), Buffer.from('two')]
const ca = pathCertificate({ subject: 'CA' })
const withId = pathCertificate({ subject: 'ca', extensions: [subjectKeyId(one)] })
const withOther = pathCertificate({ subject: 'CA', extensions: [subjectKeyId(two)] })
const stranger = pathCertificate({ subject: 'stranger', extensions: [subjectKeyId(one)] })
const index = new CandidateIndex([withOther, ca, stranger, withId])

describe('CandidateIndex', () => {
  it('finds the certificates with the name of the issuer (RFC 5280 6.1.3 (a) (4))', () => {
    const found = index.issuersOf(pathCertificate({ issuer: ' Ca' }))
    expect(found).to.have.ordered.members([withOther, ca, withId])
  })

  it('passes over those with another key identifier (RFC 5280 4.2.1.1)', () => {
    const leaf = pathCertificate({ issuer: 'CA', extensions: [authorityKeyId(one)] })
    expect(index.issuersOf(leaf)).to.have.ordered.members([ca, withId])
  })

  it('finds none for another name', () => {
    expect(index.issuersOf(pathCertificate({ issuer: 'C' }))).to.deep.equal([])
  })

  it('holds a certificate once, whichever object it is', () => {
    const again = pathCertificate({ subject: 'CA' })
    expect(again).not.to.equal(ca)
    const twice = new CandidateIndex([ca, again, withId, ca])
    expect(twice.all).to.have.ordered.members([ca, withId])
    expect(twice.has(again)).to.equal(true)
  })

  it('distinguishes certificates of one CA', () => {
    const renewed = pathCertificate({ subject: 'CA', serialNumber: int(9) })
    expect(index.has(renewed)).to.equal(false)
    expect(new CandidateIndex([ca, renewed]).all).to.have.length(2)
  })

  it('is empty without certificates', () => {
    expect(new CandidateIndex([]).all).to.deep.equal([])
    expect(new CandidateIndex([]).has(ca)).to.equal(false)
  })
})
