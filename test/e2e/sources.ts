import type { StrategyOptions } from '../../src/index.js'
import type { ProxyName } from './support/proxies.js'

const certificateHeader = 'X-SSL-Client-Cert'
const trustedProxies = 'loopback'

/** Options that read only the certificate header, and ignore the proxy's verify header. */
export const CERTIFICATE_ALONE: Readonly<Record<ProxyName, StrategyOptions>> = {
  nginx: { certificateHeader, headerEncoding: 'url-pem', trustedProxies },
  haproxy: { certificateHeader, headerEncoding: 'base64-der', trustedProxies },
  apache: { certificateHeader, headerEncoding: 'apache-pem', trustedProxies },
  caddy: { certificateHeader, headerEncoding: 'base64-der', trustedProxies },
}

/** The options of the strategy for each proxy, as its page in docs/proxies shows them. */
export const SOURCES: Readonly<Record<ProxyName, StrategyOptions>> = {
  nginx: { certificateSource: 'nginx', trustedProxies },
  haproxy: { certificateSource: 'haproxy', trustedProxies },
  apache: { certificateSource: 'apache', trustedProxies },
  caddy: { certificateSource: 'caddy', trustedProxies },
}
