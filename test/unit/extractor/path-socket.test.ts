import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { toPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { createExtractor, type ExtractorOptions } from '../../../src/extractor/index.js'
import type { RequestLike } from '../../../src/extractor/request.js'
import { createTrustStore } from '../../../src/trust.js'
import { countCalls, stopCounting } from '../../support/count-calls.js'
import { int, seq, tlv } from '../../support/der-writer.js'
import { type Holder, issue, namesOf } from '../../support/der-chain.js'

const root = issue({ subject: 'root', ca: true })
const intermediate = issue({ subject: 'intermediate', ca: true, by: root })
const client = issue({ subject: 'client', by: intermediate })
const direct = issue({ subject: 'direct', by: root })
const other = issue({ subject: 'other root', ca: true })

interface Sent {
  readonly raw: Buffer
  readonly issuerCertificate?: Sent
}

function link([first, ...others]: readonly Holder[]): Sent | undefined {
  if (first === undefined) return undefined
  const next = link(others)
  return { raw: first.der, ...(next && { issuerCertificate: next }) }
}

/** A connection after a handshake. Like Node's, it shows only once the issuers that the client sent. */
function connection(protocol = 'TLSv1.3') {
  const state = { finished: Buffer.from('first'), sent: [client, intermediate], asked: 0 }
  const leaf = () => (state.sent[0] as Holder).der
  const socket = {
    authorized: true,
    authorizationError: null,
    getProtocol: () => protocol,
    getPeerFinished: () => state.finished,
    getPeerCertificate: () => toPeerCertificate(new X509Certificate(leaf())),
    getPeerX509Certificate: () => {
      const shown = link(state.sent)
      state.asked += 1
      state.sent = state.sent.slice(0, 1)
      return shown
    },
    // As OpenSSL encodes it, with a separate tag for the peer's certificate.
    getSession: () => seq(int(1), tlv(0xa3, leaf())),
  }
  return { state, socket }
}

function visit(request: RequestLike, extract: ReturnType<typeof createExtractor>): string {
  const result = extract(request)
  return result.success ? namesOf(result.certificate).join() : `${result.reason} ${result.detail}`
}

const UNTRUSTED = 'certificate_chain_untrusted unknown_issuer'

describe('an extractor with ca on a TLS socket', () => {
  afterEach(stopCounting)

  const findWith = (options: ExtractorOptions) => createExtractor({ ca: root.pem, ...options })

  it('validates the path with the certificates that the client sent', () => {
    const ask = (options: ExtractorOptions) =>
      visit({ socket: connection().socket }, findWith(options))
    expect(ask({})).to.equal('client')
    expect(ask({ includeChain: true })).to.equal('client,intermediate,root')
    expect(ask({ ca: other.pem })).to.equal(UNTRUSTED)
  })

  it('needs intermediates where Node has lost those that the client sent', () => {
    const { socket, state } = connection()
    state.sent = [client]
    expect(visit({ socket }, findWith({}))).to.equal(UNTRUSTED)
    const options = { intermediates: intermediate.pem, includeChain: true }
    expect(visit({ socket }, findWith(options))).to.equal('client,intermediate,root')
  })

  for (const cache of [true, false]) {
    it(`asks once per handshake for the sent certificates, with cache: ${cache}`, () => {
      const { socket, state } = connection()
      const find = findWith({ cache })
      for (let time = 0; time < 3; time += 1) expect(visit({ socket }, find)).to.equal('client')
      expect(state.asked).to.equal(1)
    })
  }

  it('shares the sent certificates with extractors without ca', () => {
    for (const isFirst of [true, false]) {
      const { socket, state } = connection()
      const chain = createExtractor({ includeChain: true })
      if (isFirst) expect(visit({ socket }, chain)).to.equal('client,intermediate')
      expect(visit({ socket }, findWith({}))).to.equal('client')
      expect(visit({ socket }, chain)).to.equal('client,intermediate')
      expect(visit({ socket }, createExtractor())).to.equal('client')
      expect(state.asked).to.equal(1)
    }
  })

  it('validates again after another handshake', () => {
    const { socket, state } = connection('TLSv1.2')
    const find = findWith({})
    state.sent = [direct]
    expect(visit({ socket }, find)).to.equal('direct')
    Object.assign(state, { sent: [other], finished: Buffer.from('second') })
    expect(visit({ socket }, find)).to.equal(UNTRUSTED)
    Object.assign(state, { sent: [direct], finished: Buffer.from('third') })
    expect(visit({ socket }, find)).to.equal('direct')
  })

  it('validates once per handshake, also for several strategies with one store', () => {
    const { socket, state } = connection()
    state.sent = [direct]
    const ca = createTrustStore({ ca: root.pem })
    const verifications = countCalls(X509Certificate.prototype, 'verify')
    const finders = [createExtractor({ ca }), createExtractor({ ca, includeChain: true })]
    for (let time = 0; time < 3; time += 1) {
      expect(finders.map((find) => visit({ socket }, find))).to.deep.equal([
        'direct',
        'direct,root',
      ])
    }
    expect(verifications()).to.equal(1)
  })

  it('asks the store of each strategy, and obeys each replacement', async () => {
    const { socket, state } = connection()
    state.sent = [direct]
    const [ours, theirs] = [root, other].map(({ pem }) => createTrustStore({ ca: pem })) as [
      ReturnType<typeof createTrustStore>,
      ReturnType<typeof createTrustStore>,
    ]
    const [mine, yours] = [createExtractor({ ca: ours }), createExtractor({ ca: theirs })]
    const ask = () => [visit({ socket }, mine), visit({ socket }, yours)]
    expect(ask()).to.deep.equal(['direct', UNTRUSTED])
    await ours.replace({ ca: other.pem })
    expect(ask()).to.deep.equal([UNTRUSTED, UNTRUSTED])
    await theirs.replace({ ca: root.pem })
    expect(ask()).to.deep.equal([UNTRUSTED, 'direct'])
  })

  it('reads the connection of HTTP/2 requests once', () => {
    const session = {}
    const { socket, state } = connection()
    state.sent = [direct]
    const requestOf = () => ({ socket: { ...socket }, stream: { session } }) as RequestLike
    const find = findWith({})
    expect(visit(requestOf(), find)).to.equal('direct')
    const { asked } = state
    for (let time = 0; time < 3; time += 1) expect(visit(requestOf(), find)).to.equal('direct')
    expect(state.asked).to.equal(asked)
  })

  it('rejects a certificate of which a wrapper shows no DER', () => {
    const certificate = { fingerprint256: 'AB', subject: { CN: 'client' } }
    for (const raw of [undefined, null, 'text']) {
      for (const getPeerFinished of [undefined, () => Buffer.from('first')]) {
        const socket = {
          authorized: true,
          getPeerCertificate: () => ({ ...certificate, raw }),
          getPeerFinished,
        }
        expect(visit({ socket }, findWith({}))).to.equal(UNTRUSTED)
      }
    }
  })

  it('reads a wrapper that cannot tell handshakes apart for each request', () => {
    const holders = [direct, other, direct]
    const socket = {
      authorized: true,
      getPeerCertificate: () =>
        toPeerCertificate(new X509Certificate((holders.shift() as Holder).der)),
    }
    const find = findWith({})
    const seen = [1, 2, 3].map(() => visit({ socket }, find))
    expect(seen).to.deep.equal(['direct', UNTRUSTED, 'direct'])
  })

  it('does not accept what the handshake did not', () => {
    const { socket, state } = connection()
    state.sent = [direct]
    for (const change of [
      { authorized: false },
      { authorizationError: 'CERT_HAS_EXPIRED' },
      { getCipher: () => undefined },
    ]) {
      expect(visit({ socket: { ...socket, ...change } }, findWith({}))).to.match(
        /^socket_not_authorized/,
      )
    }
  })

  it('leaves out what the client sent besides certificates', () => {
    const { socket } = connection()
    const junk = { raw: Buffer.from('junk'), issuerCertificate: link([intermediate]) }
    const getPeerX509Certificate = () => ({ raw: client.der, issuerCertificate: junk })
    expect(visit({ socket: { ...socket, getPeerX509Certificate } }, findWith({}))).to.equal(
      'client',
    )
  })
})
