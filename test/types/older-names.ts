// Only the compiler checks this file: the names of the older packages, together with Express.
import type { ServerResponse } from 'node:http'
import express from 'express'
import type { ExtractionSuccess } from '../../src/extractor/index.js'
import type { FetchRequest, RequestLike } from '../../src/fetch.js'
import {
  allOf,
  allowCN,
  type DNFields,
  type NameFields,
  type ValidationCallback as HelperCallback,
} from '../../src/helpers/index.js'
import {
  type ChainedPeerCertificate,
  type PeerCertificate,
  Strategy,
  type StrategyOptions,
  type StrategyOptionsWithoutReq,
  type StrategyOptionsWithReq,
  type StrategyOptionsWithRequest,
  type VerifyCallback,
  type VerifyOptions,
} from '../../src/index.js'
import {
  extractClientCertificateFromLambdaEvent,
  type LambdaClientCert,
  type LambdaEventWithClientCert,
  type LambdaExtractionFailure,
  type LambdaExtractionFailureReason,
  type LambdaExtractionResult,
  type LambdaExtractionSuccess,
} from '../../src/lambda.js'
import clientCertificateAuth, {
  CertificateRejectedError,
  type ClientCertRequest,
  type ClientCertResponse,
  type ClientCertificateAuthOptions,
  type HttpError,
  type Middleware,
  type ValidationCallback,
} from '../../src/middleware.js'
import {
  type CertificateHeaderConfig,
  getCertificateFromHeaders,
  type Preset,
  type PresetConfig,
} from '../../src/parsers/index.js'
import type { Equal } from './equal.js'

true satisfies Equal<StrategyOptionsWithReq, StrategyOptionsWithRequest>
true satisfies Equal<StrategyOptionsWithoutReq, StrategyOptions>
true satisfies Equal<PeerCertificate, ChainedPeerCertificate>
true satisfies Equal<VerifyOptions, { message: string }>
const behindNginx: ClientCertificateAuthOptions = { certificateSource: 'nginx' }
clientCertificateAuth(() => true, behindNginx)
true satisfies Equal<ClientCertResponse, ServerResponse>
true satisfies Equal<HelperCallback, ValidationCallback>
true satisfies Equal<DNFields, NameFields>
true satisfies Equal<RequestLike, FetchRequest>
true satisfies Equal<PresetConfig, Preset>
true satisfies Equal<LambdaExtractionSuccess, ExtractionSuccess>
true satisfies Equal<LambdaExtractionResult, LambdaExtractionSuccess | LambdaExtractionFailure>
true satisfies Equal<LambdaExtractionFailure['reason'], LambdaExtractionFailureReason>
true satisfies Equal<
  LambdaExtractionFailureReason,
  | 'lambda_event_missing_clientcert'
  | 'lambda_event_clientcert_malformed'
  | 'certificate_chain_untrusted'
  | 'certificate_revoked'
  | 'revocation_unknown'
  | 'certificate_expired'
  | 'certificate_not_yet_valid'
>
true satisfies Equal<
  keyof CertificateHeaderConfig,
  'certificateSource' | 'certificateHeader' | 'headerEncoding'
>
// @ts-expect-error an event isn't a header
getCertificateFromHeaders({}, { certificateSource: 'api-gateway' })

// Verify functions that were written against the types of the older strategies.
const options: StrategyOptionsWithReq = { passReqToCallback: true }
new Strategy(options, (req, cert: PeerCertificate, done: VerifyCallback) => {
  const info: VerifyOptions = { message: 'Unknown device' }
  done(null, req.url === cert.serialNumber && { id: 1 }, info)
})
const record: VerifyCallback = (error) => {
  // @ts-expect-error any value can be thrown, and a `catch` can pass it on
  console.error(error.message)
}
record(new Error('database'))

// A check with the optional request of the older middleware.
declare const check: ValidationCallback
declare const expressCheck: ValidationCallback<express.Request>
const guard = clientCertificateAuth(check, {
  onRejected: (_cert, req, reason) => {
    true satisfies Equal<typeof req, ClientCertRequest>
    console.log(req.url, reason)
  },
})
true satisfies Equal<typeof guard, Middleware>
const expressGuard = clientCertificateAuth(expressCheck)
true satisfies Equal<typeof expressGuard, Middleware<express.Request>>
const _inferred = clientCertificateAuth((_cert, req: express.Request) => req.secure)
true satisfies Equal<typeof _inferred, Middleware<express.Request>>

// A check may return a boolean, or any thenable of a boolean.
declare const later: PromiseLike<boolean>
const answer: ValidationCallback = () => later
clientCertificateAuth(() => later)
clientCertificateAuth(allOf(answer, allowCN('alice'), () => later))
// @ts-expect-error a check must not return a user
clientCertificateAuth(() => ({ id: 1 }))
// @ts-expect-error a check must not return a promise of a user
clientCertificateAuth(() => Promise.resolve({ id: 1 }))

const app = express()
app.use(guard, expressGuard, clientCertificateAuth(answer))
app.get('/whoami', (req: ClientCertRequest, res) => {
  res.json({ cn: req.clientCertificate?.subject.CN })
})

// @ts-expect-error an Error has no status unless its type declares it
new Error('revoked').status = 401
const _error: HttpError = new CertificateRejectedError(401, 'revoked', 'Certificate revoked')
true satisfies Equal<typeof _error.status, number>

declare const clientCert: LambdaClientCert
const event: LambdaEventWithClientCert = { requestContext: { identity: { clientCert } } }
const result = extractClientCertificateFromLambdaEvent(event)
true satisfies Equal<typeof result, LambdaExtractionResult>
if (result.success) true satisfies Equal<typeof result.certificate, ChainedPeerCertificate>
