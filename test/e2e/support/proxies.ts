import type { X509Certificate } from 'node:crypto'

export type ProxyName = 'nginx' | 'haproxy' | 'apache' | 'caddy'

export type Line = readonly [name: string, value: string]

/** The folder of a proxy under test, its port, and the port of its backend. */
export interface Place {
  /** Ends with a slash. */
  readonly directory: string
  readonly port: number
  readonly backendPort: number
}

export interface Proxy {
  readonly name: ProxyName
  readonly title: string
  /** The name of Debian's package. */
  readonly package: string
  readonly command: string
  readonly versionArguments: readonly string[]
  /** Arguments that start the proxy in the foreground. */
  readonly arguments: (file: string) => readonly string[]
  /** The two files in docs/proxies/<name>. */
  readonly required: string
  readonly optional: string
  /** A third file, for headers over the proxy's default limit; `null` if the proxy has no limit. */
  readonly largeHeaders: string | null
  /**
   * The addresses and paths in its configurations that a test can't use, and their replacements. A
   * test changes nothing else, and each literal has to occur.
   */
  readonly literals: (place: Place) => readonly (readonly [literal: string, replacement: string])[]
  /** Encodes a certificate as the proxy does. */
  readonly encode: (certificate: X509Certificate) => string
  /** The header's value without a certificate; `null` if the proxy sends no header. */
  readonly none: string | null
  /**
   * The verify header's value with and without a verified certificate; `null` if there is no such
   * header.
   */
  readonly verification: { readonly good: string; readonly none: string } | null
}

export const CERTIFICATE = 'X-SSL-Client-Cert'
export const VERIFY = 'X-SSL-Client-Verify'

export const PROXIES: readonly Proxy[] = [
  {
    name: 'nginx',
    title: 'nginx',
    package: 'nginx',
    command: 'nginx',
    versionArguments: ['-v'],
    arguments: (file) => ['-c', file, '-g', 'daemon off;'],
    required: 'nginx.conf',
    optional: 'nginx-optional.conf',
    largeHeaders: null,
    literals: ({ directory, port, backendPort }) => [
      ['listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`],
      ['127.0.0.1:3000', `127.0.0.1:${backendPort}`],
      ['/etc/nginx/mtls/', directory],
      ['/var/log/nginx/', directory],
      ['/run/nginx.pid', `${directory}nginx.pid`],
    ],
    encode: (certificate) => encodeURIComponent(certificate.toString()),
    none: null,
    verification: { good: 'SUCCESS', none: 'NONE' },
  },
  {
    name: 'haproxy',
    title: 'HAProxy',
    package: 'haproxy',
    command: 'haproxy',
    versionArguments: ['-v'],
    arguments: (file) => ['-db', '-f', file],
    required: 'haproxy.cfg',
    optional: 'haproxy-optional.cfg',
    largeHeaders: 'haproxy-large-headers.cfg',
    literals: ({ directory, port, backendPort }) => [
      ['bind :443 ', `bind 127.0.0.1:${port} `],
      ['127.0.0.1:3000', `127.0.0.1:${backendPort}`],
      ['/etc/haproxy/mtls/', directory],
    ],
    encode: (certificate) => certificate.raw.toString('base64'),
    none: '',
    verification: { good: '0', none: '0' },
  },
  {
    name: 'apache',
    title: 'Apache httpd',
    package: 'apache2',
    command: 'apache2',
    versionArguments: ['-v'],
    arguments: (file) => ['-f', file, '-DFOREGROUND'],
    required: 'httpd.conf',
    optional: 'httpd-optional.conf',
    largeHeaders: null,
    literals: ({ directory, port, backendPort }) => [
      ['Listen 443\n', `Listen 127.0.0.1:${port}\n`],
      ['<VirtualHost *:443>', `<VirtualHost *:${port}>`],
      ['127.0.0.1:3000', `127.0.0.1:${backendPort}`],
      ['/etc/apache2/mtls/', directory],
      ['/var/log/apache2/', directory],
      ['/run/apache2', directory.slice(0, -1)],
    ],
    encode: (certificate) => certificate.toString().replaceAll('\n', ' '),
    none: '(null)',
    verification: { good: 'SUCCESS', none: 'NONE' },
  },
  {
    name: 'caddy',
    title: 'Caddy',
    package: 'caddy',
    command: 'caddy',
    versionArguments: ['version'],
    arguments: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
    required: 'Caddyfile',
    optional: 'Caddyfile-optional',
    largeHeaders: null,
    literals: ({ directory, port, backendPort }) => [
      ['https://api.example.com:443 {', `https://api.example.com:${port} {\n\tbind 127.0.0.1`],
      ['127.0.0.1:3000', `127.0.0.1:${backendPort}`],
      ['/etc/caddy/mtls/', directory],
      ['/var/lib/caddy/', directory],
    ],
    encode: (certificate) => certificate.raw.toString('base64'),
    none: '{http.request.tls.client.certificate_der_base64}',
    verification: null,
  },
]

export function proxyOf(name: ProxyName): Proxy {
  const found = PROXIES.find((proxy) => proxy.name === name)
  if (found === undefined) throw new Error(`Unknown proxy "${name}"`)
  return found
}
