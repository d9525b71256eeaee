import { X509Certificate } from 'node:crypto'
import { AuthorityInfoAccessExtension, GeneralName } from '@peculiar/x509'
import { expect } from 'chai'
import { linkChain } from '../../../src/certificate/chain.js'
import type { ChainedPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { shared, unshared } from '../../../src/certificate/stored-certificate.js'
import { chainOf } from '../../support/chain-of.js'
import { partsOf, spoil } from '../../support/parts-of.js'
import { testPki } from '../../support/pki.js'

const OCSP = new GeneralName('url', 'http://ocsp.example.com')

describe('a certificate that is stored for many requests', () => {
  let read: () => ChainedPeerCertificate
  before(async () => {
    const { intermediate, root } = await testPki()
    const { raw } = await intermediate.issue({
      subject: 'CN=client, OU=one, OU=two',
      extensions: [new AuthorityInfoAccessExtension({ ocsp: [OCSP] })],
    })
    const [leaf, ...issuers] = [raw, intermediate.raw, root.raw].map(
      (der) => new X509Certificate(der),
    )
    read = () => linkChain(leaf as X509Certificate, issuers)
  })

  it('looks to each request as if it had been parsed again', () => {
    const stored = shared(read())
    for (const view of [stored.forRequest(), stored.forRequest()]) {
      expect(view).to.deep.equal(read())
      expect(chainOf(view)).to.have.lengthOf(3)
      expect(Object.keys(view)).to.deep.equal(Object.keys(read()))
      expect(view.raw).to.be.instanceOf(Buffer)
      expect(Object.getPrototypeOf(view)).to.equal(Object.prototype)
      // Like Node's objects, so that no attribute comes from Object.prototype.
      for (const part of [view.subject, view.issuer, view.infoAccess]) {
        expect(Object.getPrototypeOf(part)).to.equal(null)
      }
    }
  })

  it('shares no object and no memory between two requests', () => {
    const stored = shared(read())
    const first = partsOf(stored.forRequest())
    const second = partsOf(stored.forRequest())
    // Three certificates, each with subject, issuer, raw and pubkey and their memory, plus the leaf's extras.
    expect(first.size).to.be.greaterThan(3 * 7)
    expect([...first].filter((part) => second.has(part))).to.deep.equal([])
  })

  it('stays the same, whatever a request does to its copy', () => {
    const stored = shared(read())
    const view = stored.forRequest()
    spoil(view)
    expect(view.subject.CN).to.equal('spoilt')
    expect([view.subject.OU].flat()).to.include('spoilt').and.not.include('one')
    expect(view.issuerCertificate?.raw.every((byte) => byte === 0)).to.equal(true)
    expect(stored.forRequest()).to.deep.equal(read())
  })

  it('does not share the memory of its buffers with other buffers', () => {
    const { raw, pubkey } = shared(read()).forRequest()
    expect(raw.buffer.byteLength).to.equal(raw.length)
    expect(pubkey?.buffer.byteLength).to.equal(pubkey?.length)
  })

  it('may come from a wrapper around a socket, with any members', () => {
    const odd = { subject: null, raw: undefined, list: [], self: { CN: 'x' } } as never
    expect(shared(odd).forRequest()).to.deep.equal(odd)
  })
})

describe('a certificate that is stored for a single request', () => {
  it('is passed on without a copy', async () => {
    const { ec } = await testPki()
    const certificate = new X509Certificate(ec.raw).toLegacyObject()
    expect(unshared(certificate).forRequest()).to.equal(certificate)
  })
})

for (const [name, take] of Object.entries({ unshared, shared })) {
  it(`${name}() records when the certificate is valid`, async () => {
    const { ec } = await testPki()
    const certificate = new X509Certificate(ec.raw).toLegacyObject()
    expect(take(certificate).validity).to.deep.equal({
      notBeforeMs: Date.parse(certificate.valid_from),
      notAfterMs: Date.parse(certificate.valid_to),
    })
  })
}
