import { X509Certificate } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { expect } from 'chai'
import {
  createExtractor,
  extractClientCertificate,
  type ExtractionResult,
  type ExtractorOptions,
} from '../../src/extractor/index.js'
import { restoreClock, turnClock } from '../support/clock.js'
import { countCalls, stopCounting } from '../support/count-calls.js'
import { pathOf } from '../support/extract-over.js'
import { toBase64Der, toRfc9440, toUrlPem, toXfcc } from '../support/header-values.js'
import { partsOf, spoil } from '../support/parts-of.js'
import { type Issued, testPki, type TestPki } from '../support/pki.js'
import { closeServers, getHttp, listenHttp } from '../support/servers.js'

const HOUR_MS = 60 * 60 * 1000

/**
 * Sends the requests one after another to a real server, and extracts from each with the same
 * extractor.
 */
async function extractAll(
  extract: (request: never) => ExtractionResult,
  requests: Record<string, string | string[]>[],
  handle: (result: ExtractionResult) => void = () => undefined,
): Promise<ExtractionResult[]> {
  const results: ExtractionResult[] = []
  const listener: RequestListener = (req, res) => {
    const result = extract(req as never)
    handle(result)
    results.push(result)
    res.end()
  }
  const { port } = await listenHttp(listener)
  for (const headers of requests) await getHttp(port, { headers })
  return results
}

