import type { CertificateSource } from '../../parsers/presets.js'

/** Explains a client that gets in. */
export interface Advice {
  readonly meaning: string
  /** The most likely cause. */
  readonly cause: string
  readonly fix: string
  /** The page to read, if the headers don't tell which proxy sends them. */
  readonly page: string
}

export type AdviceName =
  | 'dropped'
  | 'forged'
  | 'openPort'
  | 'read'
  | 'readSpelling'
  | 'spelling'
  | 'twice'
  | 'unprotected'
  | 'unverified'
  | 'verifyHeader'

const OVERVIEW = 'docs/proxies/README.md'
const BEFORE = `${OVERVIEW}#before-anything-else`
const UNDERSCORES =
  'The proxy passes the name with `_` on, and the application or a gateway behind the proxy turns ' +
  'both names into one variable, such as `HTTP_X_SSL_CLIENT_CERT`.'

export const ADVICE: Readonly<Record<AdviceName, Advice>> = {
  unprotected: {
    meaning:
      'Any client gets in on this path without a certificate, so the other checks would prove nothing.',
    cause:
      'Either this path is public on purpose, or its route runs before the strategy or without it.',
    fix: 'Test a path that needs a certificate. If this one does, authenticate on its route.',
    page: BEFORE,
  },
  unverified: {
    meaning:
      'Any client can make a certificate with the names of another client, and gets in with it.',
    cause:
      'The certificate is requested, but not verified: `optional_no_ca` of nginx and Apache, ' +
      '`crt-ignore-err` of HAProxy, the modes `request` and `require` of Caddy, a passthrough mode of a ' +
      'load balancer, or `rejectUnauthorized: false` in Node without a check of `authorized`.',
    fix: "Let the proxy or Node verify certificates, or set the strategy's option `ca`.",
    page: `${OVERVIEW}#proxies-that-validate-nothing`,
  },
  forged: {
    meaning:
      'Any client can copy the certificate of another client, which is public, into a header, and gets ' +
      'in as that client.',
    cause:
      'The proxy passes the header of the client on: a location, virtual host, frontend or route that ' +
      "doesn't set the header, or sets it only under a condition.",
    fix: 'Let the proxy set or remove this header on every route to the application, without a condition.',
    page: BEFORE,
  },
  read: {
    meaning:
      'The answer depends on the certificate that the client wrote into a header, although the client ' +
      "presented another one. Unless the header is only compared with the client's own certificate, any " +
      'client with a valid certificate can get in as another one.',
    cause: "The proxy sets the verify header, but passes the client's certificate header on.",
    fix: 'Let the proxy set both headers on every route to the application.',
    page: BEFORE,
  },
  readSpelling: {
    meaning:
      'The answer depends on a header whose name has `_` instead of `-`, although the client presented its ' +
      'own certificate. Any client with a valid certificate can get in as another one.',
    cause: UNDERSCORES,
    fix: 'Let the proxy remove headers with `_` in their names, or read the raw header names.',
    page: BEFORE,
  },
  openPort: {
    meaning: 'Any client that reaches this port gets in without the proxy.',
    cause:
      "The port is reachable from here, and the application reads the header of any peer or doesn't " +
      'authenticate.',
    fix: 'Let the application listen on loopback, a private network or a Unix socket, and set `trustedProxies`.',
    page: BEFORE,
  },
  spelling: {
    meaning:
      'Any client gets in with a forged certificate in a header whose name has `_` instead of `-`.',
    cause: UNDERSCORES,
    fix: 'Let the proxy remove headers with `_` in their names, or read the raw header names.',
    page: BEFORE,
  },
  twice: {
    meaning: 'Any client gets in by sending the certificate of another client on two header lines.',
    cause: 'The proxy replaces only one of several lines, or appends its own to them.',
    fix: 'Let the proxy remove every line of the header before it sets its own.',
    page: BEFORE,
  },
  dropped: {
    meaning:
      'Any client can make the proxy drop its own headers, by naming them in `Connection`, and gets in.',
    cause:
      'The proxy removes the headers that `Connection` names after it has set its own, and the ' +
      'application accepts a request without a verify header.',
    fix: 'Require the verify header and its exact value, as the presets of the strategy do.',
    page: BEFORE,
  },
  verifyHeader: {
    meaning: 'Any client gets in by claiming in a header that its certificate was verified.',
    cause: "The proxy passes the client's own verify header on, and the application believes it.",
    fix: 'Let the proxy set the verify header too, and require a certificate beside it.',
    page: BEFORE,
  },
}

/** The folder of each preset in docs/proxies. */
const FOLDERS: Readonly<Record<CertificateSource, string>> = {
  akamai: 'akamai',
  apache: 'apache',
  'aws-alb': 'aws-alb',
  'aws-alb-verify': 'aws-alb',
  'azure-app-service': 'azure-app-service',
  'azure-container-apps': 'azure-container-apps',
  caddy: 'caddy',
  cloudflare: 'cloudflare',
  'cloudflare-rfc9440': 'cloudflare',
  cloudfront: 'cloudfront',
  'cloudfront-passthrough': 'cloudfront',
  envoy: 'envoy',
  gcp: 'google-cloud-lb',
  haproxy: 'haproxy',
  'ingress-nginx': 'ingress-nginx',
  'istio-gateway': 'istio',
  kong: 'kong',
  nginx: 'nginx',
  traefik: 'traefik',
}

/** The pages of the proxies that have these presets. */
export function pagesOf(presets: readonly CertificateSource[]): string[] {
  return [...new Set(presets.map((preset) => `docs/proxies/${FOLDERS[preset]}/README.md`))]
}
