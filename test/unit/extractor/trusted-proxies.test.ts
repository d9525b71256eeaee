import { X509Certificate } from 'node:crypto'
import type { RequestOptions } from 'node:https'
import { expect } from 'chai'
import { createExtractor, type ExtractorOptions } from '../../../src/extractor/index.js'
import { Strategy } from '../../../src/index.js'
import {
  extractOverHttp,
  extractOverHttps,
  fingerprints,
  pathOf,
} from '../../support/extract-over.js'
import { toUrlPem } from '../../support/header-values.js'
import { testPki, type TestPki } from '../../support/pki.js'
import { endingsOf } from '../../support/run-strategy.js'
import { throwAny } from '../../support/run-verify.js'
import { closeServers } from '../../support/servers.js'
import { overUnixSocket } from '../../support/unix-socket.js'

const header: ExtractorOptions = { certificateHeader: 'X-Cert', headerEncoding: 'url-pem' }
const verify: ExtractorOptions = { verifyHeader: 'X-Verify', verifyValue: 'SUCCESS' }
const UNTRUSTED = { success: false, certificate: null, reason: 'untrusted_proxy' }
const NOT_LISTED = 'address_not_listed'

describe('the option "trustedProxies"', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(closeServers)

  const extract = async (
    trustedProxies: ExtractorOptions['trustedProxies'],
    lines: string[] = [],
  ) => extractOverHttp([`X-Cert: ${toUrlPem(pki.rsa)}`, ...lines], { ...header, trustedProxies })

  const trusting: [what: string, trustedProxies: ExtractorOptions['trustedProxies']][] = [
    ['a peer at a trusted address', '127.0.0.1'],
    ['a peer in a trusted network', ['192.0.2.1', 'loopback']],
    ['a peer that a function trusts', ({ address }) => address === '127.0.0.1'],
    ['every peer when it is true', true],
    ['every peer when it is undefined', undefined],
  ]
  for (const [what, trustedProxies] of trusting) {
    it(`trusts ${what}`, async () => {
      expect(pathOf(await extract(trustedProxies))).to.deep.equal(fingerprints(pki.rsa))
    })
  }

  const distrusting: [
    what: string,
    trustedProxies: ExtractorOptions['trustedProxies'],
    detail?: string,
  ][] = [
    ['a peer at another address', '192.0.2.1', NOT_LISTED],
    ['a peer in another network', ['10.0.0.0/8', 'uniquelocal', 'unix'], NOT_LISTED],
    ['a peer that a function does not trust', () => false],
    ['a peer about which a function throws', () => throwAny(new Error('boom'))],
    [
      'a peer for which a function returns a promise of true',
      (() => Promise.resolve(true)) as never,
    ],
    [
      'a peer without a certificate when a function requires it',
      ({ certificate }) => certificate !== null,
    ],
  ]
  for (const [what, trustedProxies, detail = 'function_said_no'] of distrusting) {
    it(`does not trust ${what}`, async () => {
      const forwarded = ['X-Forwarded-For: 192.0.2.1', 'Forwarded: for=192.0.2.1']
      expect(await extract(trustedProxies, forwarded)).to.deep.equal({ ...UNTRUSTED, detail })
    })
  }

  it('does not even look at the headers of an untrusted peer', () => {
    const read: string[] = []
    const socket = { remoteAddress: '192.0.2.2' }
    const request = {
      socket,
      get headers() {
        read.push('headers')
        return { 'x-cert': toUrlPem(pki.rsa), 'x-verify': 'SUCCESS' }
      },
      get rawHeaders() {
        read.push('rawHeaders')
        return []
      },
    }
    const extractor = createExtractor({ ...header, ...verify, trustedProxies: '192.0.2.1' })
    expect(extractor(request)).to.deep.equal({ ...UNTRUSTED, detail: NOT_LISTED })
    expect(read).to.deep.equal([])
    socket.remoteAddress = '192.0.2.1'
    expect(pathOf(extractor(request))).to.deep.equal(fingerprints(pki.rsa))
    expect(read).to.include.members(['headers', 'rawHeaders'])
  })

  it('decides anew for every request', () => {
    const answers = [true, false, true]
    const trustedProxies = () => answers.shift() === true
    const extractor = createExtractor({ ...header, trustedProxies })
    const headers = { 'x-cert': toUrlPem(pki.ec) }
    const reasons = [1, 2, 3].map(() => extractor({ headers }).reason)
    expect(reasons).to.deep.equal([null, 'untrusted_proxy', null])
  })

  it("can trust a proxy by its own certificate, which is not the client's", async () => {
    const proxy = fingerprints(pki.ec)[0]
    const trustedProxies: ExtractorOptions['trustedProxies'] = ({ certificate }) =>
      certificate?.fingerprint256 === proxy
    const headers = { 'x-cert': toUrlPem(pki.rsa) }
    for (const fallbackToSocket of [false, true]) {
      const options = { ...header, trustedProxies, fallbackToSocket }
      const result = await extractOverHttps({ ...pki.ec, headers }, options)
      expect(pathOf(result)).to.deep.equal(fingerprints(pki.rsa))
    }
    for (const client of [{}, pki.chained, pki.unknown, pki.selfSigned]) {
      const options = { ...header, trustedProxies }
      const detail = 'function_said_no'
      const result = await extractOverHttps({ ...client, headers }, options)
      expect(result).to.deep.equal({ ...UNTRUSTED, detail })
    }
  })

  it('answers an untrusted peer with a 401 and the reason', async () => {
    const seen: unknown[] = []
    const strategy = new Strategy(
      {
        ...header,
        trustedProxies: '192.0.2.1',
        onRejected: (cert, _req, reason) => void seen.push(cert, reason),
      },
      () => throwAny(new Error('verify was called')),
    )
    const message = 'Client certificate header from an untrusted source'
    expect(await endingsOf(strategy, { headers: { 'x-cert': toUrlPem(pki.rsa) } })).to.deep.equal([
      ['fail', { message, reason: 'untrusted_proxy', detail: 'address_unknown' }, 401],
    ])
    expect(seen).to.deep.equal([null, 'untrusted_proxy'])
  })

  describe('beside clients that connect themselves', () => {
    const fallback = { ...header, fallbackToSocket: true }
    const untrusted = { ...fallback, trustedProxies: '192.0.2.1' }
    const trusted = { ...fallback, trustedProxies: 'loopback' }
    const client = (headers: Record<string, string>, own: RequestOptions): RequestOptions => ({
      ...own,
      headers,
    })

    it('treats a peer without an address as neither the proxy nor a client', () => {
      const certificate = new X509Certificate(pki.ec.cert).toLegacyObject()
      const tls = { authorized: true, getPeerCertificate: () => certificate }
      for (const trustedProxies of ['192.0.2.1', 'unix', () => false] as const) {
        const extractor = createExtractor({ ...fallback, trustedProxies })
        const ask = (socket: object) =>
          pathOf(extractor({ headers: {}, socket: { ...tls, ...socket } }))
        for (const remoteAddress of [undefined, null, 7]) {
          expect(ask({ remoteAddress })).to.equal('untrusted_proxy')
          // The server's own address says nothing about a connection that it was handed.
          const server = { address: () => '/run/app.sock' }
          expect(ask({ remoteAddress, server })).to.equal('untrusted_proxy')
        }
        expect(ask({ remoteAddress: '192.0.2.2' })).to.deep.equal(fingerprints(pki.ec))
      }
    })

    it('recognizes a peer that connects over a Unix-domain socket', () => {
      const certificate = new X509Certificate(pki.ec.cert).toLegacyObject()
      const extractor = createExtractor({ ...fallback, trustedProxies: '192.0.2.1' })
      const socket = {
        authorized: true,
        getPeerCertificate: () => certificate,
        ...overUnixSocket(),
      }
      expect(pathOf(extractor({ headers: {}, socket }))).to.deep.equal(fingerprints(pki.ec))
    })

    it('an untrusted peer is judged by its socket alone', async () => {
      for (const value of [toUrlPem(pki.rsa), 'garbage', '']) {
        const result = await extractOverHttps(client({ 'x-cert': value }, pki.ec), untrusted)
        expect(pathOf(result)).to.deep.equal(fingerprints(pki.ec))
      }
      const result = await extractOverHttps(client({}, pki.ec), { ...untrusted, ...verify })
      expect(pathOf(result)).to.deep.equal(fingerprints(pki.ec))
      for (const own of [{}, pki.unknown]) {
        const forged = client({ 'x-cert': toUrlPem(pki.rsa) }, own)
        expect(pathOf(await extractOverHttps(forged, untrusted))).to.equal('socket_not_authorized')
      }
    })

    it('a trusted proxy is judged by its header alone', async () => {
      for (const headers of [{}, { 'x-cert': '' }, { 'x-cert': 'garbage' }]) {
        const result = await extractOverHttps(client(headers, pki.ec), trusted)
        expect(pathOf(result)).to.equal('header_missing_or_malformed')
      }
      for (const own of [{}, pki.ec, pki.unknown]) {
        const result = await extractOverHttps(client({ 'x-cert': toUrlPem(pki.rsa) }, own), trusted)
        expect(pathOf(result)).to.deep.equal(fingerprints(pki.rsa))
      }
    })
  })

  it('is rejected where no header is read, because it has no effect there', () => {
    for (const trustedProxies of [true, 'loopback', ['::1'], () => true] as const) {
      for (const fallbackToSocket of [undefined, false, true]) {
        expect(() => createExtractor({ trustedProxies, fallbackToSocket }))
          .to.throw(
            TypeError,
            'option "trustedProxies" needs "certificateSource" or "certificateHeader" with it',
          )
          .with.property('code', 'ERR_INVALID_ARG_VALUE')
      }
    }
  })

  it('cannot be true beside clients that connect themselves', () => {
    expect(() => createExtractor({ ...header, trustedProxies: true, fallbackToSocket: true }))
      .to.throw(
        TypeError,
        'option "fallbackToSocket" cannot tell a proxy from a client when "trustedProxies" is true; ' +
          'name the proxies. Received true',
      )
      .with.property('code', 'ERR_INVALID_ARG_VALUE')
    const options = { ...header, trustedProxies: true, fallbackToSocket: false } as const
    expect(() => createExtractor(options)).not.to.throw()
  })
})
