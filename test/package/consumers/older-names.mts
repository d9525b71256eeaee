// A program that imports every name of the older packages from this one.
import type { IncomingMessage } from 'node:http'
import {
  type CertificateSource,
  type HeaderEncoding,
  type PeerCertificate,
  Strategy,
  type StrategyOptionsWithoutReq,
  type StrategyOptionsWithReq,
  type VerifyCallback,
  type VerifyFunction,
  type VerifyFunctionWithRequest,
  type VerifyOptions,
} from 'passport-client-certificate-auth'
import { validateExtractorOptions } from 'passport-client-certificate-auth/extractor'
import {
  extractClientCertificateFromRequest,
  type RequestLike,
} from 'passport-client-certificate-auth/fetch'
import {
  allOf,
  allowCN,
  allowSubject,
  type DNFields,
  type ValidationCallback as HelperCallback,
} from 'passport-client-certificate-auth/helpers'
import {
  extractClientCertificateFromLambdaEvent,
  type LambdaEventWithClientCert,
  type LambdaExtractionFailureReason,
  type LambdaExtractionResult,
} from 'passport-client-certificate-auth/lambda'
import clientCertificateAuth, {
  type ClientCertificateAuthOptions,
  type ClientCertRequest,
  type ClientCertResponse,
  clientCertificateAuth as named,
  type HttpError,
  type Middleware,
  type ValidationCallback,
} from 'passport-client-certificate-auth/middleware'
import {
  type CertificateHeaderConfig,
  derToCertificate,
  getCertificateFromHeaders,
  parseBase64Der,
  parseHeaderValue,
  pemToCertificate,
  type PresetConfig,
  PRESETS,
} from 'passport-client-certificate-auth/parsers'

// passport-client-cert and passport-client-certificate-auth 1.x
const source: CertificateSource = 'cloudflare'
const encoding: HeaderEncoding = 'base64-der'
const withoutReq: StrategyOptionsWithoutReq = {
  passReqToCallback: false,
  certificateSource: source,
}
const withReq: StrategyOptionsWithReq = { passReqToCallback: true }
const info: VerifyOptions = { message: 'Unknown device' }
const verify: VerifyFunction = (cert: PeerCertificate, done: VerifyCallback) => {
  done(null, cert.subject.CN === 'alice' && { name: 'alice' }, info)
}
const verifyWithReq: VerifyFunctionWithRequest = (req, cert, done) => {
  done(null, { url: req.url, from: cert.valid_from })
}
const strategies = [
  new Strategy(verify),
  new Strategy(withoutReq, verify),
  new Strategy(withReq, verifyWithReq),
]
if (strategies.some(({ name }) => name !== 'client-cert')) throw new Error('name')

// client-certificate-auth
const options: ClientCertificateAuthOptions = {
  certificateSource: 'aws-alb',
  certificateHeader: 'X-SSL-Client-Cert',
  headerEncoding: 'url-pem',
  fallbackToSocket: true,
  includeChain: true,
  verifyHeader: 'X-SSL-Verify',
  verifyValue: 'SUCCESS',
  onRejected: (cert, req, reason) => [cert?.subject, req.url, reason.length],
}
const thenable: ValidationCallback = (cert) => {
  const answer: PromiseLike<boolean> = Promise.resolve(cert.subject.CN === 'alice')
  return answer
}
const alone: boolean | PromiseLike<boolean> = thenable({ subject: { CN: 'alice' } } as never)
const helper: HelperCallback = allowCN(['alice'])
const fields: DNFields = { O: 'Example' }
const middlewares: Middleware[] = [
  clientCertificateAuth((cert) => cert.subject.CN === 'admin'),
  clientCertificateAuth(
    (cert, req) => req.url === '/' && cert.issuerCertificate !== undefined,
    options,
  ),
  clientCertificateAuth(thenable),
  clientCertificateAuth(helper),
  clientCertificateAuth(allOf(thenable, helper, allowSubject(fields))),
]
if (clientCertificateAuth !== named || alone === false) throw new Error('default export')
if (middlewares.some((middleware) => middleware.length !== 3)) throw new Error('middleware')

declare const request: ClientCertRequest & IncomingMessage
declare const response: ClientCertResponse
export const use = () => {
  middlewares[0]?.(request, response, (error) => (error as HttpError).status.toFixed())
}
// @ts-expect-error if TypeScript didn't find the types, they would be `any`, which accepts everything
export const notAny: [HttpError, ClientCertificateAuthOptions, Middleware, DNFields] = [7, 7, 7, 7]

const preset: PresetConfig = PRESETS.traefik
const config: CertificateHeaderConfig = { certificateSource: 'aws-alb' }
const { chainInLeafHeader } = preset
for (const found of [
  parseHeaderValue('', encoding),
  parseHeaderValue('', preset.encoding, { chainInLeafHeader }),
  parseBase64Der('', { chainInLeafHeader: false }),
  getCertificateFromHeaders({}, config),
]) {
  if (found !== null) throw new Error(found.subject.CN?.toString())
}
for (const parse of [() => pemToCertificate(''), () => derToCertificate(Buffer.alloc(0))]) {
  let code: unknown
  try {
    const { subject }: PeerCertificate = parse()
    code = subject
  } catch (error) {
    code = (error as { code?: string }).code
  }
  if (code !== 'ERR_INVALID_ARG_VALUE') throw new Error('parser')
}
validateExtractorOptions()
validateExtractorOptions({ certificateSource: 'envoy' })

const event: LambdaEventWithClientCert = {
  requestContext: { authentication: { clientCert: { clientCertPem: 'x' } } },
}
const result: LambdaExtractionResult = extractClientCertificateFromLambdaEvent(event)
const missing: LambdaExtractionFailureReason = 'lambda_event_missing_clientcert'
if (result.reason !== 'lambda_event_clientcert_malformed') throw new Error(missing)
const headers: RequestLike['headers'] = new Map([['client-cert', ':base64:']])
const fetched = extractClientCertificateFromRequest({ headers }, { certificateSource: 'gcp' })
if (fetched.success) throw new Error('fetch')
