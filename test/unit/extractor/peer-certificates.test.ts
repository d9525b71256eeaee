import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import {
  type CertificateSocket,
  type Evidence,
  readChain,
  readLeaf,
} from '../../../src/extractor/peer-certificates.js'
import { toPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { chainOf } from '../../support/chain-of.js'
import { int, octets, seq, tlv } from '../../support/der-writer.js'
import { type Issued, testPki, type TestPki } from '../../support/pki.js'

/** The Node version that these rules apply to. The socket imitates a socket of that version. */
const AFFECTED = 24

let pki: TestPki
before(async () => {
  pki = await testPki()
})

const shownAs = ({ raw }: Issued) => toPeerCertificate(new X509Certificate(raw))
/** Encodes a TLS session as OpenSSL does, with a separate tag for the peer's certificate. */
const sessionOf = (peer: Uint8Array) => seq(int(1), octets(Buffer.from('id')), tlv(0xa3, peer))

function socketOf(certificate: Issued, more: Partial<CertificateSocket> = {}): CertificateSocket {
  return {
    getPeerCertificate: (detailed) => {
      if (detailed) throw new Error('Node may end the process here')
      return shownAs(certificate)
    },
    getSession: () => sessionOf(certificate.raw),
    ...more,
  }
}

const sent = (...certificates: Issued[]) => link(certificates)

interface Sent {
  readonly raw: Buffer
  readonly issuerCertificate?: Sent
}

function link([first, ...others]: Issued[]): Sent {
  const { raw } = first as Issued
  return others.length === 0 ? { raw } : { raw, issuerCertificate: link(others) }
}

describe('the certificate of a connection', () => {
  it('is found in the session before Node is asked to show it', () => {
    expect(readLeaf(socketOf(pki.ec), AFFECTED))
      .to.have.property('raw')
      .that.deep.equals(pki.ec.raw)
  })

  it('is never shown when its key may crash Node', () => {
    const peer = Buffer.from(pki.ec.raw)
    // Changes the last arc of the curve's identifier, which makes the curve unknown.
    peer[peer.indexOf(Buffer.from('06082a8648ce3d030107', 'hex')) + 9] = 0x7f
    const getPeerCertificate = () => expect.fail('Node was asked to show it')
    const getSession = () => sessionOf(peer)
    expect(readLeaf({ getPeerCertificate, getSession }, AFFECTED)).to.equal('unsupported_key')
  })

  it('is that of the handshake where the session has none', () => {
    const getPeerX509Certificate = () => ({ raw: pki.ec.raw })
    const shown = readLeaf(
      socketOf(pki.ec, { getSession: () => seq(int(1)), getPeerX509Certificate }),
      AFFECTED,
    )
    expect(shown).to.have.property('raw').that.deep.equals(pki.ec.raw)
  })

  it('is looked at when it is shown, where nothing else shows it', () => {
    const shown = () => shownAs(pki.ec)
    const leaf = readLeaf({ getPeerCertificate: shown }, AFFECTED)
    expect(leaf).to.have.property('raw').that.deep.equals(pki.ec.raw)
    const odd = { ...shownAs(pki.ec), raw: Buffer.from('no certificate') }
    expect(readLeaf({ getPeerCertificate: () => odd }, AFFECTED)).to.equal('not_a_certificate')
  })
})

describe('the issuers of a connection', () => {
  const read = (certificate: Issued, more: Partial<CertificateSocket>, evidence: Evidence = {}) => {
    const leaf = shownAs(certificate)
    return chainOf(readChain(socketOf(certificate, more), leaf, evidence, AFFECTED))
  }

  it('are those that the client sent', () => {
    const getPeerX509Certificate = () => sent(pki.chained, pki.intermediate, pki.root)
    expect(read(pki.chained, { getPeerX509Certificate })).to.deep.equal(
      [pki.chained, pki.intermediate, pki.root].map(({ raw }) => raw),
    )
  })

  it('are asked for once, because Node shows them once', () => {
    let asked = 0
    const getPeerX509Certificate = () => {
      asked += 1
      return asked === 1 ? sent(pki.chained, pki.intermediate) : sent(pki.chained)
    }
    const evidence: Evidence = {}
    for (let request = 0; request < 3; request += 1) {
      expect(read(pki.chained, { getPeerX509Certificate }, evidence)).to.have.lengthOf(2)
    }
    expect(asked).to.equal(1)
  })

  for (const [form, caOf] of [
    ['a string', () => pki.root.cert],
    ['a Buffer', () => Buffer.from(pki.root.cert)],
    ['a list', () => [pki.stranger.cert, Buffer.from(pki.root.cert)]],
  ] as const) {
    it(`are completed from the server's own CAs, in ${form}`, () => {
      const server = { ca: caOf() }
      for (let request = 0; request < 2; request += 1) {
        expect(read(pki.ec, { server })).to.deep.equal([pki.ec.raw, pki.root.raw])
      }
    })
  }

  it("follow a change of the server's CAs", () => {
    const server: { ca: unknown } = { ca: pki.stranger.cert }
    expect(read(pki.ec, { server })).to.deep.equal([pki.ec.raw])
    server.ca = pki.root.cert
    expect(read(pki.ec, { server })).to.deep.equal([pki.ec.raw, pki.root.raw])
  })

  it('are left out where nothing is known of them', () => {
    for (const server of [null, {}, { ca: 7 }]) {
      expect(read(pki.ec, { server })).to.deep.equal([pki.ec.raw])
    }
  })

  it("are left out when they aren't certificates", () => {
    const junk = { raw: Buffer.from('junk') }
    const getPeerX509Certificate = () => ({ raw: pki.ec.raw, issuerCertificate: junk })
    expect(read(pki.ec, { getPeerX509Certificate })).to.deep.equal([pki.ec.raw])
  })
})
