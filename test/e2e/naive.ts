import type { ProxyName } from './support/proxies.js'

/** Attacks that a mistake may allow, and the titles of their cases. */
export const ATTACKS = {
  'forges both headers, without a certificate': 'no certificate, and both headers',
  'forges both headers, with its own certificate': 'its own certificate, and both headers',
  'forges the certificate header alone, with its own certificate':
    'its own certificate, and the certificate header alone',
  'presents a self-signed certificate': 'a self-signed certificate',
} as const

export type Attack = keyof typeof ATTACKS

export interface Mistake {
  readonly proxy: ProxyName
  /** The file in test/e2e/naive. */
  readonly file: string
  readonly title: string
  /** The attacks that succeed although the strategy has the recommended options. */
  readonly wins: readonly Attack[]
  /** The attacks that succeed if the strategy doesn't check a verify header. */
  readonly winsWithoutVerifyHeader: readonly Attack[]
}

const WITHOUT: Attack = 'forges both headers, without a certificate'
const WITH: Attack = 'forges both headers, with its own certificate'
const ALONE: Attack = 'forges the certificate header alone, with its own certificate'
const SELF_SIGNED: Attack = 'presents a self-signed certificate'

/** The configurations in test/e2e/naive. Each is the documented optional one with one mistake. */
export const MISTAKES: readonly Mistake[] = [
  {
    proxy: 'nginx',
    file: 'nginx-missing.conf',
    title: 'no `proxy_set_header`',
    wins: [WITHOUT, WITH],
    winsWithoutVerifyHeader: [WITHOUT, WITH, ALONE],
  },
  {
    proxy: 'nginx',
    file: 'nginx-inherited-away.conf',
    title: "a `proxy_set_header` in the location, which hides the server's",
    wins: [WITHOUT, WITH],
    winsWithoutVerifyHeader: [WITHOUT, WITH, ALONE],
  },
  {
    proxy: 'nginx',
    file: 'nginx-verify-only.conf',
    title: 'only the verify header set',
    wins: [WITH, ALONE],
    winsWithoutVerifyHeader: [WITHOUT, WITH, ALONE],
  },
  {
    proxy: 'nginx',
    file: 'nginx-cert-only.conf',
    title: 'only the certificate header set',
    wins: [],
    winsWithoutVerifyHeader: [],
  },
  {
    proxy: 'nginx',
    file: 'nginx-underscores.conf',
    title: '`underscores_in_headers on`',
    wins: [],
    winsWithoutVerifyHeader: [],
  },
  {
    proxy: 'nginx',
    file: 'nginx-optional-no-ca.conf',
    title: '`ssl_verify_client optional_no_ca`',
    wins: [],
    winsWithoutVerifyHeader: [SELF_SIGNED],
  },
  {
    proxy: 'haproxy',
    file: 'haproxy-missing.cfg',
    title: 'no `set-header`',
    wins: [WITHOUT, WITH],
    winsWithoutVerifyHeader: [WITHOUT, WITH, ALONE],
  },
  {
    proxy: 'haproxy',
    file: 'haproxy-if.cfg',
    title: '`set-header ... if { ssl_c_used }`',
    wins: [WITHOUT],
    winsWithoutVerifyHeader: [WITHOUT],
  },
  {
    proxy: 'haproxy',
    file: 'haproxy-add-header.cfg',
    title: '`add-header`',
    wins: [],
    winsWithoutVerifyHeader: [],
  },
  {
    proxy: 'haproxy',
    file: 'haproxy-verify-only.cfg',
    title: 'only the verify header set',
    wins: [WITHOUT, WITH, ALONE],
    winsWithoutVerifyHeader: [WITHOUT, WITH, ALONE],
  },
  {
    proxy: 'haproxy',
    file: 'haproxy-ignore-errors.cfg',
    title: '`ca-ignore-err all crt-ignore-err all`',
    wins: [],
    winsWithoutVerifyHeader: [SELF_SIGNED],
  },
  {
    proxy: 'apache',
    file: 'httpd-missing.conf',
    title: 'no `RequestHeader`',
    wins: [WITHOUT, WITH],
    winsWithoutVerifyHeader: [WITHOUT, WITH, ALONE],
  },
  {
    proxy: 'apache',
    file: 'httpd-add.conf',
    title: '`RequestHeader add`',
    wins: [],
    winsWithoutVerifyHeader: [],
  },
  {
    proxy: 'apache',
    file: 'httpd-append.conf',
    title: '`RequestHeader append`',
    wins: [],
    winsWithoutVerifyHeader: [],
  },
  {
    proxy: 'apache',
    file: 'httpd-setifempty.conf',
    title: '`RequestHeader setifempty`',
    wins: [WITHOUT, WITH, ALONE],
    winsWithoutVerifyHeader: [WITHOUT, WITH, ALONE],
  },
  {
    proxy: 'apache',
    file: 'httpd-verify-only.conf',
    title: 'only the verify header set',
    wins: [WITH, ALONE],
    winsWithoutVerifyHeader: [WITHOUT, WITH, ALONE],
  },
  {
    proxy: 'apache',
    file: 'httpd-optional-no-ca.conf',
    title: '`SSLVerifyClient optional_no_ca`',
    wins: [],
    winsWithoutVerifyHeader: [SELF_SIGNED],
  },
  {
    proxy: 'caddy',
    file: 'Caddyfile-missing',
    title: 'no `header_up`',
    wins: [WITHOUT, WITH, ALONE],
    winsWithoutVerifyHeader: [WITHOUT, WITH, ALONE],
  },
  {
    proxy: 'caddy',
    file: 'Caddyfile-add',
    title: '`header_up +X-SSL-Client-Cert`',
    wins: [],
    winsWithoutVerifyHeader: [],
  },
  {
    proxy: 'caddy',
    file: 'Caddyfile-request',
    title: '`mode request`',
    wins: [SELF_SIGNED],
    winsWithoutVerifyHeader: [SELF_SIGNED],
  },
  {
    proxy: 'caddy',
    file: 'Caddyfile-require',
    title: '`mode require`',
    wins: [SELF_SIGNED],
    winsWithoutVerifyHeader: [SELF_SIGNED],
  },
]
