import { expect } from 'chai'
import { failUnauthorized, hasSocket } from '../../../src/extractor/unauthorized.js'
import { throwAny } from '../../support/run-verify.js'

const MISSING = 'UNABLE_TO_GET_ISSUER_CERT'
const TLS = { encrypted: true, authorized: false }

describe('a socket that Node has not authorized', () => {
  const raw = Buffer.from('der')
  const cases: [title: string, socket: object, detail: string, code?: string][] = [
    ['is one of plain HTTP', {}, 'not_tls'],
    ['is one of plain HTTP', { encrypted: false }, 'not_tls'],
    [
      'was not asked for a certificate',
      { ...TLS, authorizationError: null },
      'certificate_not_requested',
    ],
    ['was not asked for a certificate', { authorized: false }, 'certificate_not_requested'],
    ['was not asked for a certificate', { encrypted: true }, 'certificate_not_requested'],
    ['was closed', { ...TLS, destroyed: true }, 'connection_lost'],
    ['was closed before it was used', { destroyed: true }, 'connection_lost'],
    [
      'presented no certificate',
      { ...TLS, authorizationError: MISSING, getPeerX509Certificate: () => undefined },
      'no_certificate',
      MISSING,
    ],
    [
      'presented no certificate',
      { ...TLS, authorizationError: MISSING },
      'no_certificate',
      MISSING,
    ],
    [
      "shows what it has in a way that can't be read",
      { authorizationError: MISSING, getPeerX509Certificate: () => throwAny(new Error('gone')) },
      'no_certificate',
      MISSING,
    ],
    [
      'presented a certificate of an unknown CA',
      { ...TLS, authorizationError: MISSING, getPeerX509Certificate: () => ({ raw }) },
      'untrusted_ca',
      MISSING,
    ],
    [
      'presented an expired certificate, however it is closed since',
      { ...TLS, destroyed: true, authorizationError: 'CERT_HAS_EXPIRED' },
      'expired',
      'CERT_HAS_EXPIRED',
    ],
  ]
  for (const [title, socket, detail, code] of cases) {
    it(`${title}: ${detail}`, () => {
      expect(failUnauthorized(socket as never)).to.deep.equal({
        success: false,
        certificate: null,
        reason: 'socket_not_authorized',
        detail,
        ...(code !== undefined && { code }),
      })
    })
  }
})

describe('a request', () => {
  it('has a socket, or one that is gone', () => {
    const gone = {
      get socket() {
        return throwAny(new Error('gone'))
      },
    }
    expect(
      [{ socket: {} }, gone, {}, { socket: null }, { socket: 1 }].map(hasSocket),
    ).to.deep.equal([true, true, false, false, false])
  })
})
