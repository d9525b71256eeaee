import { expect } from 'chai'
import { ENCODINGS } from '../../../src/parsers/decoders.js'
import { PRESETS } from '../../../src/parsers/presets.js'

describe('the presets', () => {
  it('are the documented proxies, header names and encodings, all in lower case', () => {
    const table = Object.entries(PRESETS).map(([name, { header, chainHeader, encoding }]) =>
      [name, header, ...(chainHeader === undefined ? [] : [chainHeader]), encoding].join(' '),
    )
    expect(table).to.deep.equal([
      'aws-alb x-amzn-mtls-clientcert url-pem-aws',
      'aws-alb-verify x-amzn-mtls-clientcert-leaf url-pem-aws',
      'azure-app-service x-arr-clientcert base64-der',
      'cloudflare cf-client-cert-der-base64 base64-der',
      'cloudflare-rfc9440 client-cert client-cert-chain rfc9440',
      'envoy x-forwarded-client-cert xfcc',
      'traefik x-forwarded-tls-client-cert base64-der',
    ])
  })

  it('say in which header a list may stand, leaf first', () => {
    const names = Object.entries(PRESETS).filter(([, { carriesChain }]) => carriesChain)
    expect(names.map(([name]) => name)).to.deep.equal(['aws-alb', 'envoy', 'traefik'])
  })

  it('say which proxies check a certificate before they forward it', () => {
    const validates = Object.entries(PRESETS).map(([name, preset]) => [name, preset.validates])
    expect(Object.fromEntries(validates)).to.deep.equal({
      'aws-alb': 'never',
      'aws-alb-verify': 'always',
      'azure-app-service': 'never',
      cloudflare: 'configurable',
      'cloudflare-rfc9440': 'configurable',
      envoy: 'configurable',
      traefik: 'configurable',
    })
  })

  it('have an encoding that exists', () => {
    for (const { encoding } of Object.values(PRESETS)) expect(ENCODINGS).to.include(encoding)
  })

  it('cannot be changed by one user of them for all others', () => {
    const writable = PRESETS as unknown as Record<string, Record<string, unknown>>
    expect(() => (writable['mine'] = {})).to.throw(TypeError)
    expect(() => (writable['envoy'] = {})).to.throw(TypeError)
    expect(() => delete writable['envoy']).to.throw(TypeError)
    for (const preset of Object.values(writable)) {
      expect(() => (preset['header'] = 'x-forged')).to.throw(TypeError)
      expect(() => (preset['chainHeader'] = 'x-forged')).to.throw(TypeError)
      expect(() => delete preset['encoding']).to.throw(TypeError)
    }
  })
})
