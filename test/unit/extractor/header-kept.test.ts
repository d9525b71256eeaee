import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import {
  createExtractor,
  extractClientCertificate,
  type ExtractorOptions,
} from '../../../src/extractor/index.js'
import { countCalls, stopCounting } from '../../support/count-calls.js'
import { fingerprints, pathOf } from '../../support/extract-over.js'
import { toBase64Der } from '../../support/header-values.js'
import { type Issued, testPki, type TestPki } from '../../support/pki.js'

const MALFORMED = 'header_missing_or_malformed'

describe('a header certificate that came before', () => {
  let pki: TestPki
  let parses: () => number
  before(async () => {
    pki = await testPki()
  })
  beforeEach(() => {
    parses = countCalls(X509Certificate.prototype, 'toLegacyObject')
  })
  afterEach(stopCounting)

  const options: ExtractorOptions = {
    certificateHeader: 'X-Cert',
    headerEncoding: 'base64-der',
    trustedProxies: 'loopback',
  }
  const sent = (headers: Record<string, string>) => ({
    headers,
    socket: { remoteAddress: '127.0.0.1' },
  })
  const requestOf = (client: Issued) => sent({ 'x-cert': toBase64Der(client) })

  const limits: [cache: ExtractorOptions['cache'], parses: number][] = [
    [undefined, 2],
    [true, 2],
    [{ maxEntries: 2 }, 2],
    [{ maxEntries: 1 }, 4],
    [{ maxBytes: 10_000_000 }, 2],
    [{ maxBytes: 1 }, 4],
    [false, 4],
  ]
  for (const [cache, times] of limits) {
    it(`is read ${times === 2 ? 'once' : 'again'} with cache: ${JSON.stringify(cache)}`, () => {
      const extract = createExtractor({ ...options, cache })
      for (const client of [pki.ec, pki.rsa, pki.ec, pki.rsa]) {
        expect(pathOf(extract(requestOf(client)))).to.deep.equal(fingerprints(client))
      }
      expect(parses()).to.equal(times)
    })
  }

  it('is read again by another extractor, and by the one-shot form', () => {
    for (const _ of [1, 2]) createExtractor(options)(requestOf(pki.ec))
    expect(parses()).to.equal(2)
    for (const _ of [1, 2]) extractClientCertificate(requestOf(pki.ec), options)
    expect(parses()).to.equal(4)
  })

  it('is read once with its chain, and again with another', () => {
    const { chained, intermediate, root } = pki
    const extract = createExtractor({ ...options, chainHeader: 'X-Chain', includeChain: true })
    const chains: [others: Issued[], path: string[]][] = [
      [[intermediate, root], fingerprints(chained, intermediate, root)],
      [[intermediate], fingerprints(chained, intermediate)],
      [[], fingerprints(chained)],
    ]
    for (const [others, path] of [...chains, ...chains]) {
      const chain = others.length === 0 ? {} : { 'x-chain': toBase64Der(...others) }
      const request = sent({ 'x-cert': toBase64Der(chained), ...chain })
      expect(pathOf(extract(request))).to.deep.equal(path)
    }
    expect(parses()).to.equal(3 + 2 + 1)
  })

  it('cannot be given with its end cut off and put into the chain', () => {
    const extract = createExtractor({ ...options, chainHeader: 'X-Chain', includeChain: true })
    const [leaf, issuer] = [toBase64Der(pki.chained), toBase64Der(pki.intermediate)]
    const ask = (cert: string, chain: string) =>
      pathOf(extract(sent({ 'x-cert': cert, 'x-chain': chain })))
    expect(ask(leaf, issuer)).to.have.lengthOf(2)
    expect(ask(leaf.slice(0, -8), leaf.slice(-8) + issuer)).to.equal(MALFORMED)
    expect(ask(`${String(leaf.length)}:${leaf}${issuer}`, '')).to.equal(MALFORMED)
  })
})
