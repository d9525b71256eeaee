import type { HeaderEncoding } from './decoders.js'

/** What is known about one proxy's client certificate header. */
export interface Preset {
  /** Header name, lower case. */
  readonly header: string
  readonly encoding: HeaderEncoding
  /** Name of a second header that carries the chain, lower case. */
  readonly chainHeader?: string
  /** Whether the first header may hold a list with the leaf first. */
  readonly carriesChain: boolean
  /**
   * Whether the proxy checks the certificate against an authority before it forwards it. `never`
   * means that anybody's self-signed certificate arrives just the same.
   */
  readonly validates: 'always' | 'configurable' | 'never'
}

/** The names the option `certificateSource` takes. */
export type CertificateSource =
  | 'aws-alb'
  | 'aws-alb-verify'
  | 'azure-app-service'
  | 'cloudflare'
  | 'cloudflare-rfc9440'
  | 'envoy'
  | 'traefik'

/** The known proxies. Every header name can be overridden with `certificateHeader`. */
export const PRESETS: Readonly<Record<CertificateSource, Preset>> = freeze({
  'aws-alb': {
    header: 'x-amzn-mtls-clientcert',
    encoding: 'url-pem-aws',
    carriesChain: true,
    validates: 'never',
  },
  'aws-alb-verify': {
    header: 'x-amzn-mtls-clientcert-leaf',
    encoding: 'url-pem-aws',
    carriesChain: false,
    validates: 'always',
  },
  'azure-app-service': {
    header: 'x-arr-clientcert',
    encoding: 'base64-der',
    carriesChain: false,
    validates: 'never',
  },
  cloudflare: {
    header: 'cf-client-cert-der-base64',
    encoding: 'base64-der',
    carriesChain: false,
    validates: 'configurable',
  },
  'cloudflare-rfc9440': {
    header: 'client-cert',
    encoding: 'rfc9440',
    chainHeader: 'client-cert-chain',
    carriesChain: false,
    validates: 'configurable',
  },
  envoy: {
    header: 'x-forwarded-client-cert',
    encoding: 'xfcc',
    carriesChain: true,
    validates: 'configurable',
  },
  traefik: {
    header: 'x-forwarded-tls-client-cert',
    encoding: 'base64-der',
    carriesChain: true,
    validates: 'configurable',
  },
})

/**
 * Shared by every extractor: one caller's change must not become another's trust decision, and what
 * stands on Object.prototype is not a property of a proxy.
 */
function freeze(presets: Record<CertificateSource, Preset>): typeof presets {
  for (const preset of Object.values(presets)) Object.freeze(Object.setPrototypeOf(preset, null))
  return Object.freeze(presets)
}
