import { expect } from 'chai'
import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { extractOverHttp, fingerprints, pathOf } from '../../support/extract-over.js'
import { toBase64Der, toConcatenatedDer, toRfc9440, toUrlPem } from '../../support/header-values.js'
import { type Issued, testPki, type TestPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'

const REFUSED = 'header_missing_or_malformed'

describe('reading the chain from a separate header', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(closeServers)

  const extract = async (lines: string[], options: ExtractorOptions) =>
    pathOf(await extractOverHttp(lines, { includeChain: true, ...options }))

  const times = (count: number, certificate: Issued) => Array<Issued>(count).fill(certificate)
  const base64Der: ExtractorOptions = {
    certificateHeader: 'X-Cert',
    headerEncoding: 'base64-der',
    chainHeader: 'X-Chain',
  }

  describe('of RFC 9440', () => {
    const options: ExtractorOptions = { certificateSource: 'cloudflare-rfc9440' }
    const leaf = () => `Client-Cert: ${toRfc9440(pki.chained)}`
    const all = () => fingerprints(pki.chained, pki.intermediate, pki.root)

    it('the list may be sent over several lines, in any letter case', async () => {
      const [one, two] = [toRfc9440(pki.intermediate), toRfc9440(pki.root)]
      for (const name of ['Client-Cert-Chain', 'client-cert-chain', 'CLIENT-CERT-CHAIN']) {
        const lines = [leaf(), `Client-Cert-Chain: ${one}`, `${name}: ${two}`]
        expect(await extract(lines, options), name).to.deep.equal(all())
      }
    })

    it('the leaf may not be sent over several lines', async () => {
      const chain = `Client-Cert-Chain: ${toRfc9440(pki.intermediate)}`
      expect(await extract([leaf(), chain, leaf()], options)).to.equal(REFUSED)
      const both = `Client-Cert: ${toRfc9440(pki.chained, pki.intermediate)}`
      expect(await extract([both], options)).to.equal(REFUSED)
    })

    it('the preset takes another name for it', async () => {
      const chainHeader = 'X-Edge-Chain'
      const lines = [leaf(), `x-edge-chain: ${toRfc9440(pki.root, pki.intermediate)}`]
      expect(await extract(lines, { ...options, chainHeader })).to.deep.equal(all())
      const unread = [leaf(), `Client-Cert-Chain: ${toRfc9440(pki.intermediate, pki.root)}`]
      expect(await extract(unread, { ...options, chainHeader })).to.deep.equal(
        fingerprints(pki.chained),
      )
    })

    it('rejects a chain without the leaf', async () => {
      const chain = `Client-Cert-Chain: ${toRfc9440(pki.chained, pki.intermediate)}`
      expect(await extract([chain], options)).to.equal(REFUSED)
      expect(await extract(['Client-Cert:', chain], options)).to.equal(REFUSED)
    })

    it('the list may be one Byte Sequence of all certificates, as HAProxy writes it', async () => {
      const chain = toConcatenatedDer(pki.intermediate, pki.root)
      for (const value of [`:${chain}:`, `:${chain.replace(/=+$/, '')}:`]) {
        expect(await extract([leaf(), `Client-Cert-Chain: ${value}`], options)).to.deep.equal(all())
      }
      const both = [`:${toConcatenatedDer(pki.intermediate)}:`, `:${toConcatenatedDer(pki.root)}:`]
      const lines = both.map((value) => `Client-Cert-Chain: ${value}`)
      expect(await extract([leaf(), ...lines], options)).to.deep.equal(all())
    })

    it('leaf and such a chain may have ten certificates together and not eleven', async () => {
      const lines = (count: number) => [
        `Client-Cert: ${toRfc9440(pki.ec)}`,
        `Client-Cert-Chain: :${toConcatenatedDer(...times(count - 1, pki.root))}:`,
      ]
      expect(await extract(lines(10), options)).to.deep.equal(fingerprints(pki.ec, pki.root))
      expect(await extract(lines(11), options)).to.equal(REFUSED)
    })

    it('is none where HAProxy has none, as in a resumed session, and only then', async () => {
      const none = 'Client-Cert-Chain: ::'
      for (const cache of [true, false]) {
        expect(await extract([leaf(), none], { ...options, cache })).to.deep.equal(
          fingerprints(pki.chained),
        )
      }
      const one = `Client-Cert-Chain: ${toRfc9440(pki.intermediate)}`
      for (const lines of [
        [none, none],
        [none, one],
        [one, none],
        ['Client-Cert-Chain: ::, ::'],
        ['Client-Cert-Chain: :::'],
        ['Client-Cert-Chain: : :'],
      ]) {
        expect(await extract([leaf(), ...lines], options), lines.join()).to.equal(REFUSED)
      }
    })

    it('rejects an empty Byte Sequence as the leaf, with any chain', async () => {
      const chain = `Client-Cert-Chain: ${toRfc9440(pki.chained, pki.intermediate)}`
      for (const lines of [[], [chain], ['Client-Cert-Chain: ::']]) {
        expect(await extract(['Client-Cert: ::', ...lines], options)).to.equal(REFUSED)
      }
    })

    it('a stranger in the chain is not linked', async () => {
      const chain = `Client-Cert-Chain: ${toRfc9440(pki.stranger, pki.intermediate)}`
      expect(await extract([leaf(), chain], options)).to.deep.equal(
        fingerprints(pki.chained, pki.intermediate),
      )
    })
  })

  const encodings: [encoding: 'url-pem' | 'url-pem-aws' | 'base64-der', typeof toUrlPem][] = [
    ['url-pem', toUrlPem],
    ['url-pem-aws', toUrlPem],
    ['base64-der', toBase64Der],
  ]
  for (const [headerEncoding, encode] of encodings) {
    describe(`encoded as ${headerEncoding}`, () => {
      const options: ExtractorOptions = { ...base64Der, headerEncoding }

      it('the chain is linked', async () => {
        const lines = [
          `X-Cert: ${encode(pki.chained)}`,
          `x-chain: ${encode(pki.intermediate, pki.root)}`,
        ]
        expect(await extract(lines, options)).to.deep.equal(
          fingerprints(pki.chained, pki.intermediate, pki.root),
        )
      })

      it('the header may not be sent over several lines', async () => {
        const lines = [
          `X-Cert: ${encode(pki.chained)}`,
          `X-Chain: ${encode(pki.intermediate)}`,
          `x-chain: ${encode(pki.root)}`,
        ]
        expect(await extract(lines, options)).to.equal(REFUSED)
        expect(await extract(lines, { ...options, includeChain: false })).to.deep.equal(
          fingerprints(pki.chained),
        )
      })
    })
  }

  const absent = ['', '(null)', '{http.request.tls.client.certificate_der_base64}', '{}']
  const damaged = [
    'garbage',
    ':AAAA',
    ':::',
    '::,::',
    ',',
    'null',
    '()',
    '{',
    '}',
    '{x',
    'x}',
    '(null) ,',
  ]

  for (const certificateSource of ['cloudflare-rfc9440', undefined] as const) {
    const options = certificateSource ? { certificateSource } : base64Der
    const [header, chainHeader] = certificateSource
      ? ['Client-Cert', 'Client-Cert-Chain']
      : ['X-Cert', 'X-Chain']
    const leaf = () =>
      `${header}: ${certificateSource ? toRfc9440(pki.chained) : toBase64Der(pki.chained)}`

    describe(`as ${certificateSource ?? 'base64 DER'}`, () => {
      it('where there is none, the leaf stands alone', async () => {
        expect(await extract([leaf()], options)).to.deep.equal(fingerprints(pki.chained))
        for (const value of absent) {
          expect(await extract([leaf(), `${chainHeader}: ${value}`], options), value).to.deep.equal(
            fingerprints(pki.chained),
          )
        }
      })

      it('rejects the request when the chain is damaged', async () => {
        const noCertificate = Buffer.from('not a certificate').toString('base64')
        const others = certificateSource ? [`:${noCertificate}:`] : [noCertificate, '::']
        const values = [...damaged, ...others]
        for (const value of values) {
          const lines = [leaf(), `${chainHeader}: ${value}`]
          expect(await extract(lines, options), value).to.equal(REFUSED)
        }
      })

      it('where it is not wanted, it is not read', async () => {
        for (const value of [...absent, ...damaged]) {
          const lines = [leaf(), `${chainHeader}: ${value}`]
          expect(await extract(lines, { ...options, includeChain: false }), value).to.deep.equal(
            fingerprints(pki.chained),
          )
        }
      })
    })
  }

  it('leaf and chain may have ten certificates together and not eleven', async () => {
    const lines = (count: number) => [
      `X-Cert: ${toBase64Der(pki.ec)}`,
      `X-Chain: ${toBase64Der(...times(count - 1, pki.root))}`,
    ]
    expect(await extract(lines(10), base64Der)).to.deep.equal(fingerprints(pki.ec, pki.root))
    expect(await extract(lines(11), base64Der)).to.equal(REFUSED)
  })

  it('includes a list in the header of the leaf in this limit', async () => {
    const options: ExtractorOptions = { certificateSource: 'traefik', chainHeader: 'X-Chain' }
    const lines = (inChain: number) => [
      `X-Forwarded-Tls-Client-Cert: ${toBase64Der(pki.ec, ...times(4, pki.intermediate))}`,
      `X-Chain: ${toBase64Der(...times(inChain, pki.root))}`,
    ]
    expect(await extract(lines(5), options)).to.deep.equal(fingerprints(pki.ec, pki.root))
    expect(await extract(lines(6), options)).to.equal(REFUSED)
  })
})
