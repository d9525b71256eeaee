import { X509Certificate } from 'node:crypto'
import { MAX_CHAIN_CERTS } from '../certificate/limits.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { assertFunction } from '../util/assert.js'
import { runHook } from '../util/hooks.js'
import { invalidType } from '../util/errors.js'
import { type OptionTable, parseOptions } from '../util/options.js'
import type { LivingStore } from './living-store.js'
import { type CertificateSource, type CertificateSources, parseSources } from './load.js'
import type { RejectedPath } from './verdict.js'
import type { ParsedCertificates } from './watchers.js'

/** Options of {@link TrustStore.watch}. */
export interface WatchOptions {
  /** Certificates that came with the leaf. None of them is trusted by itself. */
  intermediates?: CertificateSources | undefined
}

interface CompiledOptions {
  intermediates: CertificateSources
}

const WATCH_OPTIONS: OptionTable<keyof WatchOptions, CompiledOptions> = {
  intermediates: { parse: (_, value) => value as CertificateSources, default: [] },
}

/**
 * @returns a function that stops watching
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for arguments
 */
export function watchCertificate(
  store: LivingStore,
  certificate: CertificateSource | ChainedPeerCertificate,
  onInvalid: (rejected: RejectedPath) => unknown,
  options: WatchOptions = {},
): () => void {
  assertGiven(certificate)
  assertFunction('onInvalid', onInvalid)
  const { intermediates } = parseOptions<WatchOptions, CompiledOptions>(
    options,
    WATCH_OPTIONS,
  ).values
  let isStopped = false
  const stop = store.watch({
    ...parseWatched(certificate, intermediates),
    report(rejected) {
      // Hooks run later, and the caller may have stopped watching by then.
      const tell = (): unknown => (isStopped ? undefined : onInvalid(rejected))
      runHook('the listener of an invalid certificate', tell)
    },
  })
  return () => {
    isStopped = true
    stop()
  }
}

/** `req.clientCertificate` is undefined until a strategy has authenticated the request. */
function assertGiven(certificate: unknown): void {
  if (certificate !== undefined) return
  const expected =
    'PEM, DER, an X509Certificate, or req.clientCertificate: authenticate the upgrade request with the ' +
    'strategy first, which sets req.clientCertificate'
  throw invalidType('certificate', expected, certificate)
}

/**
 * Parses a certificate that a trust store watches, and those that came with it.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`
 */
function parseWatched(
  certificate: CertificateSource | ChainedPeerCertificate,
  intermediates: CertificateSources,
): ParsedCertificates {
  const [source, ...issuers] = isPeerCertificate(certificate)
    ? listDers(certificate)
    : [certificate]
  const [leaf = 'not_a_certificate', ...more] = parseSources(source, 'certificate')
  const others = parseSources(intermediates, 'option "intermediates"')
  return {
    leaf: more.length > 0 ? 'not_a_certificate' : leaf,
    others: [...parseSources(issuers, 'certificate'), ...others],
  }
}

function isPeerCertificate(certificate: unknown): certificate is ChainedPeerCertificate {
  if (typeof certificate !== 'object' || certificate === null) return false
  if (certificate instanceof X509Certificate || certificate instanceof Uint8Array) return false
  return (certificate as { raw?: unknown }).raw instanceof Uint8Array
}

/** The DER of a certificate and of its issuers. In Node's own objects, a root is its own issuer. */
function listDers(leaf: ChainedPeerCertificate): Uint8Array[] {
  const seen = new Set<ChainedPeerCertificate>()
  for (
    let one: ChainedPeerCertificate | undefined = leaf;
    one?.raw !== undefined && !seen.has(one) && seen.size < MAX_CHAIN_CERTS;
    one = one.issuerCertificate
  ) {
    seen.add(one)
  }
  return [...seen].map(({ raw }) => raw)
}
