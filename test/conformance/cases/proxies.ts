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
import type { Encodable } from './damage.js'

/**
 * The headers of one proxy, written down from its documentation, and not from the presets that read
 * them.
 */
export interface Proxy {
  readonly source: CertificateSource
  readonly header: string
  /** All header lines for a verified client; the first one has the certificate. */
  readonly write: (leaf: Encodable, ...issuers: Encodable[]) => Line[]
  /**
   * All header lines for a client without a certificate, and the reason for which it is rejected.
   */
  readonly noCertificate: readonly Line[]
  readonly noCertificateReason: Reason
  /**
   * The header that says that the proxy verified the certificate, and a value for a certificate it
   * didn't verify.
   */
  readonly verify?: { readonly header: string; readonly wrong: string }
}

const MISSING = 'header_missing_or_malformed'
const MISMATCH = 'verification_header_mismatch'

/** The chain in its own header. A client without issuers gets no such line. */
function chainLine(
  name: string,
  issuers: readonly Encodable[],
  write: (...issuers: Encodable[]) => string,
): Line[] {
  return issuers.length === 0 ? [] : [[name, write(...issuers)]]
}

/** The proxies on whose headers the corpus tries every attack. */
export const PROXIES: readonly Proxy[] = [
  {
    source: 'nginx',
    header: 'X-SSL-Client-Cert',
    write: (leaf) => [
      ['X-SSL-Client-Cert', toUrlPem(leaf)],
      ['X-SSL-Client-Verify', 'SUCCESS'],
    ],
    noCertificate: [['X-SSL-Client-Verify', 'NONE']],
    noCertificateReason: MISMATCH,
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
    noCertificate: [['ssl-client-verify', 'NONE']],
    noCertificateReason: MISMATCH,
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
    // HAProxy sends 0 for a client without a certificate too.
    noCertificate: [
      ['x-ssl-client-cert', ''],
      ['x-ssl-client-verify', '0'],
      ['x-ssl-client-chain', ''],
    ],
    noCertificateReason: MISSING,
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
    noCertificate: [
      ['X-SSL-Client-Cert', '(null)'],
      ['X-SSL-Client-Verify', 'NONE'],
      ['X-SSL-Client-Chain-0', '(null)'],
    ],
    noCertificateReason: MISMATCH,
    verify: { header: 'X-SSL-Client-Verify', wrong: 'FAILED:self-signed certificate' },
  },
  {
    source: 'caddy',
    header: 'X-Ssl-Client-Cert',
    write: (leaf) => [['X-Ssl-Client-Cert', toBase64Der(leaf)]],
    noCertificate: [['X-Ssl-Client-Cert', '{http.request.tls.client.certificate_der_base64}']],
    noCertificateReason: MISSING,
  },
  {
    source: 'envoy',
    header: 'x-forwarded-client-cert',
    write: (leaf, ...issuers) => [['x-forwarded-client-cert', toXfcc(leaf, ...issuers)]],
    noCertificate: [],
    noCertificateReason: MISSING,
  },
  {
    source: 'traefik',
    header: 'X-Forwarded-Tls-Client-Cert',
    write: (leaf, ...issuers) => [['X-Forwarded-Tls-Client-Cert', toBase64Der(leaf, ...issuers)]],
    noCertificate: [],
    noCertificateReason: MISSING,
  },
  {
    source: 'cloudflare-rfc9440',
    header: 'Client-Cert',
    write: (leaf, ...issuers) => [
      ['Client-Cert', toRfc9440(leaf)],
      ...chainLine('Client-Cert-Chain', issuers, toRfc9440),
    ],
    noCertificate: [
      ['Client-Cert', ''],
      ['Client-Cert-Chain', ''],
    ],
    noCertificateReason: MISSING,
  },
  {
    source: 'aws-alb',
    header: 'X-Amzn-Mtls-Clientcert',
    write: (leaf, ...issuers) => [['X-Amzn-Mtls-Clientcert', toUrlPemAws(leaf, ...issuers)]],
    noCertificate: [],
    noCertificateReason: MISSING,
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
    noCertificate: [
      ['X-Client-Cert-Leaf', ''],
      ['X-Client-Cert-Present', 'false'],
      ['X-Client-Cert-Chain-Verified', 'false'],
      ['X-Client-Cert-Error', 'client_cert_not_provided'],
    ],
    noCertificateReason: MISMATCH,
    verify: { header: 'X-Client-Cert-Chain-Verified', wrong: 'false' },
  },
  {
    source: 'azure-app-service',
    header: 'X-ARR-ClientCert',
    write: (leaf) => [['X-ARR-ClientCert', toBase64Der(leaf)]],
    noCertificate: [],
    noCertificateReason: MISSING,
  },
  {
    source: 'cloudfront',
    header: 'CloudFront-Viewer-Cert-Pem',
    write: (leaf) => [
      ['CloudFront-Viewer-Cert-Pem', toUrlPem(leaf)],
      ['CloudFront-Viewer-Cert-Present', '1'],
    ],
    noCertificate: [['CloudFront-Viewer-Cert-Present', '0']],
    noCertificateReason: MISMATCH,
    verify: { header: 'CloudFront-Viewer-Cert-Present', wrong: '0' },
  },
]

/** Proxies that differ from one in PROXIES only in the names of their headers. */
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
  if (found === undefined) throw new Error(`Unknown proxy: ${source}`)
  return found
}
