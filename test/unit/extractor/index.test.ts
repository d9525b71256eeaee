import { expect } from 'chai'
import {
  createExtractor,
  extractClientCertificate,
  type ExtractorOptions,
} from '../../../src/extractor/index.js'
import type { CertificateSource } from '../../../src/parsers/presets.js'
import {
  extractOverHttp,
  extractOverHttps,
  fingerprints,
  pathOf,
} from '../../support/extract-over.js'
import {
  toApachePem,
  toBase64Der,
  toConcatenatedDer,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../../support/header-values.js'
import { testPki, type TestPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'

describe('extracting a certificate', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(closeServers)

  describe('from the header of a known proxy', () => {
    interface Proxy {
      /** Spelled the way the proxy spells it. */
      readonly header: string
      readonly leaf: () => string
      /** All header lines, where the proxy can send the chain. */
      readonly chain?: () => string[]
      /** The lines that the proxy adds when it verified the certificate. */
      readonly verified?: string[]
    }
    const { chained, intermediate, root } = {
      chained: () => pki.chained,
      intermediate: () => pki.intermediate,
      root: () => pki.root,
    }
    const verified = ['X-SSL-Client-Verify: SUCCESS']
    const xfcc: Proxy = {
      header: 'X-Forwarded-Client-Cert',
      leaf: () => toXfcc(chained()),
      chain: () => [`X-Forwarded-Client-Cert: ${toXfcc(chained(), intermediate(), root())}`],
    }
    const rfc9440: Proxy = {
      header: 'Client-Cert',
      leaf: () => toRfc9440(chained()),
      chain: () => [
        `Client-Cert: ${toRfc9440(chained())}`,
        `Client-Cert-Chain: ${toRfc9440(intermediate(), root())}`,
      ],
    }
    const proxies: Readonly<Record<CertificateSource, Proxy>> = {
      akamai: { header: 'AKAMAI-CC-DER', leaf: () => toRfc9440(chained()) },
      apache: {
        header: 'X-SSL-Client-Cert',
        leaf: () => toApachePem(chained()),
        chain: () => [
          `X-SSL-Client-Cert: ${toApachePem(chained())}`,
          `X-SSL-Client-Chain-0: ${toApachePem(intermediate())}`,
          `X-SSL-Client-Chain-1: ${toApachePem(root())}`,
          ...[2, 3, 4, 5, 6, 7, 8].map((number) => `X-SSL-Client-Chain-${number}: (null)`),
        ],
        verified,
      },
      'azure-container-apps': xfcc,
      caddy: { header: 'X-SSL-Client-Cert', leaf: () => toBase64Der(chained()) },
      cloudfront: {
        header: 'CloudFront-Viewer-Cert-Pem',
        leaf: () => toUrlPem(chained()),
        verified: ['CloudFront-Viewer-Cert-Present: 1'],
      },
      'cloudfront-passthrough': rfc9440,
      gcp: {
        header: 'X-Client-Cert-Leaf',
        leaf: () => toRfc9440(chained()),
        chain: () => [
          `X-Client-Cert-Leaf: ${toRfc9440(chained())}`,
          `X-Client-Cert-Chain: ${toRfc9440(intermediate(), root())}`,
        ],
        verified: [
          'X-Client-Cert-Present: true',
          'X-Client-Cert-Chain-Verified: true',
          'X-Client-Cert-Error: ',
        ],
      },
      haproxy: {
        header: 'X-SSL-Client-Cert',
        leaf: () => toBase64Der(chained()),
        chain: () => [
          `X-SSL-Client-Cert: ${toBase64Der(chained())}`,
          `X-SSL-Client-Chain: ${toConcatenatedDer(intermediate(), root())}`,
        ],
        verified: ['X-SSL-Client-Verify: 0'],
      },
      'ingress-nginx': {
        header: 'ssl-client-cert',
        leaf: () => toUrlPem(chained()),
        verified: ['ssl-client-verify: SUCCESS'],
      },
      'istio-gateway': xfcc,
      kong: { header: 'X-Client-Cert', leaf: () => toUrlPem(chained()) },
      nginx: { header: 'X-SSL-Client-Cert', leaf: () => toUrlPem(chained()), verified },
      'aws-alb': {
        header: 'X-Amzn-Mtls-Clientcert',
        leaf: () => toUrlPemAws(chained()),
        chain: () => [`X-Amzn-Mtls-Clientcert: ${toUrlPemAws(chained(), intermediate(), root())}`],
      },
      'aws-alb-verify': {
        header: 'X-Amzn-Mtls-Clientcert-Leaf',
        leaf: () => toUrlPemAws(chained()),
      },
      'azure-app-service': { header: 'X-ARR-ClientCert', leaf: () => toBase64Der(chained()) },
      cloudflare: { header: 'Cf-Client-Cert-Der-Base64', leaf: () => toBase64Der(chained()) },
      'cloudflare-rfc9440': rfc9440,
      envoy: xfcc,
      traefik: {
        header: 'X-Forwarded-Tls-Client-Cert',
        leaf: () => toBase64Der(chained()),
        chain: () => [
          `X-Forwarded-Tls-Client-Cert: ${toBase64Der(chained(), intermediate(), root())}`,
        ],
      },
    }

    for (const [name, { header, leaf, chain, verified: also = [] }] of Object.entries(proxies)) {
      const certificateSource = name as CertificateSource
      const lines = () => [...(chain?.() ?? [`${header}: ${leaf()}`]), ...also]

      it(`${name}: the leaf is extracted, and without includeChain nothing else`, async () => {
        const result = await extractOverHttp(lines(), { certificateSource })
        expect(result.success).to.equal(true)
        expect(result.reason).to.equal(null)
        expect(pathOf(result)).to.deep.equal(fingerprints(pki.chained))
      })

      it(`${name}: includeChain keeps the issuers that the proxy sent`, async () => {
        const result = await extractOverHttp(lines(), { certificateSource, includeChain: true })
        const sent = chain ? [pki.chained, pki.intermediate, pki.root] : [pki.chained]
        expect(pathOf(result)).to.deep.equal(fingerprints(...sent))
      })

      for (const spelled of [header.toLowerCase(), header.toUpperCase()]) {
        it(`${name}: the header may be spelled ${spelled}`, async () => {
          const result = await extractOverHttp([`${spelled}: ${leaf()}`, ...also], {
            certificateSource,
          })
          expect(pathOf(result)).to.deep.equal(fingerprints(pki.chained))
        })
      }

      it(`${name}: without the header there is no certificate`, async () => {
        expect(await extractOverHttp(also, { certificateSource })).to.deep.equal({
          success: false,
          certificate: null,
          reason: 'header_missing_or_malformed',
          detail: 'not_sent',
        })
      })
    }
  })

  it('the certificate has the shape that a TLS socket gives it', async () => {
    const overTls = await extractOverHttps(pki.ec, {})
    const overHttp = await extractOverHttp([`X-ARR-ClientCert: ${toBase64Der(pki.ec)}`], {
      certificateSource: 'azure-app-service',
    })
    expect(overTls.success).to.equal(true)
    expect(overHttp.certificate).to.deep.equal(overTls.certificate)
  })

  it('without options the TLS socket is read and no header is', async () => {
    const headers = { 'client-cert': toRfc9440(pki.rsa) }
    for (const options of [undefined, {}]) {
      const extract = (client: object) => extractOverHttps({ ...client, headers }, options ?? {})
      expect(pathOf(await extract(pki.ec))).to.deep.equal(fingerprints(pki.ec))
      expect(pathOf(await extract({}))).to.equal('socket_not_authorized')
    }
    const socket = { authorized: true, getPeerCertificate: () => ({ fingerprint256: 'AB' }) }
    expect(pathOf(createExtractor()({ socket }))).to.deep.equal(['AB'])
    expect(pathOf(extractClientCertificate({ socket }))).to.deep.equal(['AB'])
  })

  it('the one-shot form takes the same options', () => {
    const certificateSource = 'traefik'
    const request = { headers: { 'x-forwarded-tls-client-cert': toBase64Der(pki.rsa) } }
    const oneShot = extractClientCertificate(request, { certificateSource })
    expect(pathOf(oneShot)).to.deep.equal(fingerprints(pki.rsa))
    expect(oneShot).to.deep.equal(createExtractor({ certificateSource })(request))
    expect(() =>
      extractClientCertificate(request, { certificateSource: 'treefik' as never }),
    ).to.throw(TypeError, "did you mean 'traefik'?")
  })

  describe('falling back from the header to the socket', () => {
    const options: ExtractorOptions = {
      certificateHeader: 'X-Client-Cert',
      headerEncoding: 'url-pem',
    }
    const damaged = ['', '(null)', 'garbage', '%', 'one, two']

    const extract = (
      header: string | undefined,
      more: ExtractorOptions = {},
      client: object = pki.ec,
    ) =>
      extractOverHttps(
        { ...client, headers: header === undefined ? {} : { 'x-client-cert': header } },
        { ...options, ...more },
      )

    it('a good header wins over the socket', async () => {
      const result = await extract(toUrlPem(pki.rsa), { fallbackToSocket: true })
      expect(pathOf(result)).to.deep.equal(fingerprints(pki.rsa))
    })

    it('a missing or damaged header gives way to the socket', async () => {
      for (const header of [undefined, ...damaged]) {
        const result = await extract(header, { fallbackToSocket: true })
        expect(pathOf(result), header).to.deep.equal(fingerprints(pki.ec))
      }
    })

    it('unless asked for, there is no fallback', async () => {
      for (const header of [undefined, ...damaged]) {
        expect(pathOf(await extract(header)), header).to.equal('header_missing_or_malformed')
        expect(pathOf(await extract(header, { fallbackToSocket: false })), header).to.equal(
          'header_missing_or_malformed',
        )
      }
    })

    it('when the socket has none either, the socket says why', async () => {
      const result = await extract(undefined, { fallbackToSocket: true }, {})
      expect(pathOf(result)).to.equal('socket_not_authorized')
    })

    it('the socket too keeps the chain only with includeChain', async () => {
      const fallbackToSocket = true
      const plain = await extract(undefined, { fallbackToSocket })
      expect(plain.certificate).not.to.have.property('issuerCertificate')
      const linked = await extract(undefined, { fallbackToSocket, includeChain: true })
      expect(pathOf(linked)).to.deep.equal(fingerprints(pki.ec, pki.root))
    })
  })
})
