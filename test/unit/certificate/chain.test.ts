import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { endChain, linkChain } from '../../../src/certificate/chain.js'
import type { ChainedPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { chainOf } from '../../support/chain-of.js'
import { createForgery, type Forgery } from '../../support/forgery.js'
import { testPki } from '../../support/pki.js'
import { seenBySocket } from '../../support/seen-by-socket.js'
import { closeServers } from '../../support/servers.js'

/** The DER of the chain that linking makes of these, the leaf in front. */
function link(...ders: Buffer[]): Buffer[] {
  const [leaf, ...others] = ders.map((der) => new X509Certificate(der))
  return chainOf(linkChain(leaf as X509Certificate, others))
}

describe('linking a chain', () => {
  it('follows the issuers, in whatever order they were sent', async () => {
    const { chained, intermediate, root } = await testPki()
    const path = [chained.raw, intermediate.raw, root.raw]
    expect(link(chained.raw, intermediate.raw, root.raw)).to.deep.equal(path)
    expect(link(chained.raw, root.raw, intermediate.raw)).to.deep.equal(path)
  })

  it('leaves out what has not issued anything in it', async () => {
    const { chained, intermediate, root, ec, selfSigned, stranger } = await testPki()
    const sent = [ec.raw, stranger.raw, root.raw, selfSigned.raw, intermediate.raw]
    expect(link(chained.raw, ...sent)).to.deep.equal([chained.raw, intermediate.raw, root.raw])
  })

  it('stops where an issuer is missing', async () => {
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

  it('ends at a self-signed root, though it is its own issuer', async () => {
    const { ec, root } = await testPki()
    expect(link(ec.raw, root.raw, root.raw)).to.deep.equal([ec.raw, root.raw])
    expect(link(root.raw, root.raw)).to.deep.equal([root.raw])
  })

  it('ends when certificates were sent twice', async () => {
    const { chained, intermediate, root } = await testPki()
    const twice = [chained, intermediate, root].flatMap(({ raw }) => [raw, raw])
    expect(link(...twice)).to.deep.equal([chained.raw, intermediate.raw, root.raw])
  })

  it('ends when two authorities have issued each other', async () => {
    const { first, second } = await createForgery()
    expect(first.checkIssued(second) && second.checkIssued(first)).to.equal(true)
    expect(link(first.raw, second.raw, second.raw)).to.deep.equal([first.raw, second.raw])
  })
})

describe('an issuer in name only', () => {
  let leaf: X509Certificate
  let forgery: Forgery
  before(async () => {
    const { ec } = await testPki()
    leaf = new X509Certificate(ec.raw)
    forgery = await createForgery()
  })

  it('is not linked, though Node says that it has issued the leaf', () => {
    const { sameName } = forgery
    expect(leaf.checkIssued(sameName)).to.equal(true)
    expect(leaf.verify(sameName.publicKey)).to.equal(false)
    expect(link(leaf.raw, sameName.raw)).to.deep.equal([leaf.raw])
  })

  it('does not keep the genuine one from being linked', async () => {
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

describe('a chain from the TLS layer', () => {
  afterEach(closeServers)

  /** What Node shows of a client that the root has issued. */
  const circularChain = async () => seenBySocket((await testPki()).ec, true)

  it('ends at the root, where Node goes round in circles', async () => {
    const { ec, root } = await testPki()
    const circular = await circularChain()
    const end = circular.issuerCertificate
    expect(end?.issuerCertificate).to.equal(end)
    expect(chainOf(endChain(circular))).to.deep.equal([ec.raw, root.raw])
  })

  it('can be written as JSON once it ends', async () => {
    const circular = await circularChain()
    expect(() => JSON.stringify(circular)).to.throw(TypeError)
    expect(JSON.stringify(endChain(circular))).to.include('ec-client')
  })

  it('keeps everything else, and leaves the objects of Node as they were', async () => {
    const circular = await circularChain()
    const { issuerCertificate: _, ...leaf } = circular
    const ended = endChain(circular)
    expect(ended).to.deep.include(leaf)
    expect(ended.issuerCertificate).not.to.have.property('issuerCertificate')
    expect(circular.issuerCertificate?.issuerCertificate).to.equal(circular.issuerCertificate)
  })

  const view = (CN: string) => ({ subject: { CN } }) as ChainedPeerCertificate
  const namesOf = (certificate: ChainedPeerCertificate) => {
    const names: unknown[] = []
    for (let at: typeof certificate | undefined = certificate; at; at = at.issuerCertificate) {
      if (names.push(at.subject.CN) > 9) break
    }
    return names
  }

  it('without an issuer stays one certificate', () => {
    expect(endChain(view('leaf'))).to.deep.equal(view('leaf'))
  })

  it('without a root keeps every link', () => {
    const [leaf, middle, top] = [view('leaf'), view('middle'), view('top')]
    leaf.issuerCertificate = middle
    middle.issuerCertificate = top
    expect(namesOf(endChain(leaf))).to.deep.equal(['leaf', 'middle', 'top'])
  })

  it('ends when a circle leads back to the leaf', () => {
    const [leaf, other] = [view('leaf'), view('other')]
    leaf.issuerCertificate = other
    other.issuerCertificate = leaf
    expect(namesOf(endChain(leaf))).to.deep.equal(['leaf', 'other'])
  })
})
