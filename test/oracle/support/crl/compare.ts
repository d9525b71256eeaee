import type { CreateStore, JudgedOptions, JudgedVerdict } from '../../../support/judged-store.js'
import type { Certificate } from '../certificate.js'
import type { Opinion } from '../half-handshake.js'
import { type DetailedQuestion, FLAG, type Libcrypto, PURPOSE } from '../libcrypto.js'
import { ACCEPTED, type CrlExplanation, REJECTED } from './explanations.js'
import type { List } from './list.js'
import type { CrlCase } from './plan.js'

export type CrlComparison =
  | { readonly kind: 'both accept' | 'both reject' }
  | { readonly kind: 'explained'; readonly explanation: CrlExplanation }
  | { readonly kind: 'false accept' | 'false reject'; readonly message: string }

export type Policy = 'require' | 'soft'

/** A store whose CRLs may be wanted or not. */
export type CreateCrlStore = (
  options: JudgedOptions & { readonly revocationPolicy: Policy },
) => ReturnType<CreateStore>

/** X509_V_ERR_* of OpenSSL's x509_vfy.h for lists that can't show that a certificate is good. */
const UNKNOWN = [3, 11, 12, 36]

const ders = (items: readonly { readonly der: Buffer }[]): Buffer[] => items.map(({ der }) => der)

export function decideCrl(create: CreateCrlStore, test: CrlCase, policy: Policy): JudgedVerdict {
  const candidates = ders(test.candidates)
  const { areConfigured } = test.plan
  try {
    const store = create({
      ca: ders(test.anchors),
      crl: ders(test.lists),
      revocationPolicy: policy,
      ...(areConfigured ? { intermediates: candidates } : {}),
    })
    return store.validate(test.leaf.der, { intermediates: areConfigured ? [] : candidates })
  } catch (error) {
    // The store throws at construction for a list or an intermediate that it can't use.
    if (!(error instanceof TypeError) || !/"(crl|intermediates)"/.test(error.message)) throw error
    return { ok: false, reason: 'construction', detail: error.message }
  }
}

/** One verdict of the package, and what OpenSSL says to it. */
export interface CrlDisagreement {
  readonly test: CrlCase
  readonly verdict: JudgedVerdict
  readonly opinion: Opinion
  readonly policy: Policy
  /** Asks OpenSSL about the same case with other lists or certificates, or other flags. */
  readonly ask: (change: Partial<CrlCase>, more?: Partial<DetailedQuestion>) => Promise<Opinion>
}

/**
 * Compares the verdicts about a case. With 'require', both have to accept or to reject. With 'soft', OpenSSL
 * goes on where a status is unknown, so only revocations are left.
 */
export async function compareCrl(
  test: CrlCase,
  create: CreateCrlStore,
  libcrypto: Libcrypto,
  policy: Policy,
): Promise<CrlComparison> {
  const verdict = decideCrl(create, test, policy)
  const used = verdict.ok
    ? keepPath(
        test,
        verdict.path.map(({ raw }) => raw),
      )
    : test
  const ask: CrlDisagreement['ask'] = (change, more = {}) =>
    libcrypto.ask({
      anchors: ders(change.anchors ?? used.anchors),
      leaf: (change.leaf ?? used.leaf).der,
      candidates: ders(change.candidates ?? used.candidates),
      crls: ders(change.lists ?? used.lists),
      purpose: PURPOSE.client,
      flags: FLAG.crlCheck | FLAG.crlCheckAll | FLAG.extendedCrls,
      ...(policy === 'soft' ? { ignored: UNKNOWN } : {}),
      ...more,
    })
  const opinion = await ask({})
  const isRevoked = !verdict.ok && verdict.reason === 'certificate_revoked'
  if (policy === 'soft' && !isRevoked && opinion !== 'certificate revoked')
    return { kind: verdict.ok ? 'both accept' : 'both reject' }
  if (verdict.ok === (opinion === 'ok')) return { kind: verdict.ok ? 'both accept' : 'both reject' }
  const disagreement = { test: used, verdict, opinion, policy, ask }
  for (const explanation of verdict.ok ? ACCEPTED : REJECTED)
    if (await explanation.applies(disagreement)) return { kind: 'explained', explanation }
  return {
    kind: verdict.ok ? 'false accept' : 'false reject',
    message: describe(disagreement),
  }
}

/** Leaves the accepted path, and certificates of the same names for other keys, which may sign lists. */
function keepPath(test: CrlCase, path: readonly Buffer[]): CrlCase {
  const isOnPath = ({ der }: Certificate): boolean => path.some((one) => one.equals(der))
  const onPath = [test.leaf, ...test.candidates, ...test.anchors].filter(isOnPath)
  const isOther = ({ draft }: Certificate): boolean =>
    onPath.every((one) => one.draft.subject !== draft.subject || one.draft.key !== draft.key)
  return {
    ...test,
    anchors: test.anchors.filter(isOnPath),
    candidates: test.candidates.filter((one) => isOnPath(one) || isOther(one)),
  }
}

function describe({ test, verdict, opinion, policy }: CrlDisagreement): string {
  const { ok, ...why } = verdict.ok ? { ok: true } : verdict
  return [
    `with ${policy}, the package ${ok ? 'accepts' : `rejects: ${Object.values(why).join(', ')}`}`,
    `OpenSSL says: ${opinion}`,
    `variations: ${test.plan.variations.join('; ')}`,
    ...describeAll('leaf', [test.leaf]),
    ...describeAll(test.plan.areConfigured ? 'configured' : 'sent', test.candidates),
    ...describeAll('anchor', test.anchors),
    ...test.lists.map(describeList),
  ].join('\n')
}

const serialOf = (serial: number | bigint): string => BigInt(serial).toString(16)

function describeAll(label: string, certificates: readonly Certificate[]): string[] {
  return certificates.map(({ draft, der }) => {
    const { subject, issuer, faults, serial, keyUsage, validity } = draft
    const facts = `${serialOf(serial)}, keyUsage ${keyUsage ?? 'none'}, ${validity}`
    return `${label}: ${subject} by ${issuer} [${faults.join(', ')}] ${facts} ${der.toString('base64')}`
  })
}

function describeList({ draft, der }: List): string {
  const { issuer, faults, entries } = draft
  const serials = entries.slice(0, 60).map(({ serial }) => serialOf(serial))
  return `list: ${issuer} [${faults.join(', ')}] ${serials.join(' ')} ${der.subarray(0, 3000).toString('base64')}`
}
