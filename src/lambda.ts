import { type OptionTable, parseOptions } from './util/options.js'
import type { ValidityReason } from './certificate/validity.js'
import { NO_CACHE } from './extractor/certificate-cache.js'
import {
  EXTRACTOR_OPTIONS,
  type ExtractorOptions,
  parseExtractorOptions,
  PATH_OPTIONS,
} from './extractor/options.js'
import { compileExtractor } from './extractor/pipeline.js'
import { traced } from './extractor/traced.js'
import type { TrustStoreOptions } from './path/options.js'
import type {
  EventFailureReason,
  ExtractionFailure,
  ExtractionSuccess,
} from './extractor/result.js'

export type { ChainedPeerCertificate } from './certificate/peer-certificate.js'
export type {
  DetailsByReason,
  EventDetail,
  EventFailureReason,
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

/**
 * Without `ca`, API Gateway alone validates paths. Make a trust store with `createTrustStore()` outside of the
 * handler for `ca`, because PEM would be parsed for each event.
 */
export interface LambdaOptions extends Pick<ExtractorOptions, keyof TrustStoreOptions> {
  /** Whether the certificate's dates are compared with the clock. Default: `true`. */
  checkValidity?: boolean | undefined
}

/** Where an event has the certificate, as far as the event of a Lambda function is read. */
export interface LambdaEventWithClientCert {
  readonly requestContext?: {
    /** Of HTTP APIs with payload format 2.0. */
    readonly authentication?: { readonly clientCert?: LambdaClientCert }
    /** Of REST APIs, and of HTTP APIs with payload format 1.0. */
    readonly identity?: { readonly clientCert?: LambdaClientCert }
  }
}

/** A certificate as API Gateway describes it. Only the certificate itself is read. */
export interface LambdaClientCert {
  readonly clientCertPem: string
  readonly subjectDN?: string
  readonly issuerDN?: string
  readonly serialNumber?: string
  readonly validity?: { readonly notBefore?: string; readonly notAfter?: string }
}

/** Why no certificate was extracted from an event. */
export type LambdaExtractionFailureReason =
  | EventFailureReason
  | ValidityReason
  | 'certificate_chain_untrusted'
  | 'certificate_revoked'
  | 'revocation_unknown'

export type LambdaExtractionSuccess = ExtractionSuccess

export type LambdaExtractionFailure = ExtractionFailure<LambdaExtractionFailureReason>

export type LambdaExtractionResult = LambdaExtractionSuccess | LambdaExtractionFailure

const LAMBDA_OPTIONS: OptionTable<keyof LambdaOptions, { checkValidity: boolean }> = {
  ...PATH_OPTIONS,
  checkValidity: EXTRACTOR_OPTIONS.checkValidity,
}

const FROM_EVENT = parseExtractorOptions({ certificateSource: 'api-gateway' })

/**
 * Reads the client's certificate from the event of a Lambda function behind API Gateway with mutual
 * TLS: of a REST API, or of an HTTP API with either payload format.
 *
 * Where an application runs behind serverless-http or the like, give the Strategy or an extractor
 * `certificateSource: 'api-gateway'` instead.
 *
 * @param event - as the function gets it; nothing in it makes this throw
 * @returns the certificate, without issuers, which API Gateway does not send; or why there is none:
 *   `lambda_event_missing_clientcert`, `lambda_event_clientcert_malformed`,
 *   `certificate_chain_untrusted`, `certificate_revoked`, `revocation_unknown`, `certificate_expired` or
 *   `certificate_not_yet_valid`
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for options
 * @example
 * import { extractClientCertificateFromLambdaEvent } from 'passport-client-certificate-auth/lambda'
 *
 * export async function handler(event) {
 *   const { certificate, reason } = extractClientCertificateFromLambdaEvent(event)
 *   if (certificate === null) return { statusCode: 401, body: reason }
 *   return { statusCode: 200, body: `Hello ${certificate.subject.CN}` }
 * }
 */
export function extractClientCertificateFromLambdaEvent(
  event: unknown,
  options: LambdaOptions = {},
): LambdaExtractionResult {
  const own = parseOptions(options, LAMBDA_OPTIONS)
  const values = { ...FROM_EVENT.values, ...own.values }
  const given = { ...FROM_EVENT.given, ...own.given }
  const extract = traced(compileExtractor({ given, values }, NO_CACHE))
  // An event gives none of the other reasons.
  return extract({ apiGateway: { event } } as object) as LambdaExtractionResult
}
