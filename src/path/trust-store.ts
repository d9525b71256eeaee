import type { X509Certificate } from 'node:crypto'
import { readDottedOid } from '../certificate/oid.js'
import { checkValidity } from '../certificate/validity.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { invalidType } from '../util/errors.js'
import { optional, type OptionTable, parseOptions } from '../util/options.js'
import { type CompiledStore, searchStore } from './compiled-store.js'
import { LivingStore } from './living-store.js'
import { type CertificateSource, type CertificateSources, parseSources } from './load.js'
import type { TrustStoreOptions } from './options.js'
import type { FoundPath } from './search.js'
import { registerStore } from './store-servers.js'
import { type PathRejection, type RejectedPath, toRejected, type TrustVerdict } from './verdict.js'
import { watchCertificate, type WatchOptions } from './watched.js'
import type { ParsedCertificates } from './watchers.js'

/** Options of {@link TrustStore.validate}. */
export interface ValidateOptions {
  /** Certificates that came with the leaf, at most 10. None of them is trusted by itself. */
  intermediates?: CertificateSources | undefined
  /** The time to validate for, in milliseconds since the epoch. Default: the current time. */
  now?: number | undefined
}

/** CAs, and the rules for the paths that lead to them. */
export interface TrustStore {
  /** Grows by one with each replacement, so that an older verdict can be recognized. */
  readonly generation: number
  /**
   * Validates the path from a client's certificate to one of the CAs (RFC 5280 section 6).
   *
   * @param certificate - the leaf: an `X509Certificate`, DER, or PEM
   * @returns the path, or why the certificate is rejected; nothing in a certificate makes this throw
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for arguments
   */
  validate: (certificate: CertificateSource, options?: ValidateOptions) => TrustVerdict
  /**
   * Replaces options while the server runs. The other options keep their values. All requests use the
   * new options from then on, and so do all handshakes of a server that `reloadable()` connects to the
   * store. When the promise resolves, every watched certificate that became invalid has been reported.
   * Until then, don't change the bytes of a revocation list of more than 4 MiB.
   *
   * @returns is rejected with the reason if the new options can't be used, and then nothing has changed
   */
  replace: (changes: Partial<TrustStoreOptions>) => Promise<void>
  /**
   * Reports once that a certificate isn't valid any more, because of a replacement or because a
   * certificate on its path has expired. Use it to close a WebSocket.
   *
   * @param certificate - `req.clientCertificate`, with its issuers if you set `includeChain`, or the leaf
   *   as `validate()` takes it
   * @param onInvalid - called with the reason and the detail, also if the certificate is invalid already;
   *   errors that it throws are written to standard error
   * @returns a function that stops watching, to be called when the connection is closed
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for arguments
   */
  watch: (
    certificate: CertificateSource | ChainedPeerCertificate,
    onInvalid: (rejected: RejectedPath) => unknown,
    options?: WatchOptions,
  ) => () => void
}

const VALIDATE_OPTIONS: OptionTable<keyof ValidateOptions, { now: number | undefined }> = {
  intermediates: { parse: (_, value) => value, default: [] },
  now: optional((name, value) => {
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw invalidType(name, 'a number of milliseconds', value)
  }),
}

/**
 * Makes a trust store, which can be shared between strategies and replaced while the server runs. It reads
 * revocation lists at once, and blocks the process for about half a second for a million entries, so make it
 * before the server listens. `replace()` reads them in slices.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
 * @example
 * import { readFileSync } from 'node:fs'
 * import { createTrustStore } from 'passport-client-certificate-auth/trust'
 *
 * const trust = createTrustStore({ ca: readFileSync('clients-ca.pem') })
 * const verdict = trust.validate(readFileSync('client.pem'))
 */
export function createTrustStore(options: TrustStoreOptions): TrustStore {
  return makeTrustStore(options)
}

/**
 * {@link createTrustStore} for options that are the value of another option.
 *
 * @param parent - the name of that option
 */
