// Only the compiler checks this file: the options, and the values that it rejects.
import {
  type CertificateSource,
  type ChainedPeerCertificate,
  type ClientCertRequest,
  type HeaderEncoding,
  type RejectionReason,
  Strategy,
  type StrategyOptions,
  type StrategyOptionsWithRequest,
} from '../../src/index.js'
import { PRESETS } from '../../src/parsers/index.js'
import type { Equal } from './equal.js'

const verify = () => null

const everything: StrategyOptions = {
  name: 'devices',
  passReqToCallback: false,
  certificateSource: 'cloudflare-rfc9440',
  certificateHeader: 'X-Client-Cert',
  chainHeader: 'X-Client-Cert-Chain',
  headerEncoding: 'rfc9440',
  fallbackToSocket: true,
  includeChain: true,
  verifyHeader: 'X-Client-Verify',
  verifyValue: 'SUCCESS',
  trustedProxies: ['loopback', '10.0.0.0/8'],
  xfccHop: 0,
  checkValidity: false,
  cache: { maxEntries: 10, maxBytes: 1e6 },
  onAuthenticated: () => undefined,
  onRejected: () => undefined,
  verifyTimeoutMs: 5000,
}
new Strategy(everything, verify)

// `undefined` means the default for every option, as in `{ name: process.env.NAME }`.
type Unset = { [Name in keyof Required<StrategyOptions>]: undefined }
declare const unset: Unset
new Strategy(unset, verify)

true satisfies Equal<
  CertificateSource,
  | 'akamai'
  | 'apache'
  | 'aws-alb'
  | 'aws-alb-verify'
  | 'azure-app-service'
  | 'azure-container-apps'
  | 'caddy'
  | 'cloudflare'
  | 'cloudflare-rfc9440'
  | 'cloudfront'
  | 'cloudfront-passthrough'
  | 'envoy'
  | 'gcp'
  | 'haproxy'
  | 'ingress-nginx'
  | 'istio-gateway'
  | 'kong'
  | 'nginx'
  | 'traefik'
>
true satisfies Equal<
  HeaderEncoding,
  'url-pem' | 'url-pem-aws' | 'xfcc' | 'base64-der' | 'rfc9440' | 'apache-pem' | 'base64-pem'
>
true satisfies Equal<keyof typeof PRESETS, CertificateSource>
true satisfies Equal<StrategyOptionsWithRequest['passReqToCallback'], true>

// The hooks, asynchronous or not.
new Strategy(
  {
    onAuthenticated: (_cert, _req) => {
      true satisfies Equal<typeof _cert, ChainedPeerCertificate>
      true satisfies Equal<typeof _req, ClientCertRequest>
    },
    onRejected: async (_cert, _req, reason) => {
      true satisfies Equal<typeof _cert, ChainedPeerCertificate | null>
      true satisfies Equal<typeof _req, ClientCertRequest>
      true satisfies Equal<typeof reason, RejectionReason | (string & {})>
      const text: string = reason
      await Promise.resolve(text)
    },
  },
  verify,
)
new Strategy(
  {
    passReqToCallback: true,
    onRejected: (_cert, _req) => {
      true satisfies Equal<typeof _cert, ChainedPeerCertificate | null>
      true satisfies Equal<typeof _req, ClientCertRequest>
    },
  },
  verify,
)

// @ts-expect-error no option has this name
new Strategy({ colour: 'red' }, verify)
// @ts-expect-error the name is misspelled
new Strategy({ passReqToCallBack: true }, verify)
// @ts-expect-error a name must be a string
new Strategy({ name: 7 }, verify)
// @ts-expect-error no encoding has this name
new Strategy({ certificateHeader: 'X-Client-Cert', headerEncoding: 'base64' }, verify)
// @ts-expect-error no preset has this name
new Strategy({ certificateSource: 'ngnix' }, verify)
// @ts-expect-error `null` doesn't mean the default
new Strategy({ certificateSource: null }, verify)
// @ts-expect-error includeChain must be a boolean
new Strategy({ includeChain: 'yes' }, verify)
new Strategy({ verifyTimeoutMs: false }, verify)
// @ts-expect-error `true` isn't a number of milliseconds
new Strategy({ verifyTimeoutMs: true }, verify)
// @ts-expect-error a hook must be a function
new Strategy({ onRejected: 'audit.log' }, verify)
// @ts-expect-error a rejected request may have no certificate
new Strategy({ onRejected: (cert: ChainedPeerCertificate) => cert.subject }, verify)
// @ts-expect-error the presets are read-only
PRESETS.envoy.header = 'x-mine'
