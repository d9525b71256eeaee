import { expect } from 'chai'
import { createExtractor } from '../../../src/extractor/index.js'
import type { RequestLike } from '../../../src/extractor/request.js'

/** A connection whose handshakes are made by hand: a real client can begin one, but not hold it. */
function connection(protocol = 'TLSv1.2') {
  const state = {
    finished: Buffer.from('first'),
    cn: 'alice',
    cipher: {} as object | undefined,
    error: null as Error | null,
    isResumed: false,
    reads: 0,
  }
  const socket = {
    authorized: true,
    get authorizationError() {
      return state.error
    },
    isSessionReused: () => state.isResumed,
    getProtocol: () => protocol,
    getPeerFinished: () => state.finished,
    getPeerCertificate: () => {
      state.reads += 1
      return { subject: { CN: state.cn } }
    },
    getCipher: () => state.cipher,
  }
  return { state, socket }
}

describe('a socket that cannot tell one handshake from the next', () => {
  it('is read for every request', () => {
    const certificates = [{ fingerprint256: 'A' }, { fingerprint256: 'B' }, { fingerprint256: 'C' }]
    for (const getPeerFinished of [undefined, () => undefined, () => null, () => 'text']) {
      const shown = [...certificates]
      const socket = { authorized: true, getPeerCertificate: () => shown.shift(), getPeerFinished }
      const extract = createExtractor()
      expect(certificates.map(() => extract({ socket }).certificate)).to.deep.equal(certificates)
    }
  })
})

describe('a new handshake on a connection', () => {
  const extract = createExtractor()

  function visit(request: RequestLike, extractor = extract) {
    const { certificate, reason } = extractor(request)
    return certificate?.subject.CN ?? reason
  }

  it('is looked at again, even if its certificate is of the same client', () => {
    const { state, socket } = connection()
    expect(visit({ socket })).to.equal('alice')
    state.cn = 'bob'
    expect(visit({ socket })).to.equal('alice')
    state.finished = Buffer.from('other')
    expect(visit({ socket })).to.equal('bob')
    state.finished = Buffer.from('others')
    state.cn = 'carol'
    expect(visit({ socket })).to.equal('carol')
  })

  it('does not authenticate a client before it ends, unless the client was known before', () => {
    const { state, socket } = connection()
    for (const isResumed of [false, true]) {
      Object.assign(state, { cipher: undefined, cn: 'admin', isResumed })
      expect(visit({ socket })).to.equal('socket_not_authorized')
    }
    Object.assign(state, { cipher: {}, cn: 'alice' })
    expect(visit({ socket })).to.equal('alice')
    Object.assign(state, { cipher: undefined, cn: 'admin' })
    expect(visit({ socket })).to.equal('alice')
  })

  it('does not authenticate a client before it ends with cache: false either', () => {
    const { state, socket } = connection()
    const fresh = createExtractor({ cache: false })
    expect(visit({ socket }, fresh)).to.equal('alice')
    Object.assign(state, { cipher: undefined, cn: 'admin' })
    expect(visit({ socket }, fresh)).to.equal('socket_not_authorized')
  })

  it('there can be none of in TLS 1.3, and only there', () => {
    for (const [protocol, seen] of [
      ['TLSv1.3', 'alice'],
      ['TLSv1.2', 'bob'],
    ]) {
      const { state, socket } = connection(protocol)
      expect(visit({ socket })).to.equal('alice')
      Object.assign(state, { cn: 'bob', finished: Buffer.from('other') })
      expect(visit({ socket }), protocol).to.equal(seen)
    }
  })

  it('is rejected when Node does not accept it, even if the client was known before', () => {
    for (const protocol of ['TLSv1.2', 'TLSv1.3']) {
      const { state, socket } = connection(protocol)
      expect(visit({ socket })).to.equal('alice')
      state.error = new Error('DEPTH_ZERO_SELF_SIGNED_CERT')
      expect(visit({ socket })).to.equal('socket_not_authorized')
    }
  })
})

describe('the certificate of a connection', () => {
  it('is read once with its chain and once without, and for each request with cache: false', () => {
    for (const cache of [true, false]) {
      const { state, socket } = connection()
      const extractors = [false, true].map((includeChain) =>
        createExtractor({ includeChain, cache }),
      )
      const results = [1, 2, 3].flatMap(() => extractors.map((extract) => extract({ socket })))
      expect(results.every(({ success }) => success)).to.equal(true)
      expect(new Set(results.map(({ certificate }) => certificate))).to.have.property('size', 6)
      expect(state.reads).to.equal(cache ? 2 : 6)
    }
  })

  for (const protocol of ['TLSv1.2', 'TLSv1.3']) {
    it(`is that of the HTTP/2 session, where each request has a separate socket object, in ${protocol}`, () => {
      const { state, socket } = connection(protocol)
      const extract = createExtractor()
      const session = {}
      for (let time = 0; time < 3; time += 1) {
        const request = { socket: { ...socket }, stream: { session } }
        expect(extract(request).certificate?.subject.CN).to.equal('alice')
      }
      expect(state.reads).to.equal(1)
      state.cn = 'bob'
      const other = { socket: { ...socket }, stream: { session: {} } }
      expect(extract(other).certificate?.subject.CN).to.equal('bob')
    })
  }

  it('is that of the socket where there is no session', () => {
    for (const stream of [undefined, null, {}, { session: null }, { session: 'text' }]) {
      const { state, socket } = connection()
      const extract = createExtractor()
      const request: object = { socket, stream }
      for (const _ of [1, 2]) expect(extract(request).success).to.equal(true)
      expect(state.reads).to.equal(1)
    }
  })
})