describe('a header certificate that was sent before', () => {
  let pki: TestPki
  let parses: () => number
  const options: ExtractorOptions = {
    certificateHeader: 'X-Cert',
    headerEncoding: 'base64-der',
    trustedProxies: 'loopback',
  }

  before(async () => {
    pki = await testPki()
  })
  beforeEach(() => {
    parses = countCalls(X509Certificate.prototype, 'toLegacyObject')
  })
  afterEach(() => {
    stopCounting()
    restoreClock()
    return closeServers()
  })

  const encodings: [encoding: 'url-pem' | 'xfcc' | 'rfc9440', encode: (leaf: Issued) => string][] =
    [
      ['url-pem', toUrlPem],
      ['xfcc', toXfcc],
      ['rfc9440', toRfc9440],
    ]
  for (const [headerEncoding, encode] of encodings) {
    it(`is not parsed again: ${headerEncoding}`, async () => {
      const extract = createExtractor({ ...options, headerEncoding })
      const sent = [pki.ec, pki.rsa, pki.ec, pki.ec, pki.rsa]
      const results = await extractAll(
        extract,
        sent.map((client) => ({ 'X-Cert': encode(client) })),
      )
      expect(results.map(({ certificate }) => certificate?.raw)).to.deep.equal(
        sent.map(({ raw }) => raw),
      )
      expect(parses()).to.equal(2)
    })
  }

  it('is parsed every time with cache: false, and by extractClientCertificate()', async () => {
    const requests = [1, 2, 3].map(() => ({ 'X-Cert': toBase64Der(pki.ec) }))
    await extractAll(createExtractor({ ...options, cache: false }), requests)
    expect(parses()).to.equal(3)
    await extractAll((request) => extractClientCertificate(request, options), requests)
    expect(parses()).to.equal(6)
  })

  it('is parsed again once other certificates have replaced it', async () => {
    const extract = createExtractor({ ...options, cache: { maxEntries: 1 } })
    const requests = [pki.ec, pki.rsa, pki.ec].map((client) => ({ 'X-Cert': toBase64Der(client) }))
    await extractAll(extract, requests)
    expect(parses()).to.equal(3)
  })

  it("doesn't show the changes that another request made to it", async () => {
    const { chained, intermediate, root } = pki
    const extract = createExtractor({ ...options, includeChain: true })
    const headers = { 'X-Cert': toBase64Der(chained, intermediate, root) }
    const fresh = extractClientCertificate(
      { headers: { 'x-cert': headers['X-Cert'] }, socket: { remoteAddress: '127.0.0.1' } },
      { ...options, includeChain: true },
    )
    const seen: unknown[] = []
    const shared: unknown[] = []
    await extractAll(extract, [headers, headers, headers], (result) => {
      expect(result).to.deep.equal(fresh)
      const parts = partsOf(result)
      shared.push(...[...parts].filter((part) => seen.includes(part)))
      seen.push(...parts)
      spoil(result.certificate as object)
    })
    expect(seen.length).to.be.greaterThan(3 * 20)
    expect(shared).to.deep.equal([])
  })

  it('is rejected as soon as it expires', async () => {
    const notAfter = new Date(Date.now() + HOUR_MS)
    const client = await pki.root.issue({ subject: 'CN=short-lived', notAfter })
    const headers = { 'X-Cert': toBase64Der(client) }
    const steps = [0, 0, 2 * HOUR_MS, 0]
    const results = await extractAll(
      (request) => {
        turnClock(steps.shift() as number)
        return extract(request)
      },
      [headers, headers, headers, headers],
    )
    expect(results.map(({ reason }) => reason)).to.deep.equal([
      null,
      null,
      'certificate_expired',
      null,
    ])
    expect(parses()).to.equal(1)
  })

  const extract = createExtractor(options)

  it('has to pass the same checks as a new certificate', async () => {
    const verifying = createExtractor({
      ...options,
      verifyHeader: 'X-Verify',
      verifyValue: 'SUCCESS',
    })
    const genuine = { 'X-Cert': toBase64Der(pki.ec), 'X-Verify': 'SUCCESS' }
    const results = await extractAll(verifying, [
      genuine,
      { 'X-Cert': genuine['X-Cert'] },
      { ...genuine, 'X-Verify': 'FAILED' },
      { ...genuine, 'X-Cert': [genuine['X-Cert'], genuine['X-Cert']] },
      { ...genuine, X_Cert: genuine['X-Cert'] },
      { ...genuine, Connection: 'X-Cert' },
      { ...genuine, 'X-Cert': `${genuine['X-Cert']} ` },
      { ...genuine, 'X-Cert': `${genuine['X-Cert']}!` },
    ])
    const [mismatch, malformed] = ['verification_header_mismatch', 'header_missing_or_malformed']
    expect(results.map(({ reason }) => reason)).to.deep.equal([
      null,
      mismatch,
      mismatch,
      ...[malformed, malformed, malformed],
      // HTTP doesn't count a space at the end of a line as part of the value.
      null,
      malformed,
    ])
    const request = { headers: { 'x-cert': genuine['X-Cert'], 'x-verify': 'SUCCESS' } }
    for (const remoteAddress of ['192.0.2.1', undefined]) {
      expect(verifying({ ...request, socket: { remoteAddress } }).reason).to.equal(
        'untrusted_proxy',
      )
    }
  })

  it('has the chain that came with it, and no other chain', async () => {
    const { chained, intermediate, root, ec } = pki
    const withChain = createExtractor({
      certificateSource: 'cloudflare-rfc9440',
      trustedProxies: 'loopback',
      includeChain: true,
    })
    const [leaf, other] = [toRfc9440(chained), toRfc9440(ec)]
    const [full, part] = [toRfc9440(intermediate, root), toRfc9440(intermediate)]
    const chainOfBoth = [chained, intermediate, root].map(
      ({ raw }) => new X509Certificate(raw).fingerprint256,
    )
    const cases: [headers: Record<string, string>, path: unknown][] = [
      [{ 'Client-Cert': leaf, 'Client-Cert-Chain': full }, chainOfBoth],
      [{ 'Client-Cert': leaf }, chainOfBoth.slice(0, 1)],
      [{ 'Client-Cert': leaf, 'Client-Cert-Chain': part }, chainOfBoth.slice(0, 2)],
      [{ 'Client-Cert': leaf, 'Client-Cert-Chain': '' }, chainOfBoth.slice(0, 1)],
      [{ 'Client-Cert': leaf, 'Client-Cert-Chain': full }, chainOfBoth],
      [{ 'Client-Cert': leaf, 'Client-Cert-Chain': 'x' }, 'header_missing_or_malformed'],
      [{ 'Client-Cert-Chain': full }, 'header_missing_or_malformed'],
      [
        { 'Client-Cert': other, 'Client-Cert-Chain': full },
        [ec, root].map(({ raw }) => new X509Certificate(raw).fingerprint256),
      ],
    ]
    const results = await extractAll(
      withChain,
      cases.map(([headers]) => headers),
    )
    expect(results.map(pathOf)).to.deep.equal(cases.map(([, path]) => path))
  })
})
