import { X509Certificate } from 'node:crypto'
import type { CertificateFault } from '../certificate/peer-certificate.js'
import { invalidType } from '../util/errors.js'
import { parseOptions } from '../util/options.js'
import { warnOnce } from '../util/warnings.js'
import { LIMITS } from './budget.js'
import { CandidateIndex } from './candidates.js'
import { type PathCertificate, toPathCertificate } from './certificate.js'
import { compileRevocation } from './crl/compile.js'
import type { RevocationList } from './crl/reader.js'
import { SLICE, type Sliced } from './crl/slices.js'
import { type CompiledOptions, TRUST_STORE_OPTIONS, type TrustStoreOptions } from './options.js'
import type { PathRules } from './rules.js'
import { type Candidates, findPath, type FoundPath } from './search.js'
import type { PathRejection } from './verdict.js'

/** A trust store as it is used: everything that doesn't depend on the certificate is done. */
export interface CompiledStore {
  /** Without the lists. */
  readonly given: TrustStoreOptions
  /** The lists that `crl` held, if it was given. */
  readonly lists: readonly RevocationList[] | undefined
  readonly candidates: Candidates
  readonly rules: PathRules
}

/**
 * Compiles options. Only revocation lists take long enough to need slices.
 *
 * @param parent - the name of the option whose value these options are, if it is one
 * @param earlier - the store that is replaced, if any: its lists are used again, and `options` are a copy
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
 */
export function* compileStore(
  options: TrustStoreOptions,
  parent?: string,
  earlier?: Pick<CompiledStore, 'lists'>,
): Sliced<CompiledStore> {
  const { given, values } = parseOptions<TrustStoreOptions, CompiledOptions>(
    options,
    TRUST_STORE_OPTIONS,
    parent,
  )
  const prefix = parent === undefined ? '' : `${parent}.`
  const name = `option "${prefix}ca"`
  if (values.ca === undefined) {
    throw invalidType(name, 'the CAs that you trust, in PEM or DER', undefined)
  }
  warnIfExpired(values.ca, name)
  const anchors = new CandidateIndex(values.ca)
  const intermediates = new CandidateIndex(values.intermediates.filter((one) => !anchors.has(one)))
  const configured = new Set([...anchors.all, ...intermediates.all])
  const crl = { sources: values.crl, earlier, configured, anchors: anchors.all, prefix }
  const revocation = yield* compileRevocation(values, crl)
  return {
    // The lists are kept in the form in which they are used.
    given: snapshot({ ...given, crl: undefined }) as TrustStoreOptions,
    lists: revocation?.all,
    candidates: { anchors, intermediates: [intermediates], configured },
    rules: {
      ...values,
      revocation,
      requireExplicitPolicy: values.requireExplicitPolicy ?? values.policies !== undefined,
      purposes: values.extendedKeyUsage,
      acceptsAnyPurpose: values.anyExtendedKeyUsage,
    },
  }
}

/**
 * Compiles the options of a store again, with some of them changed. Lists that aren't replaced aren't read
 * again.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` for `crl: undefined`, which a misspelt variable becomes
 */
export function recompileStore(
  { given, lists }: CompiledStore,
  changes: Partial<TrustStoreOptions>,
  parent: string | undefined,
): Sliced<CompiledStore> {
  const { revocation } = given
  const before: Partial<TrustStoreOptions> = { revocation, ...(lists && { crl: [] }) }
  for (const name of ['crl', 'revocation'] as const) {
    if (before[name] === undefined || !(name in changes) || changes[name] !== undefined) continue
    const expected =
      'given, because nothing would check revocation otherwise; make another store for that'
    throw invalidType(`option "${name}"`, expected, undefined)
  }
  return compileStore({ ...given, ...changes }, parent, {
    lists: 'crl' in changes ? undefined : lists,
  })
}

/** The caller may change its lists and buffers later, and `replace()` reads the other options again. */
export function snapshot(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (Array.isArray(value)) return value.map(snapshot)
  if (typeof value !== 'object' || value === null || value instanceof X509Certificate) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, snapshot(one)]))
}

/**
 * A copy of the changes that `replace()` was called with. Large lists are left as they are, because copying
 * them takes several slices.
 */
export function snapshotChanges(changes: object): Partial<TrustStoreOptions> {
  const { crl, ...others } = { ...(changes as Partial<TrustStoreOptions>) }
  const own = snapshot(others) as Partial<TrustStoreOptions>
  if (!Object.hasOwn(changes, 'crl')) return own
  return { ...own, crl: (Array.isArray(crl) ? crl.map(keepLarge) : keepLarge(crl)) as typeof crl }
}

function keepLarge(source: unknown): unknown {
  return source instanceof Uint8Array && source.length > SLICE.bytes ? source : snapshot(source)
}

function warnIfExpired(cas: readonly PathCertificate[], name: string): void {
  const position = cas.findIndex(({ fields }) => fields.validity.notAfterMs < Date.now()) + 1
  if (position === 0) return
  warnOnce(
    'CLIENT_CERT_CA_EXPIRED',
    `CA certificate ${position} of ${name} has expired, so certificates that it issued are rejected`,
    'Remove the CA, or replace it by its successor.',
  )
}

/**
 * Searches a path for a certificate and those that came with it.
 *
 * @param sent - in place of a certificate, the reason why it can't be used
 * @param now - milliseconds since the epoch
 */
export function searchStore(
  store: CompiledStore,
  leaf: X509Certificate,
  sent: readonly (X509Certificate | CertificateFault)[],
  now: number,
): FoundPath | PathRejection {
  const view = toPathCertificate(leaf)
  if (view === undefined) return 'malformed'
  if (sent.length > LIMITS.candidates) return 'path_too_long'
  const readable = sent.flatMap((one) =>
    one instanceof X509Certificate ? (toPathCertificate(one) ?? []) : [],
  )
  const found = findPath(view, addCandidates(store.candidates, view, readable), store.rules, now)
  if (found !== 'unknown_issuer') return found
  // One of the certificates that can't be used may be the missing issuer.
  if (sent.includes('unsupported_key')) return 'weak_algorithm'
  return readable.length < sent.length ? 'malformed' : found
}

/** Leaves out what is known already, because it would be tried twice. */
function addCandidates(
  candidates: Candidates,
  leaf: PathCertificate,
  sent: readonly PathCertificate[],
): Candidates {
  const { anchors, intermediates } = candidates
  const further = sent.filter(
    (one) =>
      !one.bytes.equals(leaf.bytes) && ![anchors, ...intermediates].some((index) => index.has(one)),
  )
  return { ...candidates, intermediates: [...intermediates, new CandidateIndex(further)] }
}
