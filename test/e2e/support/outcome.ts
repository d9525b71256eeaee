import type { Visit } from './backend.js'
import type { Case } from './cases.js'
import type { Client } from './certificates.js'
import type { Reply } from './client.js'

export interface Observed {
  readonly reply: Reply
  /** What reached the application, if anything did. */
  readonly visit: Visit | undefined
  /** Whether Node received something, be it that it refused it by itself. */
  readonly reachedNode: boolean
  readonly client: Client | null
  readonly victim: Buffer
  readonly testCase: Case
}

/** The attacker became somebody else. */
export const AS_VICTIM = '200 **as the victim**'
/** The attacker became who its certificate says, and nobody has verified that. */
export const UNVERIFIED = '200 **unverified**'

/** What became of a request, in the words of docs/proxies/RESULTS.md. */
export function describeOutcome(observed: Observed): string {
  const { status } = observed.reply
  const decision = observed.visit?.decision
  if (decision === undefined) return describeRefusal(observed)
  if (decision.kind === 'refused') {
    if (status !== 401) throw new Error(`Refused, but the answer is ${String(status)}`)
    return `401 \`${decision.reason}\``
  }
  if (status !== 200) throw new Error(`Accepted, but the answer is ${String(status)}`)
  return describeAcceptance(decision.chain, observed)
}

function describeRefusal({ reply: { status }, visit, reachedNode }: Observed): string {
  if (visit !== undefined || status === 200 || status === 401) {
    throw new Error(`An answer that nobody decided about: ${String(status)}`)
  }
  if (status === null) return 'proxy: no handshake'
  return `${reachedNode ? 'Node' : 'proxy'}: ${String(status)}`
}

function describeAcceptance(
  [leaf, ...issuers]: readonly Buffer[],
  { client, victim, testCase }: Observed,
): string {
  if (leaf === undefined) throw new Error('Accepted without a certificate')
  if (leaf.equals(victim)) return AS_VICTIM
  if (client === null || !leaf.equals(client.raw)) throw new Error('Accepted as somebody')
  if (testCase.entry === 'forbidden') return UNVERIFIED
  return testCase.route === '/chain' ? `200, ${describeIssuers(issuers, client)}` : '200'
}

function describeIssuers(issuers: readonly Buffer[], client: Client): string {
  if (issuers.length === 0) return 'no issuer'
  const isComplete =
    issuers.length === client.issuers.length &&
    issuers.every((issuer, index) => client.issuers[index]?.equals(issuer))
  if (!isComplete) throw new Error('A chain that the client did not send')
  return issuers.length === 1 ? '1 issuer' : `${issuers.length} issuers`
}
