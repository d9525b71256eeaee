import { expect } from 'chai'
import type { ChainedPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { extractClientCertificate } from '../../../src/extractor/index.js'
import {
  extractOverHttp,
  extractOverHttps,
  fingerprints,
  pathOf,
} from '../../support/extract-over.js'
import { certificateOf, ecSpki, seq } from '../../support/der-writer.js'
import { testPki, type TestPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'

describe('reading the certificate from the TLS socket', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(closeServers)

  describe('of a real connection', () => {
    it('accepts a client with a certificate that the server verified', async () => {
      for (const client of [pki.ec, pki.rsa]) {
        const result = await extractOverHttps(client, {})
        expect(result.success).to.equal(true)
        expect(result.reason).to.equal(null)
        expect(pathOf(result)).to.deep.equal(fingerprints(client))
      }
    })

    const unverified = [
      ['selfSigned', 'self_signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      ['expired', 'expired', 'CERT_HAS_EXPIRED'],
      ['unknown', 'untrusted_ca', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ] as const
    for (const [kind, detail, code] of unverified) {
      it(`rejects a client whose certificate the server did not verify: ${kind}`, async () => {
        expect(await extractOverHttps(pki[kind], {})).to.deep.equal({
          success: false,
          certificate: null,
          reason: 'socket_not_authorized',
          detail,
          code,
        })
      })
    }

    it('rejects a client without a certificate', async () => {
      expect(pathOf(await extractOverHttps({}, {}))).to.equal('socket_not_authorized')
    })

    it('rejects a client when the server does not request a certificate', async () => {
      const result = await extractOverHttps(pki.ec, {}, { requestCert: false })
      expect(pathOf(result)).to.equal('socket_not_authorized')
    })

    it('rejects a client over plain HTTP', async () => {
      expect(pathOf(await extractOverHttp([], {}))).to.equal('socket_not_authorized')
    })

    it('with includeChain the issuers follow, and the chain ends at the root', async () => {
      const result = await extractOverHttps(pki.ec, { includeChain: true })
      expect(pathOf(result)).to.deep.equal(fingerprints(pki.ec, pki.root))
    })

    it('without includeChain no issuer is left', async () => {
      for (const options of [{}, { includeChain: false }]) {
        const { certificate } = await extractOverHttps(pki.ec, options)
        expect(certificate).to.have.property('fingerprint256')
        expect(certificate).not.to.have.property('issuerCertificate')
      }
    })
  })

  // States that a handshake reaches only by attack, by a fault of Node, or years later.
  describe('in a state that no plain handshake gives', () => {
    const certificate = { fingerprint256: 'AB' } as ChainedPeerCertificate
    const extract = (socket: object, includeChain = false) =>
      pathOf(
        extractClientCertificate({ socket: { authorized: true, ...socket } }, { includeChain }),
      )
    const fail = () => {
      throw new Error('gone')
    }

    const shown = { getPeerCertificate: () => certificate }
    const hidden: [what: string, getPeerCertificate?: () => unknown][] = [
      ['is empty', () => ({})],
      ['is null', () => null],
      ['is undefined', () => undefined],
      ['cannot be read', fail],
      ['is not an object', () => 'certificate'],
      ['has no getter'],
    ]

    it('an authorization error counts even where the socket claims to be authorized', () => {
      // A renegotiation leaves these errors behind when its certificate can't be verified.
      for (const authorizationError of [
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        new Error('bad'),
        '',
        false,
      ]) {
        expect(extract({ ...shown, authorizationError })).to.equal('socket_not_authorized')
      }
    })

    it('tells a connection that was closed from one that renegotiates', () => {
      for (const [destroyed, detail] of [
        [true, 'connection_lost'],
        [false, 'renegotiation'],
      ] as const) {
        const socket = { ...shown, authorized: true, getCipher: () => undefined, destroyed }
        expect(extractClientCertificate({ socket })).to.include({
          reason: 'socket_not_authorized',
          detail,
        })
      }
    })

    it('says the code of Node or OpenSSL, where the authorization error is one', () => {
      const resultFor = (authorizationError: unknown) =>
        extractClientCertificate({ socket: { authorized: false, authorizationError } })
      const failure = { success: false, certificate: null, reason: 'socket_not_authorized' }
      const code = 'DEPTH_ZERO_SELF_SIGNED_CERT'
      const detail = 'self_signed'
      const error = Object.assign(new Error('bad'), { code })
      for (const known of [code, error]) {
        expect(resultFor(known)).to.deep.equal({ ...failure, detail, code })
      }
      for (const unknown of ['', 'self-signed certificate', new Error(code)]) {
        expect(resultFor(unknown)).to.deep.equal({ ...failure, detail: 'other' })
      }
    })

    it('no authorization error is null, or not there at all', () => {
      for (const authorizationError of [null, undefined]) {
        expect(extract({ ...shown, authorizationError })).to.deep.equal(['AB'])
      }
      expect(extract(shown)).to.deep.equal(['AB'])
    })

    it('only true is authorized', () => {
      for (const authorized of ['true', 1, {}, [], false, null, undefined]) {
        expect(extract({ ...shown, authorized }), typeof authorized).to.equal(
          'socket_not_authorized',
        )
      }
    })

    for (const [what, der, detail] of [
      ["isn't a certificate", Buffer.from('no certificate'), {}],
      [
        'has a key that describes its own curve',
        certificateOf({ spki: ecSpki(seq(), Buffer.from([4])) }),
        { detail: 'unsupported_key' },
      ],
    ] as const) {
      it(`is the server's fault when it ${what}, also in a resumed session`, () => {
        const certificate = { fingerprint256: 'AB', raw: der }
        const socket = { authorized: true, getPeerCertificate: () => certificate }
        const failure = { success: false, certificate: null, reason: 'certificate_not_retrievable' }
        for (const isReused of [true, false]) {
          const isSessionReused = () => isReused
          expect(
            extractClientCertificate({ socket: { ...socket, isSessionReused } }),
          ).to.deep.equal({
            ...failure,
            ...detail,
          })
        }
      })
    }

    for (const [what, getPeerCertificate] of hidden) {
      it(`after a full handshake it is the server's fault that the certificate ${what}`, () => {
        const isSessionReused = () => false
        expect(extract({ getPeerCertificate, isSessionReused })).to.equal(
          'certificate_not_retrievable',
        )
        expect(extract({ getPeerCertificate })).to.equal('certificate_not_retrievable')
      })

      it(`rejects the client of a resumed session with a certificate that ${what}`, () => {
        const isSessionReused = () => true
        expect(extract({ getPeerCertificate, isSessionReused })).to.equal('socket_not_authorized')
      })
    }

    it('a server whose sockets show no certificates is named as the cause', () => {
      const result = (socket: object) =>
        extractClientCertificate({ socket: { authorized: true, ...socket } })
      const failure = { success: false, certificate: null, reason: 'certificate_not_retrievable' }
      expect(result({})).to.deep.equal({ ...failure, detail: 'unsupported_server' })
      expect(result({ getPeerCertificate: () => ({}) })).to.deep.equal(failure)
    })

    it('only true says that a session was resumed', () => {
      for (const answer of [1, 'true', undefined]) {
        expect(extract({ getPeerCertificate: () => ({}), isSessionReused: () => answer })).to.equal(
          'certificate_not_retrievable',
        )
      }
    })

    it('a resumed session with its certificate is as good as a full handshake', () => {
      expect(extract({ ...shown, isSessionReused: () => true })).to.deep.equal(['AB'])
    })

    it('rejects the client when reading the socket fails', () => {
      expect(extract({ getPeerCertificate: () => ({}), isSessionReused: fail })).to.equal(
        'socket_not_authorized',
      )
    })

    it('an issuer without its DER is left out, because nothing proves that it signed', () => {
      const leaf = { fingerprint256: 'AA' } as ChainedPeerCertificate
      leaf.issuerCertificate = leaf
      expect(extract({ getPeerCertificate: () => leaf }, true)).to.deep.equal(['AA'])
    })

    it('without includeChain no issuer is left, whatever the socket gives', () => {
      const leaf = { fingerprint256: 'AA', issuerCertificate: certificate }
      expect(extract({ getPeerCertificate: () => leaf }, false)).to.deep.equal(['AA'])
    })
  })
})
