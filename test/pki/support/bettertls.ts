import { type CreateStore, SERVER_AUTH } from '../../support/judged-store.js'
import { isForHost } from './host.js'
import { attempt, describeVerdict, type Outcome, type Suite } from './outcome.js'

/** BetterTLS in the form that test/pki/README.md describes. */
export interface BetterTlsData {
  readonly validAt: string
  readonly trustRoot: number
  readonly certificates: readonly string[]
  readonly tests: readonly BetterTlsTest[]
}

export interface BetterTlsTest {
  readonly suite: string
  readonly id: number
  readonly host: string
  readonly chain: readonly number[]
  readonly features: readonly string[]
  readonly expected: 'ACCEPT' | 'REJECT'
  readonly soft: boolean
  /** OpenSSL's message about the path, or `ok`. */
  readonly openssl: string
}

const NAMES: Readonly<Record<string, string>> = {
  pathbuilding: 'BetterTLS, path building',
  nameconstraints: 'BetterTLS, name constraints',
}

export function runBetterTls(data: BetterTlsData, create: CreateStore): Suite[] {
  return Object.entries(NAMES).map(([suite, name]) => {
    const tests = data.tests.filter((test) => test.suite === suite)
    const outcomes = tests.map((test) => runTest(test, data, create))
    return { name, outcomes, differences: [] }
  })
}

function runTest(test: BetterTlsTest, data: BetterTlsData, create: CreateStore): Outcome {
  const [leaf, ...others] = test.chain.map((index) => read(data, index))
  if (leaf === undefined) throw new Error(`${test.suite} ${test.id} has no leaf`)
  const verdict = attempt(create, {
    options: { ca: [read(data, data.trustRoot)], extendedKeyUsage: [SERVER_AUTH] },
    leaf,
    candidates: others,
    now: Date.parse(data.validAt),
  })
  const isForServer = isForHost(leaf, test.host)
  return {
    section: test.features.join(', ') || 'no feature',
    id: `${test.suite} ${test.id}`,
    expected: test.expected === 'ACCEPT' ? 'accept' : 'reject',
    answer: verdict.ok && isForServer ? 'accept' : 'reject',
    detail: describeVerdict(verdict),
    openssl: test.openssl === 'ok' && isForServer ? 'accept' : 'reject',
    isSoft: test.soft,
  }
}

const read = ({ certificates }: BetterTlsData, index: number): Buffer =>
  Buffer.from(certificates[index] ?? '', 'base64')
