import { ANY_POLICY, type CreateStore, type JudgedVerdict } from '../../support/judged-store.js'
import { attempt, describeVerdict, type Difference, type Outcome, type Suite } from './outcome.js'

/** PKITS 1.0.1 in the form that test/pki/README.md describes. */
export interface PkitsData {
  readonly tests: readonly PkitsTest[]
  readonly certificates: Readonly<Record<string, string>>
}

export interface PkitsTest {
  readonly key: string
  readonly id: string
  readonly section: string
  readonly certs: readonly string[]
  readonly initialPolicySet: readonly string[]
  readonly initialExplicitPolicy: boolean
  readonly initialPolicyMappingInhibit: boolean
  readonly initialInhibitAnyPolicy: boolean
  readonly userConstrainedPolicySet?: readonly string[]
  readonly valid: boolean
  readonly time: string
  readonly features: readonly string[]
}

const NEEDS_CRLS = 'verdict-depends-on-crl'

export const PKITS_DIFFERENCES: readonly Difference[] = [
  {
    name: 'DSA',
    answer: 'reject',
    clause: 'RFC 5280 4.1.1.2',
    why: 'The package rejects DSA signatures as weak, because FIPS 186-5 withdrew the algorithm.',
    ids: ['4.1.4#1', '4.1.5#1'],
  },
]

/** The tests that OpenSSL 3.0.19 fails at its security level 0. The others are right. */
const OPENSSL_FAILS: readonly string[] = ['4.1.5#1']

export function runPkits(data: PkitsData, create: CreateStore): Suite {
  const [waiting, runnable] = partition(data.tests, ({ features }) => features.includes(NEEDS_CRLS))
  const notRun = new Map<string, number>()
  for (const { section } of waiting) notRun.set(section, (notRun.get(section) ?? 0) + 1)
  const outcomes = runnable.map((test) => runTest(test, data.certificates, create))
  return { name: 'PKITS', outcomes, differences: PKITS_DIFFERENCES, notRun }
}

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))]
}

function runTest(
  test: PkitsTest,
  certificates: PkitsData['certificates'],
  create: CreateStore,
): Outcome {
  const ders = test.certs.map((name) => Buffer.from(certificates[name] ?? '', 'base64'))
  const [anchor, leaf] = [ders.at(0), ders.at(-1)]
  if (anchor === undefined || leaf === undefined) throw new Error(`${test.key} has no certificates`)
  const isAnyPolicy = test.initialPolicySet.includes(ANY_POLICY)
  const verdict = attempt(create, {
    options: {
      ca: [anchor],
      ...(isAnyPolicy ? {} : { policies: test.initialPolicySet }),
      requireExplicitPolicy: test.initialExplicitPolicy,
      inhibitPolicyMapping: test.initialPolicyMappingInhibit,
      inhibitAnyPolicy: test.initialInhibitAnyPolicy,
    },
    leaf,
    // Not a fixed path, because some lists hold certificates that are not part of it.
    candidates: ders.slice(1, -1),
    now: Date.parse(test.time),
  })
  const expected = test.valid ? 'accept' : 'reject'
  const wrongPolicies = test.valid ? findWrongPolicies(test, verdict) : undefined
  return {
    section: test.section,
    id: test.key,
    expected,
    answer: verdict.ok && wrongPolicies === undefined ? 'accept' : 'reject',
    detail: wrongPolicies ?? describeVerdict(verdict),
    openssl: OPENSSL_FAILS.includes(test.key) === test.valid ? 'reject' : 'accept',
  }
}

/** PKITS also says for which policies a path is valid. */
function findWrongPolicies(test: PkitsTest, verdict: JudgedVerdict): string | undefined {
  if (!verdict.ok || test.userConstrainedPolicySet === undefined) return undefined
  const [found, wanted] = [verdict.policies, test.userConstrainedPolicySet].map((policies) =>
    [...policies].sort().join(' '),
  )
  return found === wanted ? undefined : `policies "${found ?? ''}" instead of "${wanted ?? ''}"`
}
