import type { StoredCertificate } from '../certificate/stored-certificate.js'
import { trace } from '../util/trace.js'
import { readApiGatewayRequest } from './api-gateway.js'
import type { CertificateCache } from './certificate-cache.js'
import { readHeader } from './header.js'
import type { ExtractorPlan } from './plan.js'
import { isPeerKnown, type ProxyTrust } from './proxy-trust.js'
import type { RequestLike } from './request.js'
import { type ExtractionFailure, failWith, isFailure } from './result.js'
import { readSocket } from './socket.js'

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
  if (header === undefined) return fromSocket
  const fromHeader: Source = (request) => readHeader(request, header, cache)
  if (trust === undefined) return fallbackToSocket ? firstOf(fromHeader, fromSocket) : fromHeader
  const fromUntrustedPeer: Source = (request) =>
    fallbackToSocket && isKnown(request) ? fromSocket(request) : failWith('untrusted_proxy')
  // A trusted proxy speaks by its header alone: its own certificate must not become the client's.
  return (request) => (isTrusted(request, trust) ? fromHeader(request) : fromUntrustedPeer(request))
}

function firstOf(first: Source, second: Source): Source {
  return (request) => {
    const found = first(request)
    return isFailure(found) && mayBeUnsent(found) ? second(request) : found
  }
}

/** Not where Node may have dropped the header: then the proxy did say who the client is. */
function mayBeUnsent({ reason, detail }: ExtractionFailure): boolean {
  return reason === 'header_missing_or_malformed' && detail !== 'too_many_headers'
}

function isTrusted(request: RequestLike, trust: ProxyTrust): boolean {
  try {
    if (trust(request)) return true
    trace('the peer is not a trusted proxy')
  } catch (error) {
    // If the application's function throws, the peer isn't trusted.
    trace('trustedProxies threw: %s', error instanceof Error ? error.message : typeof error)
  }
  return false
}

function isKnown(request: RequestLike): boolean {
  try {
    if (isPeerKnown(request)) return true
    trace('the address of the peer is not known: it may be the proxy')
  } catch {
    trace('the address of the peer cannot be read')
  }
  return false
}
