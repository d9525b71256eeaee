import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { checkValidity } from '../certificate/validity.js'
import type { CertificateSources } from '../path/load.js'
import { isTrustStore, makeTrustStore, type TrustStore } from '../path/trust-store.js'
import { ignoreRejection } from '../util/promises.js'
import { assertFunction } from '../util/assert.js'
import { invalidValue } from '../util/errors.js'
import { optional, type OptionTable, parseOptions } from '../util/options.js'
import { assertDirectTls, type Runtime } from '../util/runtime.js'
import { compilePathStep } from './path.js'
import type { RequestLike } from './request.js'
import { explainPath } from './explanation.js'
import { note } from './facts.js'
import { type ExtractionFailure, failWith, isFailure } from './result.js'
import { readPresented } from './socket.js'

/** Which proxies are trusted by the TLS client certificate that each presents to Node. */
export interface ProxyCaOptions {
  /**
   * The CAs that issue certificates of your proxies: PEM or DER, one or a bundle, or a list; or a store
   * from `createTrustStore()`. Node needn't trust these CAs. With a CA that also issues certificates of
   * clients, set `allow`, because each of those clients could say that it is another one.
   */
  ca: CertificateSources | TrustStore
  /** CAs that may lie between a proxy and `ca`. They aren't trusted by themselves. Default: none. */
  intermediates?: CertificateSources | undefined
  /**
   * Whether a certificate is that of a proxy: only `true` trusts. Default: every certificate with a valid
   * path is.
   */
  allow?: ((cert: ChainedPeerCertificate) => boolean) | undefined
}

/** The option, checked. */
export interface ProxyCas {
  readonly store: TrustStore
  readonly allow: ProxyCaOptions['allow']
}

const PROXY_CA_OPTIONS: OptionTable<keyof ProxyCaOptions, Pick<ProxyCas, 'allow'>> = {
  ca: optional((_, value) => value),
  intermediates: optional((_, value) => value),
  allow: optional(assertFunction) as (typeof PROXY_CA_OPTIONS)['allow'],
}

/** @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` */
export function parseProxyCas(options: ProxyCaOptions): ProxyCas {
  const { values } = parseOptions<ProxyCaOptions, Pick<ProxyCas, 'allow'>>(
    options,
    PROXY_CA_OPTIONS,
    'trustedProxies',
  )
  const { ca, intermediates, allow } = values
  if (!isTrustStore(ca)) {
    return { store: makeTrustStore({ ca, intermediates }, 'trustedProxies'), allow }
  }
  if (intermediates === undefined) return { store: ca, allow }
  const problem = 'has no meaning beside a trust store; give it to createTrustStore()'
  throw invalidValue('option "trustedProxies.intermediates"', problem, intermediates)
}

/**
 * Validates the path of the proxy's certificate against the proxy's own CAs. The server's CAs are those of
 * other clients, so whether Node authorized the connection doesn't matter.
 *
 * @throws TypeError `ERR_UNSUPPORTED_RUNTIME` where the certificate of a connection can't be read
 */
export function compileProxyCas(
  { store, allow }: ProxyCas,
  runtime: Runtime,
): (request: RequestLike) => ExtractionFailure<'untrusted_proxy'> | undefined {
  assertDirectTls('option "trustedProxies.ca"', runtime)
  const validatePath = compilePathStep(store, false)
  return (request) => {
    const presented = readPresented(request)
    if (presented === undefined) return failWith('untrusted_proxy', 'no_certificate')
    const found = validatePath(request, presented)
    if (isFailure(found)) {
      const failure = failWith('untrusted_proxy', PATH_DETAILS[found.reason])
      return note(failure, () => ({ problem: explainPath(found) }))
    }
    const reason = checkValidity(found.validity, Date.now())
    if (reason !== undefined) return failWith('untrusted_proxy', VALIDITY_DETAILS[reason])
    return allow === undefined || isAllowed(allow(found.forRequest())) ? undefined : rejectOther()
  }
}

const PATH_DETAILS = {
  certificate_chain_untrusted: 'untrusted_ca',
  certificate_revoked: 'revoked',
  revocation_unknown: 'revocation_unknown',
} as const

const VALIDITY_DETAILS = {
  certificate_expired: 'expired',
  certificate_not_yet_valid: 'not_yet_valid',
} as const

function rejectOther(): ExtractionFailure<'untrusted_proxy'> {
  const failure = failWith('untrusted_proxy', 'function_said_no')
  return note(failure, () => ({ problem: 'the function trustedProxies.allow did not return true' }))
}

function isAllowed(answer: unknown): boolean {
  ignoreRejection(answer)
  return answer === true
}
