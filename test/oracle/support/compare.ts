import type { CreateStore, JudgedVerdict } from '../../support/judged-store.js'
import type { Certificate } from './certificate.js'
import {
  ACCEPTED,
  type Disagreement,
  type ExplainedReject,
  type Explanation,
  REJECTED,
} from './explanations.js'
import type { Case } from './generator.js'
import type { Question } from './half-handshake.js'
import { type Judge, MAX_DEPTH } from './judges.js'

/**
 * How the answers of the package and of one judge compare. If the package accepts, the judge has to
 * accept exactly that path. If the package rejects, the judge has to reject all certificates together.
 */
export type Comparison =
  | { readonly kind: 'both accept' | 'both reject' }
  | { readonly kind: 'explained'; readonly explanation: Explanation }
  | { readonly kind: 'false accept' | 'false reject'; readonly message: string }

/** Asks the package about a case. */
export function decide(create: CreateStore, { anchors, leaf, candidates, options }: Case) {
  try {
    const store = create({ ca: ders(anchors), maxDepth: MAX_DEPTH, ...options })
    return store.validate(leaf.der, { intermediates: ders(candidates) })
  } catch (error) {
    // The store throws at construction for an anchor that it can't use, and for wrong options.
    if (!(error instanceof TypeError) || !/"ca"/.test(error.message)) throw error
    return { ok: false, reason: 'construction', detail: error.message } as const
  }
}

const ders = (certificates: readonly Certificate[]): Buffer[] => certificates.map(({ der }) => der)

/** The certificates of an accepted path, or what is wrong with the path itself. */
export function findPath(
  test: Case,
  verdict: JudgedVerdict & { ok: true },
): Certificate[] | string {
  const known = [test.leaf, ...test.candidates, ...test.anchors]
  const path = verdict.path.map(({ raw }) => known.find(({ der }) => der.equals(raw)))
  const found = path.filter((certificate) => certificate !== undefined)
  if (found.length < path.length)
    return 'the path has a certificate that is neither sent nor an anchor'
  if (found[0] !== test.leaf) return 'the path does not begin with the leaf'
  const last = found.at(-1)
  if (last === undefined || !ders(test.anchors).some((der) => der.equals(last.der)))
    return 'the path does not end with an anchor'
  return found
}

export async function compare(
  test: Case,
  verdict: JudgedVerdict,
  judge: Judge,
): Promise<Comparison> {
  const path = verdict.ok ? findPath(test, verdict) : undefined
  if (typeof path === 'string') return { kind: 'false accept', message: path }
  const opinion = await judge.ask(questionAbout(test, path), test)
  if ((opinion === 'ok') === verdict.ok) return { kind: verdict.ok ? 'both accept' : 'both reject' }
  const disagreement: Disagreement = { test, verdict, path, opinion }
  const explanation = verdict.ok
    ? ACCEPTED.find(({ applies }) => applies(disagreement))
    : await explainRejection(disagreement, judge)
  if (explanation !== undefined) return { kind: 'explained', explanation }
  return {
    kind: verdict.ok ? 'false accept' : 'false reject',
    message: describe(disagreement, judge),
  }
}

/** An explanation holds only if the judge rejects too as soon as it lacks the certificates in question. */
async function explainRejection(
  { test, verdict }: Disagreement,
  judge: Judge,
): Promise<Explanation | undefined> {
  const all = [test.leaf, ...test.candidates, ...test.anchors]
  const possible = REJECTED.filter(({ isCause }) => all.some(({ draft }) => isCause(draft)))
  const certain = possible.filter(({ isAboutStores }) => isAboutStores !== true)
  for (const explanation of certain)
    if (await rejectsWithout([explanation], test, judge)) return explanation
  if (certain.length > 1 && (await rejectsWithout(certain, test, judge))) return certain[0]
  const throws = !verdict.ok && verdict.reason === 'construction'
  return possible.find(
    ({ isAboutStores, isCause }) =>
      isAboutStores === true && throws && test.anchors.some(({ draft }) => isCause(draft)),
  )
}

async function rejectsWithout(
  explanations: readonly ExplainedReject[],
  test: Case,
  judge: Judge,
): Promise<boolean> {
  const keep = ({ draft }: Certificate): boolean =>
    !explanations.some(({ isCause }) => isCause(draft))
  const [anchors, candidates] = [test.anchors.filter(keep), test.candidates.filter(keep)]
  if (!keep(test.leaf) || anchors.length === 0) return true
  const rest = { ...test, anchors, candidates }
  return (await judge.ask(questionAbout(rest, undefined), rest)) !== 'ok'
}

function questionAbout(test: Case, path: readonly Certificate[] | undefined): Question {
  if (path === undefined)
    return {
      anchors: ders(test.anchors),
      leaf: test.leaf.der,
      candidates: ders(test.candidates),
    }
  const all = ders(path)
  return { anchors: all.slice(-1), leaf: test.leaf.der, candidates: all.slice(1, -1) }
}

function describe({ test, verdict, path, opinion }: Disagreement, judge: Judge): string {
  const { ok, ...why } = verdict.ok ? { ok: true } : verdict
  const lines = [
    `the package ${ok ? 'accepts' : `rejects: ${Object.values(why).join(', ')}`}`,
    `${judge.name} says: ${opinion}`,
    `options: ${JSON.stringify(test.options)}`,
    ...describeAll('leaf', [test.leaf]),
    ...describeAll('path', path ?? []),
    ...describeAll('sent', test.candidates),
    ...describeAll('anchor', test.anchors),
  ]
  return lines.join('\n')
}

function describeAll(label: string, certificates: readonly Certificate[]): string[] {
  return certificates.map(({ draft, der }) => {
    const { subject, issuer, faults, key: _key, signer: _signer, extras, ...others } = draft
    const facts = JSON.stringify({ ...others, extras: extras.length })
    return `${label}: ${subject} by ${issuer} [${faults.join(', ')}] ${facts} ${der.toString('base64')}`
  })
}
