import type { ProxyName } from './support/proxies.js'

/** Attacks that a mistake may let through; the cases they are. */
export const ATTACKS = {
  'forges both headers, without a certificate': 'no certificate, and both headers',
  'forges both headers, with a certificate of its own': 'its own certificate, and both headers',
  'forges the certificate header alone, with a certificate of its own':
    'its own certificate, and the certificate header alone',
  'makes itself a certificate': 'a self-signed certificate',
} as const

export type Attack = keyof typeof ATTACKS

export interface Mistake {
  readonly proxy: ProxyName
  /** In test/e2e/naive. */
  readonly file: string
  readonly title: string
  /** The attacks that succeed although the strategy has the recommended options. */
  readonly wins: readonly Attack[]
  /** The attacks that succeed when it does not look at a verify header either. */
  readonly winsWithoutVerifyHeader: readonly Attack[]
}

const WITHOUT: Attack = 'forges both headers, without a certificate'
const WITH: Attack = 'forges both headers, with a certificate of its own'
const ALONE: Attack = 'forges the certificate header alone, with a certificate of its own'
const SELF_MADE: Attack = 'makes itself a certificate'

/** The configurations in test/e2e/naive: each is the optional one of the docs with one mistake. */
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
    title: '`proxy_set_header` of the server lost to one in the location',
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
    winsWithoutVerifyHeader: [SELF_MADE],
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
    winsWithoutVerifyHeader: [SELF_MADE],
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
    winsWithoutVerifyHeader: [SELF_MADE],
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
    wins: [SELF_MADE],
    winsWithoutVerifyHeader: [SELF_MADE],
  },
  {
    proxy: 'caddy',
    file: 'Caddyfile-require',
    title: '`mode require`',
    wins: [SELF_MADE],
    winsWithoutVerifyHeader: [SELF_MADE],
  },
]
