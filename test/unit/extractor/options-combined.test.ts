import { expect } from 'chai'
import { createExtractor, type ExtractorOptions } from '../../../src/extractor/index.js'
import { Strategy } from '../../../src/index.js'
import { createTrustStore, type TrustStoreOptions } from '../../../src/trust.js'
import { issue } from '../../support/der-chain.js'

function expectRefusal(options: ExtractorOptions, message: string): void {
  expect(() => createExtractor(options), message)
    .to.throw(TypeError)
    .that.includes({
      code: 'ERR_INVALID_ARG_VALUE',
      message: `passport-client-certificate-auth: ${message}`,
    })
}

describe('options of an extractor that cannot work together', () => {
  const header: ExtractorOptions = { certificateHeader: 'X-Cert', headerEncoding: 'url-pem' }

  it('a header of no known encoding', () => {
    const message = 'option "certificateHeader" needs "headerEncoding" with it. Received \'X-Cert\''
    expectRefusal({ certificateHeader: 'X-Cert' }, message)
    expectRefusal({ certificateHeader: 'X-Cert', fallbackToSocket: true }, message)
  })

  const alone = {
    headerEncoding: 'url-pem',
    chainHeader: 'X-Chain',
    verifyHeader: 'X-Verify',
    verifyValue: 'SUCCESS',
  } as const
  for (const [name, value] of Object.entries(alone)) {
    it(`${name} where no header is read: ignoring it would lose a check`, () => {
      expectRefusal(
        { [name]: value, fallbackToSocket: true },
        `option "${name}" needs "certificateSource" or "certificateHeader" with it. Received '${value}'`,
      )
    })
  }

  it('half of what the proxy says about verification', () => {
    const problem = 'options "verifyHeader" and "verifyValue" must be given together. Received'
    for (const options of [header, { certificateSource: 'envoy' } as const]) {
      expectRefusal({ ...options, verifyHeader: 'X-Verify' }, `${problem} 'X-Verify'`)
      expectRefusal({ ...options, verifyValue: 'SUCCESS' }, `${problem} 'SUCCESS'`)
    }
  })

  it('a chain header beside an encoding that has its own place for the chain', () => {
    const chainHeader = 'X-Chain'
    const message = 'option "chainHeader" has no meaning with "xfcc". Received \'X-Chain\''
    expectRefusal({ certificateSource: 'envoy', chainHeader }, message)
    expectRefusal({ ...header, headerEncoding: 'xfcc', chainHeader }, message)
  })

  it("such an encoding beside a preset's chain header", () => {
    expectRefusal(
      { certificateSource: 'cloudflare-rfc9440', headerEncoding: 'xfcc' },
      `option "headerEncoding" has no chain header such as "client-cert-chain". Received 'xfcc'`,
    )
  })

  it('two headers that only an underscore tells apart', () => {
    const chainHeader = 'x_cert'
    expectRefusal(
      { certificateHeader: 'X-Cert', headerEncoding: 'url-pem', chainHeader },
      'options "certificateHeader", "chainHeader" and "verifyHeader" must name different headers. ' +
        "Received [ 'x-cert', 'x_cert' ]",
    )
  })

  it('one header for two purposes, in whatever letter case', () => {
    const names = 'options "certificateHeader", "chainHeader" and "verifyHeader"'
    const problem = `${names} must name different headers. Received`
    const verifyValue = 'SUCCESS'
    expectRefusal({ ...header, chainHeader: 'x-cert' }, `${problem} [ 'x-cert', 'x-cert' ]`)
    expectRefusal(
      { ...header, verifyHeader: 'X-CERT', verifyValue },
      `${problem} [ 'x-cert', 'x-cert' ]`,
    )
    expectRefusal(
      { ...header, chainHeader: 'X-Other', verifyHeader: 'x-other', verifyValue },
      `${problem} [ 'x-cert', 'x-other', 'x-other' ]`,
    )
    expectRefusal(
      { certificateSource: 'cloudflare-rfc9440', certificateHeader: 'Client-Cert-Chain' },
      `${problem} [ 'client-cert-chain', 'client-cert-chain' ]`,
    )
    expectRefusal(
      { certificateSource: 'cloudflare-rfc9440', verifyHeader: 'Client-Cert', verifyValue },
      `${problem} [ 'client-cert', 'client-cert-chain', 'client-cert' ]`,
    )
  })

  const root = issue({ subject: 'root', ca: true }).pem
  const trustOptions = {
    intermediates: root,
    policies: ['1.2.3'],
    requireExplicitPolicy: false,
    inhibitPolicyMapping: false,
    inhibitAnyPolicy: false,
    extendedKeyUsage: ['1.2.3'],
    anyExtendedKeyUsage: false,
    maxDepth: 5,
    crl: [],
    revocation: () => 'good' as const,
    revocationPolicy: 'soft',
  } satisfies Record<Exclude<keyof TrustStoreOptions, 'ca'>, unknown>

  for (const [name, value] of Object.entries(trustOptions)) {
    it(`${name} without ca, because nothing would be validated`, () => {
      for (const options of [{}, header, { certificateSource: 'api-gateway' } as const]) {
        expect(() => createExtractor({ ...options, [name]: value }))
          .to.throw(TypeError, `option "${name}" needs "ca" with it. Received `)
          .with.property('code', 'ERR_INVALID_ARG_VALUE')
      }
      // A policy needs something that it is about.
      const options = { ...header, ca: root, crl: [], [name]: value }
      expect(() => createExtractor(options)).not.to.throw()
    })

    it(`${name} beside a trust store or a function, which have options already`, () => {
      const store = createTrustStore({ ca: root })
      for (const ca of [store, () => store]) {
        expect(() => createExtractor({ ...header, ca, [name]: value }))
          .to.throw(
            TypeError,
            `option "${name}" has no meaning beside a trust store; give it to createTrustStore(). Received `,
          )
          .with.property('code', 'ERR_INVALID_ARG_VALUE')
        expect(() => createExtractor({ ...header, ca, [name]: undefined })).not.to.throw()
      }
    })
  }

  it('a CA that no certificate can lead to, because an identity has no certificate', () => {
    const envoy = { certificateSource: 'envoy', trustedProxies: 'loopback' } as const
    const store = createTrustStore({ ca: root })
    for (const ca of [root, store, () => store]) {
      expectRefusal(
        { ...envoy, forwardedIdentity: true, ca },
        'option "forwardedIdentity" cannot be combined with "ca", because a forwarded ' +
          'identity comes without a certificate. Received true',
      )
      expect(() => createExtractor({ ...envoy, forwardedIdentity: false, ca })).not.to.throw()
    }
  })

  it('an injected extractor beside ca, which it would not see', () => {
    const extractor = createExtractor({ ...header, trustedProxies: 'loopback' })
    expect(() => new Strategy({ extractor, ca: root }, () => true))
      .to.throw(TypeError, 'option "ca" cannot be combined with "extractor"')
      .with.property('code', 'ERR_INVALID_ARG_VALUE')
  })

  it('three different headers are fine', () => {
    expect(() =>
      createExtractor({ ...header, chainHeader: 'X-A', verifyHeader: 'X-B', verifyValue: 'OK' }),
    ).not.to.throw()
  })
})
