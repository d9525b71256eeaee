import type { StrategyOptions } from '../../src/index.js'
import type { ProxyName } from './support/proxies.js'

const certificateHeader = 'X-SSL-Client-Cert'
const trustedProxies = 'loopback'

/** The certificate alone, without a look at what the proxy says about its verification. */
export const CERTIFICATE_ALONE: Readonly<Record<ProxyName, StrategyOptions>> = {
  nginx: { certificateHeader, headerEncoding: 'url-pem', trustedProxies },
  haproxy: { certificateHeader, headerEncoding: 'base64-der', trustedProxies },
  apache: { certificateHeader, headerEncoding: 'apache-pem', trustedProxies },
  caddy: { certificateHeader, headerEncoding: 'base64-der', trustedProxies },
}

/** What the strategy is told about each proxy: the options of its page in docs/proxies. */
export const SOURCES: Readonly<Record<ProxyName, StrategyOptions>> = {
  nginx: { certificateSource: 'nginx', trustedProxies },
  haproxy: { certificateSource: 'haproxy', trustedProxies },
  apache: { certificateSource: 'apache', trustedProxies },
  caddy: { certificateSource: 'caddy', trustedProxies },
}
