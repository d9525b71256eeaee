import { CLIENT_AUTH, type CreateStore, SERVER_AUTH } from '../../support/judged-store.js'
import { isForHost } from './host.js'
import { LIMBO_DIFFERENCES } from './limbo-differences.js'
import { attempt, describeVerdict, type Outcome, type Suite } from './outcome.js'

/** The cases of x509-limbo in the form of its limbo.json. */
export interface LimboData {
  readonly testcases: readonly LimboCase[]
}

export interface LimboCase {
  readonly id: string
  /** In PEM, for the cases about revocation only. */
  readonly crls?: readonly string[]
  readonly validation_kind: 'CLIENT' | 'SERVER'
  readonly trusted_certs: readonly string[]
  readonly untrusted_intermediates: readonly string[]
  readonly peer_certificate: string
  readonly validation_time: string | null
  readonly extended_key_usage: readonly string[]
  readonly expected_result: 'SUCCESS' | 'FAILURE'
  readonly expected_peer_name: { readonly kind: string; readonly value: string } | null
  readonly max_chain_depth: number | null
}

const USAGES: Readonly<Record<string, string>> = {
  clientAuth: CLIENT_AUTH,
  serverAuth: SERVER_AUTH,
}

/** For cases without a time. Their certificates are valid from 1970 to 2969. */
const ANY_TIME = '2024-06-01T00:00:00Z'

/** Some of the times have no zone, and JavaScript would read them as local times. */
const parseTime = (time: string): number =>
  Date.parse(/[+-]\d\d:\d\d$|Z$/.test(time) ? time : `${time}Z`)

export function runLimbo(data: LimboData, create: CreateStore): Suite {
  const outcomes = data.testcases.map((test) => runCase(test, create))
  return { name: 'x509-limbo', outcomes, differences: LIMBO_DIFFERENCES }
}

const sectionOf = ({ id, validation_kind: kind }: LimboCase): string =>
  `${id.split('::').slice(0, -1).join(' ')}, ${kind.toLowerCase()}`

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----.*-----/g, ''), 'base64')
}

function runCase(test: LimboCase, create: CreateStore): Outcome {
  const leaf = derOf(test.peer_certificate)
  const usages = test.extended_key_usage.map((usage) => USAGES[usage] ?? usage)
  const usage = test.validation_kind === 'CLIENT' ? CLIENT_AUTH : SERVER_AUTH
  const verdict = attempt(create, {
    options: {
      ca: test.trusted_certs.map(derOf),
      ...(test.crls === undefined || test.crls.length === 0 ? {} : { crl: test.crls.map(derOf) }),
      extendedKeyUsage: usages.length === 0 ? [usage] : usages,
      ...(test.max_chain_depth === null ? {} : { maxDepth: test.max_chain_depth }),
    },
    leaf,
    candidates: test.untrusted_intermediates.map(derOf),
    now: parseTime(test.validation_time ?? ANY_TIME),
  })
  const isAccepted = verdict.ok && hasPeerName(test, leaf)
  return {
    section: sectionOf(test),
    id: test.id,
    expected: test.expected_result === 'SUCCESS' ? 'accept' : 'reject',
    answer: isAccepted ? 'accept' : 'reject',
    detail: describeVerdict(verdict),
  }
}

/** Only servers have a name that a case asks for. */
function hasPeerName({ expected_peer_name: peer, validation_kind: kind }: LimboCase, leaf: Buffer) {
  return kind === 'CLIENT' || peer === null || isForHost(leaf, peer.value)
}
