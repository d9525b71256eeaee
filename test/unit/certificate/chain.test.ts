import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { linkChain } from '../../../src/certificate/chain.js'
import { chainOf } from '../../support/chain-of.js'
import { createForgery, type Forgery } from '../../support/forgery.js'
import { testPki } from '../../support/pki.js'

/** Links certificates, leaf first, and returns the DER of the chain. */
function link(...ders: Buffer[]): Buffer[] {
  const [leaf, ...others] = ders.map((der) => new X509Certificate(der))
  return chainOf(linkChain(leaf as X509Certificate, others))
}

describe('linking a chain', () => {
  it('follows the issuers in whatever order they were sent', async () => {
    const { chained, intermediate, root } = await testPki()
    const path = [chained.raw, intermediate.raw, root.raw]
    expect(link(chained.raw, intermediate.raw, root.raw)).to.deep.equal(path)
    expect(link(chained.raw, root.raw, intermediate.raw)).to.deep.equal(path)
  })

  it('leaves out certificates that issued nothing in the chain', async () => {
    const { chained, intermediate, root, ec, selfSigned, stranger } = await testPki()
    const sent = [ec.raw, stranger.raw, root.raw, selfSigned.raw, intermediate.raw]
    expect(link(chained.raw, ...sent)).to.deep.equal([chained.raw, intermediate.raw, root.raw])
  })

  it('stops when an issuer is missing', async () => {
    const { chained, root, ec } = await testPki()
    expect(link(chained.raw, root.raw)).to.deep.equal([chained.raw])
    expect(link(ec.raw)).to.deep.equal([ec.raw])
  })

  it('links a chain as long as a request may carry', async () => {
    const { root } = await testPki()
    const path = [root]
    for (let depth = 1; depth < 9; depth += 1) {
      path.unshift(await (path[0] ?? root).createIntermediate({ subject: `CN=level ${depth}` }))
    }
    const ders = [(await (path[0] ?? root).issue()).raw, ...path.map(({ raw }) => raw)]
    const [leaf, ...issuers] = ders as [Buffer, ...Buffer[]]
    expect(link(leaf, ...issuers.reverse())).to.deep.equal(ders)
  })

  it('ends at a self-signed root, although the root is its own issuer', async () => {
    const { ec, root } = await testPki()
    expect(link(ec.raw, root.raw, root.raw)).to.deep.equal([ec.raw, root.raw])
    expect(link(root.raw, root.raw)).to.deep.equal([root.raw])
  })

  it('ends when certificates were sent twice', async () => {
    const { chained, intermediate, root } = await testPki()
    const twice = [chained, intermediate, root].flatMap(({ raw }) => [raw, raw])
    expect(link(...twice)).to.deep.equal([chained.raw, intermediate.raw, root.raw])
  })

  it('ends when two CAs have issued each other', async () => {
    const { first, second } = await createForgery()
    expect(first.checkIssued(second) && second.checkIssued(first)).to.equal(true)
    expect(link(first.raw, second.raw, second.raw)).to.deep.equal([first.raw, second.raw])
  })
})

describe('a certificate that only has the name of the issuer', () => {
  let leaf: X509Certificate
  let forgery: Forgery
  before(async () => {
    const { ec } = await testPki()
    leaf = new X509Certificate(ec.raw)
    forgery = await createForgery()
  })

  it('is not linked, although checkIssued() returns true', () => {
    const { sameName } = forgery
    expect(leaf.checkIssued(sameName)).to.equal(true)
    expect(leaf.verify(sameName.publicKey)).to.equal(false)
    expect(link(leaf.raw, sameName.raw)).to.deep.equal([leaf.raw])
  })

  it('does not prevent the genuine issuer from being linked', async () => {
    const { root } = await testPki()
    expect(link(leaf.raw, forgery.sameName.raw, root.raw)).to.deep.equal([leaf.raw, root.raw])
  })

  it('is not linked when its key cannot be read', async () => {
    const { root } = await testPki()
    const { unreadableKey } = forgery
    expect(unreadableKey.subject).to.equal(leaf.issuer)
    expect(() => unreadableKey.publicKey).to.throw(Error)
    expect(link(leaf.raw, unreadableKey.raw)).to.deep.equal([leaf.raw])
    expect(link(leaf.raw, unreadableKey.raw, root.raw)).to.deep.equal([leaf.raw, root.raw])
  })
})
