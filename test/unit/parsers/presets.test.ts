import { expect } from 'chai'
import { ENCODINGS } from '../../../src/parsers/encodings.js'
import { PRESETS } from '../../../src/parsers/presets.js'

describe('the presets', () => {
  it('contain the documented proxies, header names and encodings, all in lower case', () => {
    const table = Object.entries(PRESETS).map(([name, { header, chainHeader, encoding }]) =>
      [name, header, ...(chainHeader === undefined ? [] : [chainHeader]), encoding].join(' '),
    )
    expect(table).to.deep.equal([
      'akamai akamai-cc-der rfc9440',
      'apache x-ssl-client-cert x-ssl-client-chain-* apache-pem',
      'aws-alb x-amzn-mtls-clientcert url-pem-aws',
      'aws-alb-verify x-amzn-mtls-clientcert-leaf url-pem-aws',
      'azure-app-service x-arr-clientcert base64-der',
      'azure-container-apps x-forwarded-client-cert xfcc',
      'caddy x-ssl-client-cert base64-der',
      'cloudflare cf-client-cert-der-base64 base64-der',
      'cloudflare-rfc9440 client-cert client-cert-chain rfc9440',
      'cloudfront cloudfront-viewer-cert-pem url-pem',
      'cloudfront-passthrough client-cert client-cert-chain rfc9440',
      'envoy x-forwarded-client-cert xfcc',
      'gcp x-client-cert-leaf x-client-cert-chain rfc9440',
      'haproxy x-ssl-client-cert x-ssl-client-chain base64-der',
      'ingress-nginx ssl-client-cert url-pem',
      'istio-gateway x-forwarded-client-cert xfcc',
      'kong x-client-cert url-pem',
      'nginx x-ssl-client-cert url-pem',
      'traefik x-forwarded-tls-client-cert base64-der',
    ])
  })

  it('say which headers may contain a list, leaf first', () => {
    const names = Object.entries(PRESETS).filter(([, { chainInLeafHeader }]) => chainInLeafHeader)
    expect(names.map(([name]) => name).join(' ')).to.equal(
      'aws-alb azure-container-apps envoy istio-gateway traefik',
    )
  })

  it('say which proxies verify a certificate before they forward it', () => {
    const by = (answer: string) =>
      Object.entries(PRESETS).flatMap(([name, { validates }]) => (validates === answer ? name : []))
    expect(by('always').join(' ')).to.equal('aws-alb-verify cloudfront')
    expect(by('never').join(' ')).to.equal(
      'aws-alb azure-app-service azure-container-apps cloudfront-passthrough kong',
    )
    expect(by('configurable').join(' ')).to.equal(
      'akamai apache caddy cloudflare cloudflare-rfc9440 envoy gcp haproxy ingress-nginx ' +
        'istio-gateway nginx traefik',
    )
  })

  it('say which other headers must confirm that the proxy verified the certificate', () => {
    const rules = Object.entries(PRESETS).flatMap(([name, { requiredHeaders = [] }]) =>
      requiredHeaders.map(({ header, value, optional = false }) => [name, header, value, optional]),
    )
    expect(rules).to.deep.equal([
      ['apache', 'x-ssl-client-verify', 'SUCCESS', false],
      ['cloudfront', 'cloudfront-viewer-cert-present', '1', false],
      ['gcp', 'x-client-cert-present', 'true', false],
      ['gcp', 'x-client-cert-chain-verified', 'true', false],
      ['gcp', 'x-client-cert-error', '', true],
      ['haproxy', 'x-ssl-client-verify', '0', false],
      ['ingress-nginx', 'ssl-client-verify', 'SUCCESS', false],
      ['nginx', 'x-ssl-client-verify', 'SUCCESS', false],
    ])
  })

  it('have an encoding that exists', () => {
    for (const { encoding } of Object.values(PRESETS)) expect(ENCODINGS).to.include(encoding)
  })

  it('cannot be changed', () => {
    const writable = PRESETS as unknown as Record<string, Record<string, unknown>>
    expect(() => (writable['mine'] = {})).to.throw(TypeError)
    expect(() => (writable['envoy'] = {})).to.throw(TypeError)
    expect(() => delete writable['envoy']).to.throw(TypeError)
    for (const preset of Object.values(writable)) {
      expect(() => (preset['header'] = 'x-forged')).to.throw(TypeError)
      expect(() => (preset['chainHeader'] = 'x-forged')).to.throw(TypeError)
      expect(() => delete preset['encoding']).to.throw(TypeError)
      const rules = preset['requiredHeaders'] as Record<string, unknown>[] | undefined
      if (rules === undefined) continue
      expect(() => rules.pop()).to.throw(TypeError)
      for (const rule of rules) expect(() => (rule['value'] = 'FAILED')).to.throw(TypeError)
    }
  })
})
