import type { CertificateSource } from '../../../src/extractor/index.js'
import {
  toApachePem,
  toBase64Der,
  toConcatenatedDer,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../../support/header-values.js'
import type { Line, Reason } from '../support/corpus-case.js'
import type { Shown } from './damage.js'

/** What one proxy sends, from what is known of it, and not from the presets that read it. */
export interface Proxy {
  readonly source: CertificateSource
  /** The header with the certificate. */
  readonly header: string
  /** All lines about a client that has been verified; the first one is the certificate. */
  readonly write: (leaf: Shown, ...issuers: Shown[]) => Line[]
  /** All lines about a client that has no certificate, and what comes of them. */
  readonly nobody: readonly Line[]
  readonly nobodyIs: Reason
  /** A header that says that the certificate was verified, and what it says if it was not. */
  readonly verify?: { readonly header: string; readonly wrong: string }
}

const MISSING = 'header_missing_or_malformed'
const MISMATCH = 'verification_header_mismatch'

/** The chain in a header of its own, where there is one. */
function chainLine(
  name: string,
  issuers: readonly Shown[],
  write: (...issuers: Shown[]) => string,
): Line[] {
  return issuers.length === 0 ? [] : [[name, write(...issuers)]]
}

/** Those whose headers the whole table of attacks is tried on. */
export const PROXIES: readonly Proxy[] = [
  {
    source: 'nginx',
    header: 'X-SSL-Client-Cert',
    write: (leaf) => [
      ['X-SSL-Client-Cert', toUrlPem(leaf)],
      ['X-SSL-Client-Verify', 'SUCCESS'],
    ],
    nobody: [['X-SSL-Client-Verify', 'NONE']],
    nobodyIs: MISMATCH,
    verify: { header: 'X-SSL-Client-Verify', wrong: 'FAILED:self-signed certificate' },
  },
  {
    source: 'ingress-nginx',
    header: 'ssl-client-cert',
    write: (leaf) => [
      ['ssl-client-cert', toUrlPem(leaf)],
      ['ssl-client-verify', 'SUCCESS'],
      ['ssl-client-subject-dn', 'CN=somebody'],
    ],
    nobody: [['ssl-client-verify', 'NONE']],
    nobodyIs: MISMATCH,
    verify: { header: 'ssl-client-verify', wrong: 'FAILED:unable to verify the first certificate' },
  },
  {
    source: 'haproxy',
    header: 'x-ssl-client-cert',
    write: (leaf, ...issuers) => [
      ['x-ssl-client-cert', toBase64Der(leaf)],
      ['x-ssl-client-verify', '0'],
      ...chainLine('x-ssl-client-chain', issuers, toConcatenatedDer),
    ],
    // Says 0 of a client without a certificate too.
    nobody: [
      ['x-ssl-client-cert', ''],
      ['x-ssl-client-verify', '0'],
      ['x-ssl-client-chain', ''],
    ],
    nobodyIs: MISSING,
    verify: { header: 'x-ssl-client-verify', wrong: '21' },
  },
  {
    source: 'apache',
    header: 'X-SSL-Client-Cert',
    write: (leaf, ...issuers) => [
      ['X-SSL-Client-Cert', toApachePem(leaf)],
      ['X-SSL-Client-Verify', 'SUCCESS'],
      ...issuers.map((issuer, at): Line => [`X-SSL-Client-Chain-${at}`, toApachePem(issuer)]),
    ],
    nobody: [
      ['X-SSL-Client-Cert', '(null)'],
      ['X-SSL-Client-Verify', 'NONE'],
      ['X-SSL-Client-Chain-0', '(null)'],
    ],
    nobodyIs: MISMATCH,
    verify: { header: 'X-SSL-Client-Verify', wrong: 'FAILED:self-signed certificate' },
  },
  {
    source: 'caddy',
    header: 'X-Ssl-Client-Cert',
    write: (leaf) => [['X-Ssl-Client-Cert', toBase64Der(leaf)]],
    nobody: [['X-Ssl-Client-Cert', '{http.request.tls.client.certificate_der_base64}']],
    nobodyIs: MISSING,
  },
  {
    source: 'envoy',
    header: 'x-forwarded-client-cert',
    write: (leaf, ...issuers) => [['x-forwarded-client-cert', toXfcc(leaf, ...issuers)]],
    nobody: [],
    nobodyIs: MISSING,
  },
  {
    source: 'traefik',
    header: 'X-Forwarded-Tls-Client-Cert',
    write: (leaf, ...issuers) => [['X-Forwarded-Tls-Client-Cert', toBase64Der(leaf, ...issuers)]],
    nobody: [],
    nobodyIs: MISSING,
  },
  {
    source: 'cloudflare-rfc9440',
    header: 'Client-Cert',
    write: (leaf, ...issuers) => [
      ['Client-Cert', toRfc9440(leaf)],
      ...chainLine('Client-Cert-Chain', issuers, toRfc9440),
    ],
    nobody: [
      ['Client-Cert', ''],
      ['Client-Cert-Chain', ''],
    ],
    nobodyIs: MISSING,
  },
  {
    source: 'aws-alb',
    header: 'X-Amzn-Mtls-Clientcert',
    write: (leaf, ...issuers) => [['X-Amzn-Mtls-Clientcert', toUrlPemAws(leaf, ...issuers)]],
    nobody: [],
    nobodyIs: MISSING,
  },
  {
    source: 'gcp',
    header: 'X-Client-Cert-Leaf',
    write: (leaf, ...issuers) => [
      ['X-Client-Cert-Leaf', toRfc9440(leaf)],
      ['X-Client-Cert-Present', 'true'],
      ['X-Client-Cert-Chain-Verified', 'true'],
      ['X-Client-Cert-Error', ''],
      ...chainLine('X-Client-Cert-Chain', issuers, toRfc9440),
    ],
    nobody: [
      ['X-Client-Cert-Leaf', ''],
      ['X-Client-Cert-Present', 'false'],
      ['X-Client-Cert-Chain-Verified', 'false'],
      ['X-Client-Cert-Error', 'client_cert_not_provided'],
    ],
    nobodyIs: MISMATCH,
    verify: { header: 'X-Client-Cert-Chain-Verified', wrong: 'false' },
  },
  {
    source: 'azure-app-service',
    header: 'X-ARR-ClientCert',
    write: (leaf) => [['X-ARR-ClientCert', toBase64Der(leaf)]],
    nobody: [],
    nobodyIs: MISSING,
  },
  {
    source: 'cloudfront',
    header: 'CloudFront-Viewer-Cert-Pem',
    write: (leaf) => [
      ['CloudFront-Viewer-Cert-Pem', toUrlPem(leaf)],
      ['CloudFront-Viewer-Cert-Present', '1'],
    ],
    nobody: [['CloudFront-Viewer-Cert-Present', '0']],
    nobodyIs: MISMATCH,
    verify: { header: 'CloudFront-Viewer-Cert-Present', wrong: '0' },
  },
]

/** Those that differ from one above in nothing but names. */
export const OTHER_PROXIES: readonly Pick<Proxy, 'source' | 'write'>[] = [
  { source: 'akamai', write: (leaf) => [['AKAMAI-CC-DER', toRfc9440(leaf)]] },
  {
    source: 'aws-alb-verify',
    write: (leaf) => [['X-Amzn-Mtls-Clientcert-Leaf', toUrlPemAws(leaf)]],
  },
  {
    source: 'azure-container-apps',
    write: (leaf) => [['X-Forwarded-Client-Cert', toXfcc(leaf)]],
  },
  { source: 'cloudflare', write: (leaf) => [['Cf-Client-Cert-Der-Base64', toBase64Der(leaf)]] },
  { source: 'cloudfront-passthrough', write: (leaf) => [['Client-Cert', toRfc9440(leaf)]] },
  { source: 'istio-gateway', write: (leaf) => [['X-Forwarded-Client-Cert', toXfcc(leaf)]] },
  { source: 'kong', write: (leaf) => [['X-Client-Cert', toUrlPem(leaf)]] },
]

export function proxyNamed(source: CertificateSource): Proxy {
  const found = PROXIES.find((proxy) => proxy.source === source)
  if (found === undefined) throw new Error(`There is no proxy ${source} here`)
  return found
}