export function makeTrustStore(options: TrustStoreOptions, parent?: string): TrustStore {
  const living = new LivingStore(options, parent, judge)
  const store = Object.freeze<TrustStore>({
    get generation() {
      return living.generation
    },
    validate: (certificate, given = {}) => validate(living.use(), certificate, given),
    replace: (changes) => living.replace(changes),
    watch: (...args) => watchCertificate(living, ...args),
  })
  searches.set(store, (leaf, others, now) => searchStore(living.use(), leaf, others, now))
  functions.set(store, () => living.current.rules.revocation?.ask !== undefined)
  registerStore(store, living.servers)
  return store
}

type SearchForPath = (
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  now: number,
) => FoundPath | PathRejection

const searches = new WeakMap<object, SearchForPath>()
const functions = new WeakMap<object, () => boolean>()

export function isTrustStore(value: unknown): value is TrustStore {
  return typeof value === 'object' && value !== null && searches.has(value)
}

/** A path that a store accepts, and how long it does. */
interface AcceptedPath {
  readonly path: readonly X509Certificate[]
  /** Until the first CA expires, or the first list has to be replaced, in milliseconds since the epoch. */
  readonly untilMs: number
}

/**
 * Like {@link TrustStore.validate}, for certificates that were parsed. The dates of the leaf aren't
 * checked, because options say whether they are checked, on each request.
 *
 * @param now - milliseconds since the epoch
 * @returns the path or, when none is valid, the fault of the path that came furthest
 */
export function findTrustedPath(
  store: TrustStore,
  ...certificates: Parameters<SearchForPath>
): AcceptedPath | PathRejection {
  const found = (searches.get(store) as SearchForPath)(...certificates)
  if (!isPath(found)) return found
  const [, ...cas] = found.path
  const dates = cas.map(({ fields }) => fields.validity.notAfterMs)
  const untilMs = Math.min(found.listsUntilMs, ...dates)
  return { path: found.path.map(({ certificate }) => certificate), untilMs }
}

/** Whether the store asks a function about revocation, whose next answer may be another one. */
export function asksFunction(store: TrustStore): boolean {
  return functions.get(store)?.() === true
}

export function isPath<Path extends object>(found: Path | PathRejection): found is Path {
  return typeof found !== 'string' && 'path' in found
}

function validate(
  store: CompiledStore,
  certificate: CertificateSource,
  options: ValidateOptions,
): TrustVerdict {
  const { intermediates, now = Date.now() } = parseOptions<
    ValidateOptions,
    { now: number | undefined }
  >(options, VALIDATE_OPTIONS).values
  const [leaf = 'not_a_certificate', ...more] = parseSources(certificate, 'certificate')
  const others = parseSources(intermediates, 'option "intermediates"')
  return judge(store, { leaf: more.length > 0 ? 'not_a_certificate' : leaf, others }, now)
}

function judge(
  store: CompiledStore,
  { leaf, others }: ParsedCertificates,
  now: number,
): TrustVerdict {
  if (leaf === 'unsupported_key') return toRejected('weak_algorithm')
  if (leaf === 'not_a_certificate') return toRejected('malformed')
  const found = searchStore(store, leaf, others, now)
  return isPath(found) ? toVerdict(found, now) : toRejected(found)
}

function toVerdict(
  { path, policies, revocation, listsUntilMs }: FoundPath,
  now: number,
): TrustVerdict {
  const [leaf] = path
  const reason = leaf && checkValidity(leaf.fields.validity, now)
  if (reason !== undefined) return { ok: false, reason, detail: undefined } satisfies RejectedPath
  return {
    ok: true,
    path: path.map(({ certificate }) => certificate),
    policies: policies.map(toDotted),
    revocation,
    validUntilMs: Math.min(listsUntilMs, ...path.map(({ fields }) => fields.validity.notAfterMs)),
  }
}

function toDotted(policy: string): string {
  const bytes = Buffer.from(policy, 'hex')
  return readDottedOid(bytes, { tag: 6, start: 0, end: bytes.length }) as string
}
