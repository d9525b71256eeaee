import { expect } from 'chai'
import { validateExtractorOptions } from '../../../src/extractor/index.js'
import { getCertificateFromHeaders } from '../../../src/parsers/index.js'
import { chainOf } from '../../support/chain-of.js'
import {
  toBase64Der,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../../support/header-values.js'
import { testPki, type TestPki } from '../../support/pki.js'

type Headers = Parameters<typeof getCertificateFromHeaders>[0]
type Config = Parameters<typeof getCertificateFromHeaders>[1]

describe('the certificate in the headers of a request', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })

  const certificateIn = (headers: Headers, config: Config) => {
    const certificate = getCertificateFromHeaders(headers, config)
    return certificate && chainOf(certificate)
  }

  type Row = [config: Config, header: string, write: typeof toUrlPem]
  const sources: Row[] = [
    [{ certificateSource: 'aws-alb' }, 'x-amzn-mtls-clientcert', toUrlPemAws],
    [{ certificateSource: 'envoy' }, 'x-forwarded-client-cert', toXfcc],
    [{ certificateSource: 'cloudflare' }, 'cf-client-cert-der-base64', toBase64Der],
    [{ certificateSource: 'traefik' }, 'x-forwarded-tls-client-cert', toBase64Der],
    [{ certificateSource: 'cloudflare-rfc9440' }, 'client-cert', toRfc9440],
    [{ certificateSource: 'aws-alb', certificateHeader: 'X-Mine' }, 'x-mine', toUrlPemAws],
    [{ certificateSource: 'aws-alb', headerEncoding: 'xfcc' }, 'x-amzn-mtls-clientcert', toXfcc],
    [{ certificateHeader: 'X-Mine', headerEncoding: 'url-pem' }, 'x-mine', toUrlPem],
    [{ certificateHeader: 'x-mine', headerEncoding: 'base64-der' }, 'x-mine', toBase64Der],
  ]
  for (const [config, header, write] of sources) {
    it(`is read: ${JSON.stringify(config)}`, () => {
      expect(certificateIn({ [header]: write(pki.ec) }, config)).to.deep.equal([pki.ec.raw])
    })

    it(`is null for anything but one certificate: ${JSON.stringify(config)}`, () => {
      const value = write(pki.ec)
      const odd: unknown[] = [undefined, '', 'x', `${value}, ${value}`, [value], [value, value], 7]
      for (const wrong of odd) {
        expect(certificateIn({ [header]: wrong as never }, config)).to.equal(null)
      }
      const alias = header.replaceAll('-', '_')
      if (alias !== header) {
        expect(certificateIn({ [header]: value, [alias]: value }, config)).to.equal(null)
      }
      expect(certificateIn({ [header]: value, connection: header }, config)).to.equal(null)
      expect(certificateIn({ [header]: write(pki.expired) }, config)).to.equal(null)
      expect(certificateIn({}, config)).to.equal(null)
    })
  }

  it('comes with its chain, also from the header that the preset has for it', () => {
    const { chained, intermediate } = pki
    const path = [chained.raw, intermediate.raw]
    const aws = { 'x-amzn-mtls-clientcert': toUrlPemAws(chained, intermediate) }
    expect(certificateIn(aws, { certificateSource: 'aws-alb' })).to.deep.equal(path)
    const cloudflare = {
      'client-cert': toRfc9440(chained),
      'client-cert-chain': toRfc9440(intermediate),
    }
    const config = { certificateSource: 'cloudflare-rfc9440' } as const
    expect(certificateIn(cloudflare, config)).to.deep.equal(path)
  })

  it('is only read where the proxy says that it verified it', () => {
    const config = { certificateSource: 'nginx' } as const
    const headers = { 'x-ssl-client-cert': toUrlPem(pki.ec) }
    const verified = { ...headers, 'x-ssl-client-verify': 'SUCCESS' }
    expect(certificateIn(verified, config)).to.deep.equal([pki.ec.raw])
    for (const verify of ['NONE', 'success', undefined]) {
      expect(certificateIn({ ...headers, 'x-ssl-client-verify': verify }, config)).to.equal(null)
    }
    expect(certificateIn(headers, config)).to.equal(null)
  })

  it('is not read for a configuration that names no header', () => {
    const headers = { 'x-amzn-mtls-clientcert': toUrlPemAws(pki.ec), 'x-mine': toUrlPem(pki.ec) }
    const configs = [
      {},
      { certificateSource: undefined },
      { certificateSource: 'aws-alp' },
      { certificateSource: 'constructor' },
      { certificateSource: 'api-gateway' },
      { certificateHeader: 'X-Mine' },
      { certificateHeader: '', headerEncoding: 'url-pem' },
      { certificateHeader: 'X Mine', headerEncoding: 'url-pem' },
      { certificateHeader: 'X-Mine', headerEncoding: 'url-perm' },
      { headerEncoding: 'url-pem' },
    ]
    for (const config of configs) expect(certificateIn(headers, config as never)).to.equal(null)
    const event = { requestContext: { identity: { clientCert: { clientCertPem: pki.ec.cert } } } }
    const inHeaders = { ...headers, apiGateway: { event } } as never
    expect(certificateIn(inHeaders, { certificateSource: 'api-gateway' } as never)).to.equal(null)
  })

  it('is never read from a socket', () => {
    const socket = { authorized: true, getPeerCertificate: () => ({ subject: { CN: 'alice' } }) }
    expect(certificateIn({ socket } as never, {})).to.equal(null)
  })

  it('is null, and nothing is thrown, for headers that are odd', () => {
    const config = { certificateHeader: 'constructor', headerEncoding: 'url-pem' } as const
    const trap = new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => {
          throw new Error('trap')
        },
      },
    )
    const inherited = Object.create({ constructor: toUrlPem(pki.ec) }) as object
    for (const headers of [undefined, null, 7, 'text', [], trap, {}, inherited, new Headers()]) {
      expect(certificateIn(headers as never, config)).to.equal(null)
    }
  })

  const wrong: [config: unknown, code: string][] = [
    [undefined, 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
    ['aws-alb', 'ERR_INVALID_ARG_TYPE'],
    [{ certificateSource: 7 }, 'ERR_INVALID_ARG_TYPE'],
    [{ certificateHeader: ['X-Mine'], headerEncoding: 'url-pem' }, 'ERR_INVALID_ARG_TYPE'],
    [{ certificateHeader: 'X-Mine', headerEncoding: null }, 'ERR_INVALID_ARG_TYPE'],
    [{ certificateSource: 'aws-alb', verifyHeader: 'X-Verify' }, 'ERR_INVALID_ARG_VALUE'],
  ]
  for (const [config, code] of wrong) {
    it(`has a configuration that is checked: ${JSON.stringify(config)}`, () => {
      expect(() => getCertificateFromHeaders({}, config as never))
        .to.throw(TypeError)
        .that.includes({ code })
    })
  }
})

