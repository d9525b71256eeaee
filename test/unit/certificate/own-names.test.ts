import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { showOwnNames } from '../../../src/certificate/own-names.js'
import type { ChainedPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import {
  type Bytes,
  certificateMaker,
  der,
  generalNames,
  sanExtension,
} from '../../support/der-certificates.js'

describe('the names of a certificate that another runtime shows', () => {
  let make: (...extensions: Bytes[]) => Buffer
  before(async () => {
    make = await certificateMaker()
  })

  const named = (): Buffer =>
    make(sanExtension(generalNames(der(0x86, 'http://x/, DNS:y'), der(0x82, 'a.example.org'))))
  const shown = 'URI:"http://x/\\u002c DNS:y", DNS:a.example.org'

  function legacyObject(raw: Buffer): ChainedPeerCertificate {
    return new X509Certificate(raw).toLegacyObject()
  }

  it('are left as they are on Node', () => {
    const certificate = legacyObject(named())
    expect(showOwnNames(certificate)).to.equal(certificate)
    expect(showOwnNames({ ...certificate, subjectaltname: 'x' }, true).subjectaltname).to.equal('x')
  })

  it('are rewritten as Node writes them', () => {
    const certificate = legacyObject(named())
    expect(certificate.subjectaltname).to.equal(shown)
    const foreign = { ...certificate, subjectaltname: 'anything' }
    expect(showOwnNames(foreign, false)).to.deep.equal(certificate)
  })

  it('are renamed to subjectaltname when the runtime spells the member differently', () => {
    const { subjectaltname, ...others } = legacyObject(named())
    const foreign = { ...others, subjectAltName: 'anything' } as ChainedPeerCertificate
    for (const hasNodeNames of [true, false]) {
      expect(showOwnNames(foreign, hasNodeNames)).to.deep.equal({ ...others, subjectaltname })
    }
  })

  it('are removed when the certificate has none, or when they cannot be read', () => {
    for (const raw of [make(), make(sanExtension(der(0x31)))]) {
      const { subjectaltname: _, ...others } = legacyObject(raw)
      const foreign = { ...others, subjectaltname: '' } as ChainedPeerCertificate
      expect(showOwnNames(foreign, false)).to.deep.equal(others)
    }
  })
})
