export type {
  ChainedPeerCertificate,
  ChainedPeerCertificate as PeerCertificate,
  ForwardedIdentity,
} from './certificate/peer-certificate.js'
export type { DecisionMessage } from './guard/diagnostics.js'
export { ClientCertificateError, type ClientCertificateErrorCode } from './util/errors.js'
export type { ExtractorOptions } from './extractor/options.js'
export type { ProxyCaOptions } from './extractor/proxy-ca.js'
export type { ProxyPeer, TrustedProxies } from './extractor/proxy-trust.js'
export type { RequestLike } from './extractor/request.js'
export type {
  DetailsByReason,
  EventDetail,
  ExtractionFailure,
  ExtractionFailureReason,
  ExtractionResult,
  ExtractionSuccess,
  FailureDetail,
  HeaderDetail,
  ProxyDetail,
  RetrievalDetail,
  SocketDetail,
  TamperingDetail,
  VerificationDetail,
} from './extractor/result.js'
export type { HeaderEncoding } from './parsers/encodings.js'
export type { CertificateSource } from './parsers/presets.js'
export { Strategy } from './strategy/index.js'
export type {
  ClientCertRequest,
  ExtractionResultLike,
  RejectionDetails,
  RejectionReason,
} from './guard/options.js'
export type {
  StrategyOptions,
  StrategyOptions as StrategyOptionsWithoutReq,
  StrategyOptionsWithRequest,
  StrategyOptionsWithRequest as StrategyOptionsWithReq,
} from './strategy/options.js'
export type {
  VerifyCallback,
  VerifyFunction,
  VerifyFunctionWithRequest,
  VerifyOptions,
} from './strategy/verify-callback.js'