describe('extraction options, checked by themselves', () => {
  it('are fine when an extractor can be made of them', () => {
    for (const options of [undefined, {}, { certificateSource: 'envoy' }, { includeChain: true }]) {
      expect(() => validateExtractorOptions(options as never)).not.to.throw()
    }
  })

  const wrong: [options: unknown, code: string][] = [
    [null, 'ERR_INVALID_ARG_TYPE'],
    ['envoy', 'ERR_INVALID_ARG_TYPE'],
    [{ certificateSource: 'aws-alp' }, 'ERR_INVALID_ARG_VALUE'],
    [{ certificateHeader: 'X-Cert' }, 'ERR_INVALID_ARG_VALUE'],
    [{ certificateHeader: 'X-Cert', headerEncoding: 'url-perm' }, 'ERR_INVALID_ARG_VALUE'],
    [{ certificateSource: 'envoy', verifyHeader: 'X-Verify' }, 'ERR_INVALID_ARG_VALUE'],
    [{ certificateSource: 'envoy', fallbackToSocket: 'false' }, 'ERR_INVALID_ARG_TYPE'],
    [{ onRejected: () => undefined }, 'ERR_INVALID_ARG_VALUE'],
  ]
  for (const [options, code] of wrong) {
    it(`are rejected with the error that an extractor throws: ${JSON.stringify(options)}`, () => {
      expect(() => validateExtractorOptions(options as never))
        .to.throw(TypeError)
        .that.includes({ code })
    })
  }
})
