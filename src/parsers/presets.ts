import type { HeaderEncoding } from './decoders.js'

/** What a header must say, to the letter, for a certificate to count as verified by the proxy. */
export interface HeaderRule {
  /** Header name, lower case. */
  readonly header: string
  readonly value: string
  /** Whether the header may be left out. Default: it may not, since proxies can be made to drop it. */
  readonly optional?: true
}

/** What is known about one proxy's client certificate header. */
export interface Preset {
  /** Header name, lower case. */
  readonly header: string
  readonly encoding: HeaderEncoding
  /** Name of a second header that carries the chain, lower case; with `*` for 0 to 8, one for each. */
  readonly chainHeader?: string
  /** Whether the header with the leaf may hold its chain as well, with the leaf first. */
  readonly chainInLeafHeader: boolean
  /** What other headers must say, because the proxy reports there whether it verified the certificate. */
  readonly requiredHeaders?: readonly HeaderRule[]
  /**
   * Whether the proxy checks the certificate against an authority before it forwards it. `never`
   * means that anybody's self-signed certificate arrives just the same.
   */
  readonly validates: 'always' | 'configurable' | 'never'
}

/** The names the option `certificateSource` takes. */
export type CertificateSource =
  | 'akamai'
  | 'apache'
  | 'aws-alb'
  | 'aws-alb-verify'
  | 'azure-app-service'
  | 'azure-container-apps'
  | 'caddy'
  | 'cloudflare'
  | 'cloudflare-rfc9440'
  | 'cloudfront'
  | 'cloudfront-passthrough'
  | 'envoy'
  | 'gcp'
  | 'haproxy'
  | 'ingress-nginx'
  | 'istio-gateway'
  | 'kong'
  | 'nginx'
  | 'traefik'

/** The known proxies. Every header name can be overridden with `certificateHeader`. */
export const PRESETS: Readonly<Record<CertificateSource, Preset>> = freeze({
  akamai: {
    header: 'akamai-cc-der',
    encoding: 'rfc9440',
    chainInLeafHeader: false,
    validates: 'configurable',
  },
  apache: {
    header: 'x-ssl-client-cert',
    encoding: 'apache-pem',
    chainHeader: 'x-ssl-client-chain-*',
    chainInLeafHeader: false,
    requiredHeaders: [{ header: 'x-ssl-client-verify', value: 'SUCCESS' }],
    validates: 'configurable',
  },
  'aws-alb': {
    header: 'x-amzn-mtls-clientcert',
    encoding: 'url-pem-aws',
    chainInLeafHeader: true,
    validates: 'never',
  },
  'aws-alb-verify': {
    header: 'x-amzn-mtls-clientcert-leaf',
    encoding: 'url-pem-aws',
    chainInLeafHeader: false,
    validates: 'always',
  },
  'azure-app-service': {
    header: 'x-arr-clientcert',
    encoding: 'base64-der',
    chainInLeafHeader: false,
    validates: 'never',
  },
  'azure-container-apps': {
    header: 'x-forwarded-client-cert',
    encoding: 'xfcc',
    chainInLeafHeader: true,
    validates: 'never',
  },
  caddy: {
    header: 'x-ssl-client-cert',
    encoding: 'base64-der',
    chainInLeafHeader: false,
    validates: 'configurable',
  },
  cloudflare: {
    header: 'cf-client-cert-der-base64',
    encoding: 'base64-der',
    chainInLeafHeader: false,
    validates: 'configurable',
  },
  'cloudflare-rfc9440': {
    header: 'client-cert',
    encoding: 'rfc9440',
    chainHeader: 'client-cert-chain',
    chainInLeafHeader: false,
    validates: 'configurable',
  },
  cloudfront: {
    header: 'cloudfront-viewer-cert-pem',
    encoding: 'url-pem',
    chainInLeafHeader: false,
    // Says `0` of a viewer without a certificate, whatever it sends itself.
    requiredHeaders: [{ header: 'cloudfront-viewer-cert-present', value: '1' }],
    validates: 'always',
  },
  'cloudfront-passthrough': {
    header: 'client-cert',
    encoding: 'rfc9440',
    chainHeader: 'client-cert-chain',
    chainInLeafHeader: false,
    validates: 'never',
  },
  envoy: {
    header: 'x-forwarded-client-cert',
    encoding: 'xfcc',
    chainInLeafHeader: true,
    validates: 'configurable',
  },
  gcp: {
    header: 'x-client-cert-leaf',
    encoding: 'rfc9440',
    chainHeader: 'x-client-cert-chain',
    chainInLeafHeader: false,
    requiredHeaders: [
      { header: 'x-client-cert-present', value: 'true' },
      { header: 'x-client-cert-chain-verified', value: 'true' },
      { header: 'x-client-cert-error', value: '', optional: true },
    ],
    validates: 'configurable',
  },
  haproxy: {
    header: 'x-ssl-client-cert',
    encoding: 'base64-der',
    chainHeader: 'x-ssl-client-chain',
    chainInLeafHeader: false,
    // Also said of a client without any certificate: that there is one is checked anyway.
    requiredHeaders: [{ header: 'x-ssl-client-verify', value: '0' }],
    validates: 'configurable',
  },
  'ingress-nginx': {
    header: 'ssl-client-cert',
    encoding: 'url-pem',
    chainInLeafHeader: false,
    requiredHeaders: [{ header: 'ssl-client-verify', value: 'SUCCESS' }],
    validates: 'configurable',
  },
  'istio-gateway': {
    header: 'x-forwarded-client-cert',
    encoding: 'xfcc',
    chainInLeafHeader: true,
    validates: 'configurable',
  },
  kong: {
    header: 'x-client-cert',
    encoding: 'url-pem',
    chainInLeafHeader: false,
    validates: 'never',
  },
  nginx: {
    header: 'x-ssl-client-cert',
    encoding: 'url-pem',
    chainInLeafHeader: false,
    requiredHeaders: [{ header: 'x-ssl-client-verify', value: 'SUCCESS' }],
    validates: 'configurable',
  },
  traefik: {
    header: 'x-forwarded-tls-client-cert',
    encoding: 'base64-der',
    chainInLeafHeader: true,
    validates: 'configurable',
  },
})

/**
 * Shared by every extractor: one caller's change must not become another's trust decision, and what
 * stands on Object.prototype is not a property of a proxy.
 */
function freeze(presets: Record<CertificateSource, Preset>): typeof presets {
  for (const preset of Object.values(presets)) {
    Object.freeze(Object.setPrototypeOf(preset, null))
    Object.freeze(preset.requiredHeaders)
    for (const rule of preset.requiredHeaders ?? [])
      Object.freeze(Object.setPrototypeOf(rule, null))
  }
  return Object.freeze(presets)
}
