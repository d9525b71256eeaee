import { ANY_POLICY, type CreateStore, type JudgedVerdict } from '../../support/judged-store.js'
import {
  type Answer,
  attempt,
  describeVerdict,
  type Difference,
  type Outcome,
  type Suite,
} from './outcome.js'

/** PKITS 1.0.1 in the form that test/pki/README.md describes. */
export interface PkitsData {
  readonly tests: readonly PkitsTest[]
  readonly certificates: Readonly<Record<string, string>>
  readonly crls: Readonly<Record<string, string>>
}

export interface PkitsTest {
  readonly key: string
  readonly id: string
  readonly section: string
  readonly certs: readonly string[]
  readonly crls: readonly string[]
  readonly initialPolicySet: readonly string[]
  readonly initialExplicitPolicy: boolean
  readonly initialPolicyMappingInhibit: boolean
  readonly initialInhibitAnyPolicy: boolean
  readonly userConstrainedPolicySet?: readonly string[]
  readonly valid: boolean
  readonly time: string
  readonly features: readonly string[]
}

export const PKITS_DIFFERENCES: readonly Difference[] = [
  {
    name: 'DSA',
    answer: 'reject',
    clause: 'RFC 5280 4.1.1.2',
    why: 'The package rejects DSA signatures as weak, because FIPS 186-5 withdrew the algorithm.',
    ids: ['4.1.4#1', '4.1.5#1'],
  },
  {
    name: 'Indirect CRLs',
    answer: 'reject',
    clause: 'RFC 5280 5.2.5 and 6.3.3',
    why: 'The package uses no lists about certificates of other CAs, and a store with such a list throws.',
    ids: [
      '4.14.22#1',
      '4.14.24#1',
      '4.14.25#1',
      '4.14.28#1',
      '4.14.29#1',
      '4.14.30#1',
      '4.14.33#1',
    ],
  },
  {
    name: 'Delta CRLs',
    answer: 'reject',
    clause: 'RFC 5280 5.2.4',
    why: 'The package uses complete lists only, and a store with a delta CRL throws.',
    ids: ['4.15.2#1', '4.15.5#1', '4.15.7#1', '4.15.8#1'],
  },
]

/** The result of these tests can't be known without CRLs, with which OpenSSL wasn't measured. */
const NEEDS_CRLS = 'verdict-depends-on-crl'

/** The tests that OpenSSL 3.0.19 fails at its security level 0. The others are right. */
const OPENSSL_FAILS: readonly string[] = ['4.1.5#1']

export function runPkits(data: PkitsData, create: CreateStore): Suite {
  const outcomes = data.tests.map((test) => runTest(test, data, create))
  return { name: 'PKITS', outcomes, differences: PKITS_DIFFERENCES }
}

function runTest(test: PkitsTest, { certificates, crls }: PkitsData, create: CreateStore): Outcome {
  const ders = test.certs.map((name) => Buffer.from(certificates[name] ?? '', 'base64'))
  const [anchor, leaf] = [ders.at(0), ders.at(-1)]
  if (anchor === undefined || leaf === undefined) throw new Error(`${test.key} has no certificates`)
  const isAnyPolicy = test.initialPolicySet.includes(ANY_POLICY)
  const verdict = attempt(create, {
    options: {
      ca: [anchor],
      crl: test.crls.map((name) => Buffer.from(crls[name] ?? '', 'base64')),
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
    ...(test.features.includes(NEEDS_CRLS) ? {} : { openssl: answerOfOpenssl(test) }),
  }
}

const answerOfOpenssl = ({ key, valid }: PkitsTest): Answer =>
  OPENSSL_FAILS.includes(key) === valid ? 'reject' : 'accept'

/** PKITS also says for which policies a path is valid. */
function findWrongPolicies(test: PkitsTest, verdict: JudgedVerdict): string | undefined {
  if (!verdict.ok || test.userConstrainedPolicySet === undefined) return undefined
  const [found, wanted] = [verdict.policies, test.userConstrainedPolicySet].map((policies) =>
    [...policies].sort().join(' '),
  )
  return found === wanted ? undefined : `policies "${found ?? ''}" instead of "${wanted ?? ''}"`
}
