import type { X509Certificate } from 'node:crypto'
import type { PathEvidence } from '../certificate/chain.js'
import { type StoredCertificate, sharedPath } from '../certificate/stored-certificate.js'
import {
  asksFunction,
  findTrustedPath,
  isPath,
  isTrustStore,
  type TrustStore,
} from '../path/trust-store.js'
import type { PathRejection } from '../path/verdict.js'
import { ignoreRejection } from '../util/promises.js'
import { nameOfThrown } from '../util/thrown-name.js'
import { note } from './facts.js'
import type { RequestLike } from './request.js'
import { type ExtractionFailure, failWith } from './result.js'

/** The trust store for a request, such as that of a tenant. Without one, the request is rejected. */
export type FindTrustStore<Req = RequestLike> = FindStore<Req>['find']

/** Declared as a method, so that a function may ask for more than this package knows of a request. */
interface FindStore<Req> {
  find(request: Req): TrustStore | undefined
}

/** The CAs that paths have to lead to: one trust store for all requests, or one for each request. */
export type PathTrust = TrustStore | FindTrustStore

/** Validates the path of a certificate that was found in a request. */
export type PathStep = (
  request: RequestLike,
  found: StoredCertificate,
) => StoredCertificate | PathFailure

/** Why a path isn't accepted. */
export type PathFailure = ExtractionFailure<
  'certificate_chain_untrusted' | 'certificate_revoked' | 'revocation_unknown'
>

/** A verdict, and what it rests on. */
interface Verdict {
  readonly generation: number
  /** When it was reached. It isn't in force before, because a clock may be set back. */
  readonly fromMs: number
  readonly untilMs: number
  readonly failure: PathFailure | undefined
  readonly path: readonly X509Certificate[]
  /** Copies the validated path for a request. Made when a request first needs it. */
  forRequest: StoredCertificate['forRequest'] | undefined
}

/** A CA that isn't valid yet may become valid, so a rejection is kept for this long at most. */
const REJECTION_MS = 60_000

type Verdicts = WeakMap<PathEvidence, Verdict>

/** By trust store, because clients may present a certificate to several tenants. */
const verdictsByStore = new WeakMap<TrustStore, Verdicts>()

function verdictsOf(store: TrustStore): Verdicts {
  const verdicts = verdictsByStore.get(store) ?? new WeakMap<PathEvidence, Verdict>()
  verdictsByStore.set(store, verdicts)
  return verdicts
}

/** @param includeChain - whether requests get the validated path, up to the trust anchor */
export function compilePathStep(paths: PathTrust, includeChain: boolean): PathStep {
  if (typeof paths === 'function') {
    return (request, found) => {
      const store = findStore(request, paths)
      if (typeof store === 'string') return rejectWith(store)
      return judge(found, store, verdictsOf(store), includeChain)
    }
  }
  const verdicts = verdictsOf(paths)
  return (_request, found) => judge(found, paths, verdicts, includeChain)
}

function judge(
  found: StoredCertificate,
  store: TrustStore,
  verdicts: Verdicts,
  includeChain: boolean,
): StoredCertificate | PathFailure {
  const { evidence } = found
  // A certificate of a socket that isn't Node's may have no DER.
  if (evidence === undefined) return rejectWith('its bytes are missing')
  const now = Date.now()
  const known = recall(evidence, store, verdicts, now)
  const verdict = known ?? validate(evidence, store, verdicts, now)
  if (verdict.failure !== undefined) return verdict.failure
  if (known === undefined) found.keep?.()
  if (!includeChain) return found
  return { ...found, forRequest: (verdict.forRequest ??= sharedPath(verdict.path)) }
}

function recall(
  evidence: PathEvidence,
  store: TrustStore,
  verdicts: Verdicts,
  now: number,
): Verdict | undefined {
  const known = verdicts.get(evidence)
  const isInForce = known?.generation === store.generation && isBetween(now, known)
  return isInForce ? known : undefined
}

function isBetween(now: number, { fromMs, untilMs }: Verdict): boolean {
  return fromMs <= now && now < untilMs
}

/**
 * The application's function must not end the process, and only a trust store is an answer.
 *
 * @returns a clause for the trace if the answer isn't a trust store
 */
function findStore(request: RequestLike, find: FindTrustStore): TrustStore | string {
  try {
    const store: unknown = find(request)
    if (isTrustStore(store)) return store
    if (ignoreRejection(store)) {
      return 'the function "ca" returned a promise; return the trust store at once instead'
    }
    return 'the function "ca" returned no trust store for this request'
  } catch (error) {
    return `the function "ca" threw ${nameOfThrown(error)}`
  }
}

function validate(
  evidence: PathEvidence,
  store: TrustStore,
  verdicts: Verdicts,
  now: number,
): Verdict {
  const { generation } = store
  const found = findTrustedPath(store, evidence.leaf, evidence.others, now)
  const common = { generation, fromMs: now, forRequest: undefined }
  const verdict: Verdict = isPath(found)
    ? { ...common, untilMs: found.untilMs, failure: undefined, path: found.path }
    : { ...common, untilMs: now + REJECTION_MS, failure: reject(found), path: [] }
  // The function may change its mind at any time.
  if (!asksFunction(store)) verdicts.set(evidence, verdict)
  return verdict
}

function reject(rejection: PathRejection): PathFailure {
  if (typeof rejection === 'string') return failWith('certificate_chain_untrusted', rejection)
  const { reason, detail } = rejection
  return reason === 'certificate_revoked' ? failWith(reason) : failWith(reason, detail)
}

function rejectWith(problem: string): PathFailure {
  return note(reject('unknown_issuer'), () => ({ problem }))
}
