// Only the compiler checks this file: results, reasons, and custom extractors.
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import type { PeerCertificate } from 'node:tls'
import type { Request } from 'express'
import {
  createExtractor,
  extractClientCertificate,
  type ExtractionFailureReason,
  type ExtractionResult,
  type Extractor,
} from '../../src/extractor/index.js'
import { type ChainedPeerCertificate, Strategy } from '../../src/index.js'
import { type HeaderParser, MAX_CHAIN_CERTS, parseXfcc } from '../../src/parsers/index.js'
import type { Equal } from './equal.js'

declare const incoming: IncomingMessage
declare const secure: Http2ServerRequest
declare const express: Request
const verify = () => null

// An extractor accepts the request of every server.
const extract = createExtractor({ certificateSource: 'envoy' })
true satisfies Equal<typeof extract, Extractor>
for (const request of [incoming, secure, express, { headers: {} }]) extract(request)
extractClientCertificate(incoming)
extractClientCertificate(incoming, { includeChain: true })

const result = extract(incoming)
true satisfies Equal<typeof result, ExtractionResult>
// @ts-expect-error the code hasn't checked `success` yet
export const tooEarly: string = result.certificate.fingerprint256
if (result.success) {
  true satisfies Equal<typeof result.certificate, ChainedPeerCertificate>
  true satisfies Equal<typeof result.reason, null>
} else {
  true satisfies Equal<typeof result.certificate, null>
  true satisfies Equal<typeof result.reason, ExtractionFailureReason>
}

/** The compiler reports an error here if a reason is added to the union only. */
export function describe(reason: ExtractionFailureReason): string {
  switch (reason) {
    case 'socket_not_authorized':
    case 'certificate_not_retrievable':
      return 'socket'
    case 'header_missing_or_malformed':
    case 'verification_header_mismatch':
    case 'untrusted_proxy':
      return 'header'
    case 'lambda_event_missing_clientcert':
    case 'lambda_event_clientcert_malformed':
      return 'event'
    case 'certificate_chain_untrusted':
    case 'certificate_revoked':
    case 'revocation_unknown':
      return 'path'
    case 'certificate_expired':
    case 'certificate_not_yet_valid':
      return 'dates'
    default: {
      const none: never = reason
      return none
    }
  }
}

// One extractor for the strategy and other parts of the application.
new Strategy({ extractor: extract }, (cert) => cert)

// A custom extractor whose reasons are plain strings.
interface SisterResult {
  success: boolean
  certificate: PeerCertificate | null
  reason: string | null
}
declare function sisterExtractor(req: IncomingMessage): SisterResult
new Strategy({ extractor: sisterExtractor }, (cert, done) => {
  true satisfies Equal<typeof cert, ChainedPeerCertificate>
  done(null, { id: cert.serialNumber })
})
new Strategy({ extractor: sisterExtractor, passReqToCallback: true }, (req, cert, done) => {
  done(null, { id: cert.serialNumber, url: req.url })
})
new Strategy(
  {
    extractor: sisterExtractor,
    // The extractor's own reason can be compared like ours.
    onRejected: (_cert, _req, reason) => reason === 'revoked' || reason === 'socket_not_authorized',
  },
  verify,
)

true satisfies Equal<typeof parseXfcc, HeaderParser>
true satisfies Equal<ReturnType<HeaderParser>, ChainedPeerCertificate | null>
true satisfies Equal<typeof MAX_CHAIN_CERTS, 10>

// @ts-expect-error these are options of the strategy
createExtractor({ name: 'devices' })
// @ts-expect-error no preset has this name
extractClientCertificate(incoming, { certificateSource: 'ngnix' })
// @ts-expect-error an extractor must be synchronous
new Strategy({ extractor: (req: IncomingMessage) => Promise.resolve(extract(req)) }, verify)
// @ts-expect-error the result must have `success`
new Strategy({ extractor: () => ({ certificate: null, reason: 'none' }) }, verify)
// @ts-expect-error a header may be missing
parseXfcc(express.headers['x-forwarded-client-cert'])
