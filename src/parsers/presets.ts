import type { HeaderEncoding } from './encodings.js'

/** A header with which the proxy says that it verified the certificate, and the exact value to require. */
export interface HeaderRule {
  /** Header name, lower case. */
  readonly header: string
  readonly value: string
  /** Set if the header may be missing. By default it may not, because a client might get it dropped. */
  readonly optional?: true
}

/** The settings for the client certificate header of one proxy. */
export interface Preset {
  /** Header name, lower case. */
  readonly header: string
  readonly encoding: HeaderEncoding
  /** Name of a second header with the chain, lower case. A `*` means the numbers 0 to 8, one header each. */
  readonly chainHeader?: string
  /** Whether the header with the leaf may also contain its chain, with the leaf first. */
  readonly chainInLeafHeader: boolean
  /** Other headers that must say that the proxy verified the certificate. */
  readonly requiredHeaders?: readonly HeaderRule[]
  /**
   * Whether the proxy verifies the certificate against a CA before it forwards the certificate. With
   * `never`, it also forwards self-signed certificates, which any client can make.
   */
  readonly validates: 'always' | 'configurable' | 'never'
}

/** The presets that you can pass as the option `certificateSource`. */
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
    // CloudFront sends `0` for a viewer without a certificate, and overwrites this header of the viewer.
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
    // HAProxy sends `0` even for a client without a certificate, but then there is no certificate to read.
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
 * Every extractor shares the presets, so no caller may change them. Without a prototype, properties of
 * Object.prototype can't become settings of a proxy.
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
