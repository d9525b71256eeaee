import type { StoredCertificate } from '../certificate/stored-certificate.js'
import { nameOfThrown } from '../util/thrown-name.js'
import { readApiGatewayRequest } from './api-gateway.js'
import type { CertificateCache } from './certificate-cache.js'
import { readHeader } from './header.js'
import type { ExtractorPlan } from './plan.js'
import { note } from './facts.js'
import { isPeerKnown, type ProxyTrust } from './proxy-trust.js'
import type { RequestLike } from './request.js'
import { type ExtractionFailure, failWith, isFailure } from './result.js'
import { readSocket } from './socket.js'
import { hasSocket } from './unauthorized.js'
import { warnOnce } from '../util/warnings.js'

/** Finds the client's certificate in a request. Nothing has been checked about it yet. */
export type Source = (request: RequestLike) => StoredCertificate | ExtractionFailure

/** Decides once, for all requests, where a certificate may come from. */
export function compileSource(plan: ExtractorPlan, cache: CertificateCache): Source {
  const { header, trust, paths, fallbackToSocket, includeChain } = plan
  const validatesPaths = paths !== undefined
  const part = validatesPaths ? 'evidence' : includeChain ? 'chain' : 'leaf'
  const fromSocket: Source = (request) => readSocket(request, part, plan.cache !== undefined)
  if (plan.source === 'api-gateway') {
    return (request) => readApiGatewayRequest(request, validatesPaths, cache)
  }
  if (header === undefined) return warnOfServer(fromSocket)
  const fromHeader: Source = (request) => readHeader(request, header, cache)
  if (trust === undefined) return fallbackToSocket ? firstOf(fromHeader, fromSocket) : fromHeader
  // A trusted proxy speaks by its header alone: its own certificate must not become the client's.
  return (request) => {
    const untrusted = checkTrust(request, trust)
    if (untrusted === undefined) return fromHeader(request)
    return fallbackToSocket && isKnown(request)
      ? fallBack(untrusted, fromSocket(request))
      : untrusted
  }
}

/**
 * With these two details, every client is rejected, so the options of the server are wrong. A request without a socket
 * comes from no server, but from a unit test.
 */
function warnOfServer(fromSocket: Source): Source {
  return (request) => {
    const found = fromSocket(request)
    if (isFailure(found)) {
      if (found.detail === 'certificate_not_requested') warnOfRequest()
      else if (found.detail === 'not_tls' && hasSocket(request)) warnOfHttp()
    }
    return found
  }
}

function warnOfRequest(): void {
  warnOnce(
    'CLIENT_CERT_NOT_REQUESTED',
    "A client was rejected because the server didn't ask for its certificate",
    'Set requestCert: true, or pass the options of the server through mtlsServerOptions().',
  )
}

function warnOfHttp(): void {
  warnOnce(
    'CLIENT_CERT_NOT_TLS',
    'A client was rejected because its request came over plain HTTP, without a certificate',
    'Use a server of node:https. If a proxy terminates TLS, set certificateSource.',
  )
}

function firstOf(first: Source, second: Source): Source {
  return (request) => {
    const found = first(request)
    return isFailure(found) && mayBeUnsent(found) ? fallBack(found, second(request)) : found
  }
}

/** The explanation of a failure tells both. */
function fallBack(
  earlier: ExtractionFailure,
  found: StoredCertificate | ExtractionFailure,
): StoredCertificate | ExtractionFailure {
  return isFailure(found) ? note(found, () => ({ earlier })) : found
}

/** Not where Node may have dropped the header: then the proxy did say who the client is. */
function mayBeUnsent({ reason, detail }: ExtractionFailure): boolean {
  return reason === 'header_missing_or_malformed' && detail !== 'too_many_headers'
}

function checkTrust(request: RequestLike, trust: ProxyTrust): ExtractionFailure | undefined {
  try {
    return trust(request)
  } catch (error) {
    // If the application's function throws, the peer isn't trusted.
    const failure = failWith('untrusted_proxy', 'function_said_no')
    const name = nameOfThrown(error)
    return note(failure, () => ({ problem: `the function trustedProxies threw ${name}` }))
  }
}

function isKnown(request: RequestLike): boolean {
  try {
    return isPeerKnown(request)
  } catch {
    return false
  }
}
