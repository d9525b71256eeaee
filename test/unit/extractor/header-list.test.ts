import { expect } from 'chai'
import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { extractOverHttp, fingerprints, pathOf } from '../../support/extract-over.js'
import { toBase64Der, toUrlPem, toUrlPemAws } from '../../support/header-values.js'
import { type Issued, testPki, type TestPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'

const REFUSED = 'header_missing_or_malformed'

describe('several certificates in one header', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(closeServers)

  const extract = async (line: string, options: ExtractorOptions) =>
    pathOf(await extractOverHttp([line], options))

  const traefik: ExtractorOptions = { certificateSource: 'traefik' }
  const custom: ExtractorOptions = { certificateHeader: 'X-Cert', headerEncoding: 'base64-der' }

  const singles: [where: string, header: string, options: ExtractorOptions][] = [
    ['Cloudflare', 'Cf-Client-Cert-Der-Base64', { certificateSource: 'cloudflare' }],
    ['Azure', 'X-ARR-ClientCert', { certificateSource: 'azure-app-service' }],
    ['Azure, renamed', 'X-Cert', { ...custom, certificateSource: 'azure-app-service' }],
    ['base64 DER with a chain header', 'X-Cert', { ...custom, chainHeader: 'X-Chain' }],
  ]
  for (const [where, header, options] of singles) {
    it(`are rejected where only one is allowed: ${where}`, async () => {
      const line = `${header}: ${toBase64Der(pki.chained, pki.intermediate)}`
      expect(await extract(line, options)).to.equal(REFUSED)
      expect(await extract(line, { ...options, includeChain: false })).to.equal(REFUSED)
      expect(await extract(line, { ...options, includeChain: true })).to.equal(REFUSED)
    })
  }

  it('are rejected where AWS sends only the leaf', async () => {
    const line = `X-Amzn-Mtls-Clientcert-Leaf: ${toUrlPemAws(pki.chained, pki.intermediate)}`
    for (const includeChain of [false, true]) {
      expect(await extract(line, { certificateSource: 'aws-alb-verify', includeChain })).to.equal(
        REFUSED,
      )
    }
  })

  it('are read from Traefik, and the leaf also where the chain is not wanted', async () => {
    const line = `X-Forwarded-Tls-Client-Cert: ${toBase64Der(pki.chained, pki.intermediate)}`
    expect(await extract(line, traefik)).to.deep.equal(fingerprints(pki.chained))
    expect(await extract(line, { ...traefik, includeChain: true })).to.deep.equal(
      fingerprints(pki.chained, pki.intermediate),
    )
  })

  it('are read from any base64 DER header, but only where the chain is wanted', async () => {
    const line = `X-Cert: ${toBase64Der(pki.chained, pki.intermediate)}`
    expect(await extract(line, { ...custom, includeChain: true })).to.deep.equal(
      fingerprints(pki.chained, pki.intermediate),
    )
    expect(await extract(line, custom)).to.equal(REFUSED)
    expect(await extract(line, { ...custom, includeChain: false })).to.equal(REFUSED)
  })

  it('are read as PEM blocks from any header', async () => {
    const line = `X-Cert: ${toUrlPem(pki.chained, pki.intermediate)}`
    for (const headerEncoding of ['url-pem', 'url-pem-aws'] as const) {
      const options: ExtractorOptions = { certificateHeader: 'X-Cert', headerEncoding }
      expect(await extract(line, options)).to.deep.equal(fingerprints(pki.chained))
      expect(await extract(line, { ...options, includeChain: true })).to.deep.equal(
        fingerprints(pki.chained, pki.intermediate),
      )
    }
  })

  const noCertificate = Buffer.from('not a certificate').toString('base64')

  it('never make the second one the leaf, however damaged the first is', async () => {
    for (const damaged of ['', '(null)', 'AAA', noCertificate]) {
      const line = `X-Forwarded-Tls-Client-Cert: ${damaged},${toBase64Der(pki.rsa)}`
      for (const includeChain of [false, true]) {
        expect(await extract(line, { ...traefik, includeChain }), damaged).to.equal(REFUSED)
      }
    }
  })

  it("are rejected when the chain is requested and an issuer isn't a certificate", async () => {
    const damaged = `${toBase64Der(pki.chained)},${noCertificate},${toBase64Der(pki.intermediate)}`
    const line = `X-Forwarded-Tls-Client-Cert: ${damaged}`
    expect(await extract(line, { ...traefik, includeChain: true })).to.equal(REFUSED)
    expect(await extract(line, traefik)).to.deep.equal(fingerprints(pki.chained))
  })

  it('may be ten and not eleven', async () => {
    const line = (count: number) => {
      const issuers = Array<Issued>(count - 1).fill(pki.root)
      return `X-Forwarded-Tls-Client-Cert: ${toBase64Der(pki.ec, ...issuers)}`
    }
    for (const includeChain of [false, true]) {
      const options = { ...traefik, includeChain }
      const expected = includeChain ? [pki.ec, pki.root] : [pki.ec]
      expect(await extract(line(10), options)).to.deep.equal(fingerprints(...expected))
      expect(await extract(line(11), options)).to.equal(REFUSED)
    }
  })
})
