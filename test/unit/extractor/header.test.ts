import type { IncomingMessage } from 'node:http'
import { expect } from 'chai'
import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { extractOverHttp, fingerprints, pathOf } from '../../support/extract-over.js'
import {
  toBase64Der,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../../support/header-values.js'
import { type Issued, testPki, type TestPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'

const REFUSED = 'header_missing_or_malformed'

describe('reading the certificate from a header', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(closeServers)

  const extract = async (
    lines: string[],
    options: ExtractorOptions,
    use?: (req: IncomingMessage) => void,
  ) => pathOf(await extractOverHttp(lines, options, use))

  const encodings: [
    encoding: ExtractorOptions['headerEncoding'],
    encode: (leaf: Issued) => string,
  ][] = [
    ['url-pem', toUrlPem],
    ['url-pem-aws', toUrlPemAws],
    ['xfcc', toXfcc],
    ['base64-der', toBase64Der],
    ['rfc9440', toRfc9440],
  ]

  for (const [headerEncoding, encode] of encodings) {
    describe(`with a custom name, encoded as ${String(headerEncoding)}`, () => {
      const options: ExtractorOptions = { certificateHeader: 'X-My-Cert', headerEncoding }

      it('the certificate is read, however the name is spelled on either side', async () => {
        for (const name of ['X-My-Cert', 'x-my-cert', 'X-MY-CERT']) {
          const value = encode(pki.rsa)
          expect(await extract([`${name}: ${value}`], options)).to.deep.equal(fingerprints(pki.rsa))
          expect(
            await extract([`x-My-cErt: ${value}`], { ...options, certificateHeader: name }),
          ).to.deep.equal(fingerprints(pki.rsa))
        }
      })

      it('rejects two copies, in any letter case and any order', async () => {
        const [one, two] = [encode(pki.rsa), encode(pki.unknown)]
        for (const second of ['X-My-Cert', 'x-my-cert', 'X-MY-CERT']) {
          for (const includeChain of [false, true]) {
            const extracted = [
              await extract([`X-My-Cert: ${one}`, `${second}: ${two}`], {
                ...options,
                includeChain,
              }),
              await extract([`${second}: ${two}`, `X-My-Cert: ${one}`], {
                ...options,
                includeChain,
              }),
              await extract([`X-My-Cert: ${one}`, `${second}: ${one}`], {
                ...options,
                includeChain,
              }),
              await extract([`X-My-Cert: ${one}`, `${second}:`], { ...options, includeChain }),
              await extract([`X-My-Cert:`, `${second}: ${one}`], { ...options, includeChain }),
            ]
            expect(new Set(extracted), second).to.deep.equal(new Set([REFUSED]))
          }
        }
      })

      it('rejects two copies that a proxy joined into one line', async () => {
        const joined = `${encode(pki.rsa)}, ${encode(pki.unknown)}`
        for (const includeChain of [false, true]) {
          expect(await extract([`X-My-Cert: ${joined}`], { ...options, includeChain })).to.equal(
            REFUSED,
          )
        }
      })

      it('rejects the placeholders that proxies write when there is no certificate', async () => {
        const placeholder = '{http.request.tls.client.certificate_der_base64}'
        for (const value of ['', '(null)', placeholder, `:${placeholder}:`, '-', '::']) {
          expect(await extract([`X-My-Cert: ${value}`], options), value).to.equal(REFUSED)
        }
      })

      it('a header of almost the same name is not read', async () => {
        for (const name of ['X-My-Certs', 'X-My-Cer', 'X-MyCert', 'Y-My-Cert']) {
          expect(await extract([`${name}: ${encode(pki.rsa)}`], options), name).to.equal(REFUSED)
          expect(
            await extract([`${name}: ${encode(pki.rsa)}`, `X-My-Cert: ${encode(pki.ec)}`], options),
          ).to.deep.equal(fingerprints(pki.ec))
        }
      })
    })
  }

  describe('that earlier middleware has changed', () => {
    const options: ExtractorOptions = { certificateSource: 'azure-app-service' }
    const sent = () => [`X-ARR-ClientCert: ${toBase64Der(pki.rsa)}`]

    it('rejects the request when the header was deleted', async () => {
      const use = (req: IncomingMessage) => delete req.headers['x-arr-clientcert']
      expect(await extract(sent(), options, use)).to.equal(REFUSED)
    })

    it('a replaced header is read as it is now', async () => {
      const use = (req: IncomingMessage) => {
        req.headers['x-arr-clientcert'] = toBase64Der(pki.ec)
      }
      expect(await extract(sent(), options, use)).to.deep.equal(fingerprints(pki.ec))
      expect(await extract([], options, use)).to.deep.equal(fingerprints(pki.ec))
    })

    it('rejects a header that became a list', async () => {
      const use = (req: IncomingMessage) => {
        req.headers['x-arr-clientcert'] = [toBase64Der(pki.ec)]
      }
      expect(await extract(sent(), options, use)).to.equal(REFUSED)
    })
  })

  it('rejects two copies even where Node shows only the first of them', async () => {
    // Of some headers Node drops every line after the first.
    const [one, two] = [`From: ${toBase64Der(pki.rsa)}`, `From: ${toBase64Der(pki.ec)}`]
    const options: ExtractorOptions = { certificateHeader: 'From', headerEncoding: 'base64-der' }
    expect(await extract([one], options)).to.deep.equal(fingerprints(pki.rsa))
    expect(await extract([one, two], options)).to.equal(REFUSED)
    const chain: ExtractorOptions = {
      certificateHeader: 'X-Cert',
      headerEncoding: 'base64-der',
      chainHeader: 'From',
      includeChain: true,
    }
    const leaf = `X-Cert: ${toBase64Der(pki.ec)}`
    expect(await extract([leaf, one], chain)).to.deep.equal(fingerprints(pki.ec))
    expect(await extract([leaf, one, one], chain)).to.equal(REFUSED)
  })

  it('a header named like a member of every object is read only where it was sent', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']) {
      const options: ExtractorOptions = { certificateHeader: name, headerEncoding: 'base64-der' }
      expect(await extract([], options), name).to.equal(REFUSED)
      expect(await extract(['X-Other: 1'], options), name).to.equal(REFUSED)
    }
    expect(
      await extract([`Constructor: ${toBase64Der(pki.ec)}`], {
        certificateHeader: 'constructor',
        headerEncoding: 'base64-der',
      }),
    ).to.deep.equal(fingerprints(pki.ec))
  })

  describe("that differs from a preset's", () => {
    it('reads only the custom header name, in the encoding of the preset', async () => {
      const options: ExtractorOptions = { certificateSource: 'envoy', certificateHeader: 'X-Edge' }
      expect(await extract([`X-Edge: ${toXfcc(pki.rsa)}`], options)).to.deep.equal(
        fingerprints(pki.rsa),
      )
      expect(await extract([`X-Forwarded-Client-Cert: ${toXfcc(pki.rsa)}`], options)).to.equal(
        REFUSED,
      )
    })

    it('accepts only the custom encoding, under the header name of the preset', async () => {
      const options: ExtractorOptions = { certificateSource: 'traefik', headerEncoding: 'url-pem' }
      const header = 'X-Forwarded-Tls-Client-Cert'
      expect(await extract([`${header}: ${toUrlPem(pki.rsa)}`], options)).to.deep.equal(
        fingerprints(pki.rsa),
      )
      expect(await extract([`${header}: ${toBase64Der(pki.rsa)}`], options)).to.equal(REFUSED)
    })
  })
})
