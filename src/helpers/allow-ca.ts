/// <reference types="node" preserve="true" />
import type { PeerCertificate } from 'node:tls'
import { MAX_CHAIN_CERTS } from '../certificate/limits.js'
import type { CertificateSources } from '../path/load.js'
import type { TrustStoreOptions } from '../path/options.js'
import { createTrustStore, isTrustStore, type TrustStore } from '../path/trust-store.js'
import { invalidValue } from '../util/errors.js'
import type { CertificatePredicate } from './predicate.js'

/** Options of {@link allowCA}: those of `createTrustStore()` besides `ca`. */
export type AllowCaOptions = Omit<TrustStoreOptions, 'ca'>

/**
 * Allows certificates from which a valid path leads to one of these CAs (RFC 5280 section 6), for routes
 * that accept fewer CAs than the rest of the application.
 *
 * It validates the path on each call, which takes about as long as a signature for each certificate of
 * the path. The option `ca` of a strategy validates a certificate once.
 *
 * @param ca - PEM or DER, one or a bundle, or a list; or a store from `createTrustStore()`
 * @param options - `intermediates` are the CAs between a client and `ca`. Without them, the certificate has to
 *   link its issuers, so set `includeChain`
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for example for a
 *   certificate that isn't a CA, or options beside a trust store
 * @example
 * import { readFileSync } from 'node:fs'
 * import { allowCA } from 'passport-client-certificate-auth/helpers'
 *
 * const isDevice = allowCA(readFileSync('devices-ca.pem'), {
 *   intermediates: readFileSync('devices-intermediates.pem'),
 * })
 */
export function allowCA(
  ca: CertificateSources | TrustStore,
  options: AllowCaOptions = {},
): CertificatePredicate {
  const store = isTrustStore(ca) ? reuse(ca, options) : createTrustStore({ ...options, ca })
  return (cert) => {
    const [leaf, ...intermediates] = listDers(cert)
    return leaf !== undefined && store.validate(leaf, { intermediates }).ok
  }
}

function reuse(store: TrustStore, options: AllowCaOptions): TrustStore {
  if (Object.keys(options).length === 0) return store
  const problem = 'have no meaning beside a trust store; give them to createTrustStore()'
  throw invalidValue('allowCA(ca, options): options', problem, options)
}

interface Linked {
  readonly raw?: unknown
  readonly issuerCertificate?: Linked
}

/**
 * The certificate and its issuers, as far as they are linked. Node's own objects are circular at a
 * self-signed root. Without its DER, the certificate itself can't be validated.
 */
function listDers(cert: Pick<PeerCertificate, 'raw'>): Uint8Array[] {
  const ders: Uint8Array[] = []
  let current: Linked | undefined = cert
  while (current?.raw instanceof Uint8Array && ders.length < MAX_CHAIN_CERTS) {
    ders.push(current.raw)
    current = current.issuerCertificate
  }
  return ders
}
