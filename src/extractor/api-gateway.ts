import { PathEvidence } from '../certificate/chain.js'
import { parseCertificate, toPeerCertificate } from '../certificate/peer-certificate.js'
import type { StoredCertificate } from '../certificate/stored-certificate.js'
import { isFault } from '../parsers/decoding-fault.js'
import { decodePem } from '../parsers/pem.js'
import type { CertificateCache } from './certificate-cache.js'
import { note } from './facts.js'
import { nodeRequestOf, type RequestLike } from './request.js'
import {
  type EventDetail,
  type EventFailureReason,
  type ExtractionFailure,
  failWith,
} from './result.js'

/**
 * Reads the certificate with which a client came to API Gateway, from the event behind the request
 * that serverless-http, or an application like it, has made of the event. Clients cannot write there: API Gateway itself does, once it has validated the
 * certificate against the trust store of the domain.
 *
 * Source: API Gateway, mutual TLS authentication, for REST APIs (`requestContext.identity`) and HTTP
 * APIs (`requestContext.authentication`, payload format 2.0).
 */
export function readApiGatewayRequest(
  request: RequestLike,
  validatesPaths: boolean,
  cache: CertificateCache,
): StoredCertificate | ExtractionFailure<EventFailureReason> {
  const pem = findPem(ownProperty(findCarrier(request), 'event'))
  if (pem === undefined) return failWith('lambda_event_missing_clientcert')
  const known = cache.get(pem)
  if (known !== undefined) return known
  const ders = decodePem(pem) ?? []
  if (isFault(ders) || ders.length > 1) return reject('too_many_certificates')
  const [der] = ders
  if (der === undefined) return reject('not_a_certificate')
  const certificate = parseCertificate(der)
  if (typeof certificate === 'string') return note(reject(certificate), () => ({ der }))
  const evidence = new PathEvidence(certificate, [])
  return cache.add(pem, validatesPaths ? evidence : toPeerCertificate(certificate))
}

function reject(detail: EventDetail): ExtractionFailure<'lambda_event_clientcert_malformed'> {
  return failWith('lambda_event_clientcert_malformed', detail)
}

/** Finds the request to which serverless-http, or a library like it, attached the event. */
function findCarrier(request: RequestLike): unknown {
  try {
    return ownProperty(request, 'apiGateway') ?? ownProperty(nodeRequestOf(request), 'apiGateway')
  } catch {
    return undefined
  }
}

function findPem(event: unknown): string | undefined {
  const pem = ownProperty(findClientCert(event), 'clientCertPem')
  return typeof pem === 'string' && pem !== '' ? pem : undefined
}

/**
 * Events that an application makes for its tests often lack `version`, so `authentication` is read
 * wherever it occurs. API Gateway never writes both, and a present one isn't replaced by the other.
 */
function findClientCert(event: unknown): unknown {
  const context = ownProperty(event, 'requestContext')
  const fromHttpApi = ownProperty(ownProperty(context, 'authentication'), 'clientCert')
  const isHttpApi = fromHttpApi !== undefined || ownProperty(event, 'version') === '2.0'
  return isHttpApi ? fromHttpApi : ownProperty(ownProperty(context, 'identity'), 'clientCert')
}

/** Own members only, and nothing where reading one throws. */
function ownProperty(value: unknown, name: string): unknown {
  try {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    return (value as Record<string, unknown>)[name]
  } catch {
    return undefined
  }
}
