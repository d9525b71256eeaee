export type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
export { type CertificateHeaderConfig, getCertificateFromHeaders } from '../extractor/headers.js'
export { derToCertificate, pemToCertificate } from './certificates.js'
export type { HeaderEncoding } from './encodings.js'
export {
  type HeaderParser,
  parseApachePem,
  parseBase64Der,
  parseBase64Pem,
  parseHeaderValue,
  parseRfc9440,
  type ParserOptions,
  parseUrlPem,
  parseUrlPemAws,
  parseXfcc,
} from './header-value.js'
export { MAX_CHAIN_CERTS } from './limits.js'
export {
  type CertificateSource,
  type HeaderRule,
  type Preset,
  // Its name in `client-certificate-auth`.
  type Preset as PresetConfig,
  PRESETS,
} from './presets.js'
