import type { StrategyOptions } from '../../src/index.js'
import type { ProxyName } from './support/proxies.js'

const certificateHeader = 'X-SSL-Client-Cert'
const verifyHeader = 'X-SSL-Client-Verify'
const trustedProxies = 'loopback'

/** The certificate alone, without a look at what the proxy says about its verification. */
export const CERTIFICATE_ALONE: Readonly<Record<ProxyName, StrategyOptions>> = {
  nginx: { certificateHeader, headerEncoding: 'url-pem', trustedProxies },
  haproxy: { certificateHeader, headerEncoding: 'base64-der', trustedProxies },
  apache: unchecked({ certificateHeader, headerEncoding: 'apache-pem', trustedProxies }),
  caddy: { certificateHeader, headerEncoding: 'base64-der', trustedProxies },
}

/** What the strategy is told about each proxy: the options of its page in docs/proxies. */
export const SOURCES: Readonly<Record<ProxyName, StrategyOptions>> = {
  nginx: { ...CERTIFICATE_ALONE.nginx, verifyHeader, verifyValue: 'SUCCESS' },
  haproxy: {
    ...CERTIFICATE_ALONE.haproxy,
    chainHeader: 'X-SSL-Client-Chain',
    verifyHeader,
    verifyValue: '0',
  },
  apache: unchecked({ certificateSource: 'apache', trustedProxies }),
  caddy: CERTIFICATE_ALONE.caddy,
}

/** What the types do not know yet. */
function unchecked(options: object): StrategyOptions {
  return options
}
