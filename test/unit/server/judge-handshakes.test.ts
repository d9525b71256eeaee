import { X509Certificate } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { rejectRevoked } from '../../../src/server/judge-handshakes.js'
import type { ServedStore } from '../../../src/path/store-servers.js'
import { type TestPki, testPki } from '../../support/pki.js'

describe('a handshake of a client whose issuer Node has lost', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })

  const store: ServedStore = {
    listTrust: () => ({ cas: [], lists: [] }),
    checksRevocation: () => true,
    findRevocation: () => 'unknown_issuer',
  }

  function shake(hasOtherCas: boolean, isResumed: boolean) {
    const server = new EventEmitter()
    const codes: unknown[] = []
    server.on('tlsClientError', (error: { code: unknown }) => codes.push(error.code))
    rejectRevoked(server, store, hasOtherCas)
    const certificate = new X509Certificate(pki.ec.cert)
    const socket = {
      authorized: true,
      destroyed: false,
      isSessionReused: () => isResumed,
      getPeerFinished: () => Buffer.from('finished'),
      getPeerCertificate: () => certificate.toLegacyObject(),
      getPeerX509Certificate: () => certificate,
      destroy: () => void (socket.destroyed = true),
    }
    server.emit('secureConnection', socket)
    return { codes, destroyed: socket.destroyed, authorized: socket.authorized }
  }

  it("fails, because the store can't tell whether the client is revoked", () => {
    const codes = ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY']
    expect(shake(false, false)).to.deep.equal({ codes, destroyed: true, authorized: false })
  })

  it('succeeds in a resumed session, whose first handshake was judged', () => {
    const accepted = { codes: [], destroyed: false, authorized: true }
    expect(shake(false, true)).to.deep.equal(accepted)
  })

  it('succeeds where another context may have accepted the client', () => {
    const accepted = { codes: [], destroyed: false, authorized: true }
    expect(shake(true, false)).to.deep.equal(accepted)
  })
})
