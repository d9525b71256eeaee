import { X509Certificate } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import type { ServedStore } from '../../../src/path/store-servers.js'
import type { PathFault, RejectedPath } from '../../../src/path/verdict.js'
import { judgeHandshakes } from '../../../src/server/judge-handshakes.js'
import { type TestPki, testPki } from '../../support/pki.js'

const untrusted = (detail: PathFault): RejectedPath => ({
  ...{ ok: false, reason: 'certificate_chain_untrusted', detail },
})

describe('the handshakes that a trust store judges', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })

  interface Settings {
    readonly verdict?: RejectedPath
    readonly checksRevocation?: boolean
    readonly hasOtherCas?: boolean
    readonly isResumed?: boolean
    readonly hasCertificate?: boolean
    /** Whether the store was replaced after the connection was opened. */
    readonly isReplaced?: boolean
  }

  function shake(settings: Settings) {
    const { checksRevocation = true, hasOtherCas = false, hasCertificate = true } = settings
    let generation = 1
    let judged = 0
    const store: ServedStore = {
      listTrust: () => ({ cas: [], lists: [] }),
      generation: () => generation,
      checksRevocation: () => checksRevocation,
      judge: () => {
        judged += 1
        return settings.verdict
      },
    }
    const server = new EventEmitter()
    const codes: unknown[] = []
    let heard = 0
    server.on('secureConnection', () => (heard += 1))
    server.on('tlsClientError', (error: { code: unknown }) => codes.push(error.code))
    judgeHandshakes(server, store, hasOtherCas)
    const certificate = new X509Certificate(pki.ec.cert)
    const connection = {}
    server.emit('connection', connection)
    if (settings.isReplaced === true) generation += 1
    const socket = {
      _parent: connection,
      authorized: true,
      destroyed: false,
      isSessionReused: () => settings.isResumed === true,
      getPeerFinished: () => Buffer.from('finished'),
      getPeerCertificate: () => (hasCertificate ? certificate.toLegacyObject() : {}),
      getPeerX509Certificate: () => (hasCertificate ? certificate : undefined),
      destroy: () => void (socket.destroyed = true),
    }
    server.emit('secureConnection', socket)
    const isAccepted = heard === 1 && socket.authorized && !socket.destroyed
    const isRejected = heard === 0 && !socket.authorized && socket.destroyed
    return { outcome: isAccepted ? 'accepted' : isRejected && codes.join(), judged }
  }

  const MISSING = 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'
  const revoked = { ok: false, reason: 'certificate_revoked', detail: undefined } as const
  const stale = { ok: false, reason: 'revocation_unknown', detail: 'stale' } as const
  const forged = { ok: false, reason: 'revocation_unknown', detail: 'bad_signature' } as const
  const unlisted = { ok: false, reason: 'revocation_unknown', detail: 'no_crl' } as const
  const expired = { ok: false, reason: 'certificate_expired', detail: undefined } as const
  const early = { ok: false, reason: 'certificate_not_yet_valid', detail: undefined } as const
  const cases: [title: string, settings: Settings, outcome: string][] = [
    ['succeed if a path is valid', {}, 'accepted'],
    ['fail if the client is revoked', { verdict: revoked }, 'CERT_REVOKED'],
    ['fail if a list is stale', { verdict: stale }, 'CRL_HAS_EXPIRED'],
    ['fail if a list is forged', { verdict: forged }, 'CRL_SIGNATURE_FAILURE'],
    ['fail if no list is there', { verdict: unlisted }, 'UNABLE_TO_GET_CRL'],
    ['fail if the certificate has expired', { verdict: expired }, 'CERT_HAS_EXPIRED'],
    ["fail if the certificate isn't valid yet", { verdict: early }, 'CERT_NOT_YET_VALID'],
    ['fail if a CA has expired', { verdict: untrusted('expired') }, 'CERT_HAS_EXPIRED'],
    ["fail if a CA isn't valid yet", { verdict: untrusted('not_yet_valid') }, 'CERT_NOT_YET_VALID'],
    ['fail if a CA is forged', { verdict: untrusted('bad_signature') }, 'CERT_SIGNATURE_FAILURE'],
    [
      'fail if the certificate is for another purpose',
      { verdict: untrusted('extended_key_usage') },
      'INVALID_PURPOSE',
    ],
    ['fail if an issuer is missing', { verdict: untrusted('unknown_issuer') }, MISSING],
    [
      'fail in a resumed session too',
      { verdict: untrusted('unknown_issuer'), isResumed: true },
      MISSING,
    ],
    [
      'fail for any other fault, which could hide that',
      { verdict: untrusted('policy') },
      'CERT_REJECTED',
    ],
    ["fail if the certificate can't be read", { hasCertificate: false }, 'CERT_REJECTED'],
    [
      'fail if the client is revoked, whatever other contexts there are',
      { verdict: revoked, hasOtherCas: true },
      'CERT_REVOKED',
    ],
    [
      'succeed where another context may have accepted the client',
      { verdict: untrusted('unknown_issuer'), hasOtherCas: true },
      'accepted',
    ],
    [
      'fail if that context may be one from before a replacement',
      { verdict: untrusted('unknown_issuer'), hasOtherCas: true, isReplaced: true },
      MISSING,
    ],
    [
      'fail for a connection from before a replacement, also without revocation',
      { verdict: untrusted('unknown_issuer'), checksRevocation: false, isReplaced: true },
      MISSING,
    ],
  ]
  for (const [title, settings, outcome] of cases) {
    it(title, () => {
      expect(shake(settings).outcome).to.equal(outcome)
    })
  }

  it("aren't judged without revocation, because OpenSSL has judged them with the same CAs", () => {
    const { outcome, judged } = shake({ checksRevocation: false, verdict: untrusted('policy') })
    expect([outcome, judged]).to.deep.equal(['accepted', 0])
  })

  describe('on a server that stops following the store', () => {
    const rejecting: ServedStore = {
      listTrust: () => ({ cas: [], lists: [] }),
      generation: () => 1,
      checksRevocation: () => true,
      judge: () => untrusted('policy'),
    }
    const isHeard = (server: EventEmitter): boolean => {
      let heard = false
      server.once('secureConnection', () => (heard = true))
      const socket = { destroy: () => undefined, isSessionReused: () => false }
      server.emit('secureConnection', socket)
      return heard
    }

    it('are judged no longer, and the server is as it was', () => {
      const server = new EventEmitter()
      const stop = judgeHandshakes(server, rejecting, false)
      expect(isHeard(server)).to.equal(false)
      stop()
      expect(isHeard(server)).to.equal(true)
      expect(Object.hasOwn(server, 'emit')).to.equal(false)
      expect(server.listenerCount('connection')).to.equal(0)
    })

    it('leave the emit() of another program where it was', () => {
      const server = new EventEmitter()
      const events: unknown[] = []
      const emit = server.emit.bind(server)
      const own = (event: string, ...args: unknown[]): boolean => {
        events.push(event)
        return emit(event, ...args)
      }
      server.emit = own
      const stop = judgeHandshakes(server, rejecting, false)
      expect(isHeard(server)).to.equal(false)
      stop()
      expect(Reflect.get(server, 'emit')).to.equal(own)
      expect(isHeard(server)).to.equal(true)
      expect(events).to.include('tlsClientError').and.to.include('secureConnection')
    })

    it('leave an emit() that another program has put around theirs', () => {
      const server = new EventEmitter()
      const stop = judgeHandshakes(server, rejecting, false)
      const emit = server.emit.bind(server)
      const around = (event: string, ...args: unknown[]): boolean => emit(event, ...args)
      server.emit = around
      stop()
      expect(Reflect.get(server, 'emit')).to.equal(around)
      expect(isHeard(server)).to.equal(true)
    })
  })
})
