import { expect } from 'chai'
import {
  createFetchExtractor,
  extractClientCertificateFromRequest,
  type FetchOptions,
} from '../../src/fetch.js'
import { fingerprints, pathOf } from '../support/extract-over.js'
import { toBase64Der, toRfc9440, toUrlPem } from '../support/header-values.js'
import { testPki, type TestPki } from '../support/pki.js'

const NONE = 'header_missing_or_malformed'

const nginx: FetchOptions = { certificateSource: 'nginx', trustedProxies: 'loopback' }

function requestWith(headers: HeadersInit): Request {
  return new Request('https://api.example.com/', { headers })
}

describe('the certificate of a web-standard Request', () => {
  let pki: TestPki
  let genuine: Record<string, string>
  before(async () => {
    pki = await testPki()
    genuine = { 'X-SSL-Client-Cert': toUrlPem(pki.ec), 'X-SSL-Client-Verify': 'SUCCESS' }
  })

  const both = (headers: HeadersInit, options: FetchOptions) => {
    const once = pathOf(extractClientCertificateFromRequest(requestWith(headers), options))
    const again = createFetchExtractor(options)
    for (let time = 0; time < 2; time += 1) {
      expect(pathOf(again(requestWith(headers)))).to.deep.equal(once)
    }
    return once
  }

  it('is that of the header, from a trusted peer', () => {
    const options = { ...nginx, peerAddress: '127.0.0.1' }
    expect(both(genuine, options)).to.deep.equal(fingerprints(pki.ec))
    expect(both(genuine, { ...options, trustedProxies: true })).to.deep.equal(fingerprints(pki.ec))
    const { 'X-SSL-Client-Cert': cert } = genuine
    expect(both({ 'X-SSL-Client-Cert': cert as string }, options)).to.equal(
      'verification_header_mismatch',
    )
    expect(both({ 'X-SSL-Client-Verify': 'SUCCESS' }, options)).to.equal(NONE)
  })

  it('comes with its chain, where that is wanted', () => {
    const { chained, intermediate, root } = pki
    const headers: [string, string][] = [
      ['Client-Cert', toRfc9440(chained)],
      ['Client-Cert-Chain', toRfc9440(intermediate)],
      ['Client-Cert-Chain', toRfc9440(root)],
    ]
    const options = { certificateSource: 'cloudflare-rfc9440', trustedProxies: true } as const
    const path = fingerprints(chained, intermediate, root)
    expect(both(headers, { ...options, includeChain: true })).to.deep.equal(path)
    expect(both(headers, options)).to.deep.equal(path.slice(0, 1))
  })

  it('is accepted only where the server says that the peer is trusted', () => {
    for (const peerAddress of ['192.0.2.1', 'localhost', 'loopback', undefined]) {
      expect(both(genuine, { ...nginx, peerAddress })).to.equal('untrusted_proxy')
    }
    const listed = { ...genuine, 'X-Forwarded-For': '127.0.0.1' }
    expect(both(listed, nginx)).to.equal('untrusted_proxy')
  })

  it('takes the address of the peer with the request, or from a function', () => {
    const extract = createFetchExtractor(nginx)
    expect(pathOf(extract(requestWith(genuine), '127.0.0.1'))).to.deep.equal(fingerprints(pki.ec))
    for (const address of ['192.0.2.1', null, undefined]) {
      expect(extract(requestWith(genuine), address).reason).to.equal('untrusted_proxy')
    }
    const seen: unknown[] = []
    const request = requestWith(genuine)
    const peerAddress = (asked: unknown) => {
      seen.push(asked)
      return '::1'
    }
    expect(createFetchExtractor({ ...nginx, peerAddress })(request).success).to.equal(true)
    expect(seen).to.deep.equal([request])
    const overruled = createFetchExtractor({ ...nginx, peerAddress })
    expect(overruled(request, '192.0.2.1').reason).to.equal('untrusted_proxy')
  })

  it('is rejected when the function that knows the peer fails', () => {
    const fail = () => {
      throw new Error('no peer')
    }
    expect(both(genuine, { ...nginx, peerAddress: fail })).to.equal(NONE)
    for (const nothing of [null, undefined, 7]) {
      const peerAddress = () => nothing as never
      expect(both(genuine, { ...nginx, peerAddress })).to.equal('untrusted_proxy')
    }
  })

  it('is rejected when a header came twice, though the request shows one', () => {
    const options = { ...nginx, peerAddress: '127.0.0.1' }
    const cert = genuine['X-SSL-Client-Cert'] as string
    const verify: [string, string] = ['X-SSL-Client-Verify', 'SUCCESS']
    const lines: [string, string][] = [['X-SSL-Client-Cert', cert], verify]
    expect(both([...lines, ['X-SSL-Client-Cert', cert]], options)).to.equal(NONE)
    expect(both([...lines, verify], options)).to.equal('verification_header_mismatch')
    for (const certificateSource of ['traefik', 'azure-app-service'] as const) {
      const header =
        certificateSource === 'traefik' ? 'X-Forwarded-Tls-Client-Cert' : 'X-ARR-ClientCert'
      const twice: [string, string][] = [
        [header, toBase64Der(pki.ec)],
        [header, toBase64Der(pki.rsa)],
      ]
      expect(both(twice, { certificateSource, trustedProxies: true })).to.equal(NONE)
    }
    expect(both([...lines, ['X_SSL_Client_Cert', cert]], options)).to.equal(NONE)
  })

  it('is rejected when so many lines were joined that Node may have dropped some', () => {
    const options = { ...nginx, peerAddress: '127.0.0.1' }
    const extract = (extra: [string, string][]) =>
      extractClientCertificateFromRequest(
        { headers: new Headers([...Object.entries(genuine), ...extra]) },
        options,
      )
    const { length } = Object.keys(genuine)
    for (const name of ['a', 'cookie']) {
      const lines = Array.from({ length: 1000 - length }, (): [string, string] => [name, 'x'])
      expect(extract(lines)).to.include({ reason: NONE, detail: 'too_many_headers' })
      expect(pathOf(extract(lines.slice(1)))).to.deep.equal(fingerprints(pki.ec))
    }
  })

  describe('in headers that are not Headers', () => {
    const options = { ...nginx, peerAddress: '127.0.0.1' }
    const extract = (headers: unknown, own: FetchOptions = options) => {
      const request = { headers } as { headers: Headers }
      const once = pathOf(extractClientCertificateFromRequest(request, own))
      expect(pathOf(createFetchExtractor(own)(request))).to.deep.equal(once)
      return once
    }
    type Lines = [name: string, value: string][]
    const CERT = 'X-SSL-Client-Cert'
    const VERIFY = 'X-SSL-Client-Verify'

    /** Like those of Node, which `get()` shows in full, though their iterator may not. */
    const headersOf = (iterated: Lines, shown: Record<string, string | null>) => ({
      [Symbol.iterator]: () => iterated[Symbol.iterator](),
      get(name: string) {
        expect(this[Symbol.iterator]).to.be.a('function')
        return shown[name.toLowerCase()] ?? null
      },
    })

    it('is read from pairs, a Map, and whatever else there are pairs in', () => {
      const lines = Object.entries(genuine)
      const generated = function* () {
        yield* lines
      }
      const both = headersOf(lines, Object.fromEntries(new Headers(lines)))
      for (const headers of [lines, new Map(lines), new Set(lines), generated(), both]) {
        const request = { headers }
        const { certificate } = createFetchExtractor(options)(request)
        expect(certificate?.raw.equals(pki.ec.raw)).to.equal(true)
      }
    })

    it('is rejected when a name occurs twice, in any case and at any place', () => {
      const cert = genuine[CERT] as string
      const forged = toUrlPem(pki.rsa)
      const lines = Object.entries(genuine)
      const twice: Lines[] = [
        [[CERT, forged], ...lines],
        [...lines, [CERT, forged]],
        [...lines, [CERT.toLowerCase(), cert]],
        [[CERT.toUpperCase(), forged], ...lines],
        [[CERT, ''], ...lines],
        [...lines, [CERT, '']],
      ]
      for (const headers of twice) {
        expect(extract(headers)).to.equal(NONE)
        if (new Map(headers).size === headers.length)
          expect(extract(new Map(headers))).to.equal(NONE)
      }
      for (const verify of ['SUCCESS', 'NONE', '']) {
        for (const headers of [
          [[VERIFY.toLowerCase(), verify], ...lines],
          [...lines, [VERIFY.toLowerCase(), verify]],
        ]) {
          expect(extract(headers)).to.equal('verification_header_mismatch')
          expect(extract(new Map(headers as Lines))).to.equal('verification_header_mismatch')
        }
      }
    })

    it('is rejected when get() knows of a line that the iterator leaves out', () => {
      const lines = Object.entries(genuine)
      const cert = genuine[CERT]?.toString() ?? ''
      const shown = { [CERT.toLowerCase()]: cert, [VERIFY.toLowerCase()]: 'SUCCESS' }
      expect(extract(headersOf(lines, shown))).to.deep.equal(fingerprints(pki.ec))
      const twice = { ...shown, [CERT.toLowerCase()]: `, ${cert}` }
      expect(extract(headersOf(lines, twice))).to.equal(NONE)
      const verifiedTwice = { ...shown, [VERIFY.toLowerCase()]: ', SUCCESS' }
      expect(extract(headersOf(lines, verifiedTwice))).to.equal('verification_header_mismatch')
      for (const hidden of [null, undefined, 7]) {
        const odd = { ...shown, [CERT.toLowerCase()]: hidden as null }
        expect(extract(headersOf(lines, odd))).to.equal(NONE)
      }
    })

    it('is rejected when the iterator shows two lines, whatever get() returns for them', () => {
      const lines = Object.entries(genuine)
      const shown = Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value]))
      const twice: Lines = [...lines, [CERT, toUrlPem(pki.rsa)]]
      expect(extract(headersOf(twice, shown))).to.equal(NONE)
      expect(extract(new URLSearchParams(twice))).to.equal(NONE)
    })
  })

  it('is missing from a request without headers, or with odd ones, which never throws', () => {
    const extract = createFetchExtractor({ ...nginx, trustedProxies: true })
    const trap = {
      get headers(): Headers {
        throw new Error('trap')
      },
    }
    for (const odd of [{}, null, { headers: null }, { headers: [['a']] }, trap] as never[]) {
      expect(extract(odd).success).to.equal(false)
      expect(extractClientCertificateFromRequest(odd, nginx).success).to.equal(false)
    }
  })

  it('is only in a header: there is no socket', () => {
    const refused: [options: unknown, message: string][] = [
      [{}, 'options need "certificateSource" or "certificateHeader"'],
      [{ ...nginx, fallbackToSocket: true }, 'option "fallbackToSocket" has no meaning'],
      [{ certificateSource: 'api-gateway' }, 'option "certificateSource" isn\'t a header'],
      [
        { certificateSource: 'nginx', peerAddress: '127.0.0.1' },
        'option "peerAddress" needs "trustedProxies" with it',
      ],
      ...['unix', ['loopback', 'unix']].map((trustedProxies): [object, string] => [
        { ...nginx, trustedProxies },
        `option "trustedProxies" cannot be 'unix'`,
      ]),
      [{ ...nginx, peerAddress: '' }, 'option "peerAddress" must not be empty'],
      [{ ...nginx, peerAddress: 7 }, 'option "peerAddress" must be a string or a function'],
      [{ ...nginx, peerAdress: '::1' }, `did you mean 'peerAddress'?`],
      [null, 'options must be an object'],
    ]
    for (const [options, message] of refused) {
      for (const make of [
        () => createFetchExtractor(options as FetchOptions),
        () => extractClientCertificateFromRequest(requestWith({}), options as FetchOptions),
      ]) {
        expect(make).to.throw(TypeError, message)
      }
    }
  })
})
