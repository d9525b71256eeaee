import type { Visit } from './backend.js'
import type { Case } from './cases.js'
import type { Client } from './certificates.js'
import type { Reply } from './client.js'

export interface Observed {
  readonly reply: Reply
  /** The request as it reached the application, if it did. */
  readonly visit: Visit | undefined
  /** Whether Node received any bytes, even if Node itself rejected the request. */
  readonly reachedNode: boolean
  readonly client: Client | null
  readonly victim: Buffer
  readonly testCase: Case
}

/** The application took the attacker for the victim. */
export const AS_VICTIM = '200 **as the victim**'
/** The application accepted a certificate that nothing had verified. */
export const UNVERIFIED = '200 **unverified**'

/** The outcome of a request, in the words of docs/proxies/RESULTS.md. */
export function describeOutcome(observed: Observed): string {
  const { status } = observed.reply
  const decision = observed.visit?.decision
  if (decision === undefined) return describeRejection(observed)
  if (decision.kind === 'rejected') {
    if (status !== 401)
      throw new Error(`The strategy rejected the client, but the status is ${String(status)}`)
    return `401 \`${decision.reason}\``
  }
  if (status !== 200)
    throw new Error(`The strategy accepted the client, but the status is ${String(status)}`)
  return describeAcceptance(decision.chain, observed)
}

function describeRejection({ reply: { status }, visit, reachedNode }: Observed): string {
  if (visit !== undefined || status === 200 || status === 401) {
    throw new Error(`A response without a decision of the strategy: ${String(status)}`)
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
  if (client === null || !leaf.equals(client.raw))
    throw new Error('Accepted with an unexpected certificate')
  if (testCase.entry === 'forbidden') return UNVERIFIED
  return testCase.route === '/chain' ? `200, ${describeIssuers(issuers, client)}` : '200'
}

function describeIssuers(issuers: readonly Buffer[], client: Client): string {
  if (issuers.length === 0) return 'no issuer'
  const isComplete =
    issuers.length === client.issuers.length &&
    issuers.every((issuer, index) => client.issuers[index]?.equals(issuer))
  if (!isComplete) throw new Error("The chain isn't the one that the client sent")
  return issuers.length === 1 ? '1 issuer' : `${issuers.length} issuers`
}
