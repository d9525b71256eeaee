import type { PathCertificate } from './certificate.js'
import { ANY_POLICY, type PolicyId, type PolicyMapping } from './policy-extensions.js'

/** The inputs of RFC 5280 6.1.1 (c) to (g) about policies. */
export interface PolicyRules {
  /** `undefined` for any policy. */
  readonly policies: ReadonlySet<PolicyId> | undefined
  readonly requireExplicitPolicy: boolean
  readonly inhibitPolicyMapping: boolean
  readonly inhibitAnyPolicy: boolean
}

/**
 * A node of the graph of valid policies (RFC 9618 3). RFC 5280 has a tree instead, which grows
 * exponentially with the length of a path.
 */
interface PolicyNode {
  readonly policy: PolicyId
  parents: readonly PolicyNode[]
  expected: readonly PolicyId[]
}

/** The nodes of one depth. */
type Level = Map<PolicyId, PolicyNode>

/** How many further certificates may come before each rule holds (RFC 5280 6.1.2). */
interface Counters {
  explicitPolicy: number
  policyMapping: number
  inhibitAnyPolicy: number
}

/**
 * Processes the policies of a path (RFC 5280 6.1 as updated by RFC 9618).
 *
 * @param certificates - from the one that the trust anchor issued to the leaf
 * @returns the user-constrained policy set; `undefined` when no valid policy is left although the path
 *   needs one, or when anyPolicy is mapped
 */
export function processPolicies(
  certificates: readonly PathCertificate[],
  rules: PolicyRules,
): PolicyId[] | undefined {
  const counters = startCounters(certificates.length, rules)
  let level: Level = new Map([[ANY_POLICY, newNode(ANY_POLICY, [])]])
  for (const [index, certificate] of certificates.entries()) {
    const isLast = index === certificates.length - 1
    // RFC 5280 6.1.3 (d) (2)
    const isExempt = certificate.isSelfIssued && !isLast
    level = nextLevel(level, certificate, counters.inhibitAnyPolicy > 0 || isExempt)
    if (isLast) break
    if (!applyMappings(level, certificate, counters.policyMapping > 0)) return undefined
    count(counters, certificate)
  }
  const found = listUserPolicies(level, rules.policies)
  return found.length === 0 && needsPolicy(counters, certificates.at(-1)) ? undefined : found
}

/** RFC 5280 6.1.2: a rule that doesn't hold from the start can't hold before the path ends. */
function startCounters(length: number, rules: PolicyRules): Counters {
  const from = (isSet: boolean) => (isSet ? 0 : length + 1)
  return {
    explicitPolicy: from(rules.requireExplicitPolicy),
    policyMapping: from(rules.inhibitPolicyMapping),
    inhibitAnyPolicy: from(rules.inhibitAnyPolicy),
  }
}

function newNode(policy: PolicyId, parents: readonly PolicyNode[]): PolicyNode {
  return { policy, parents, expected: [policy] }
}

/** RFC 9618 5.4 (d) and (e): the nodes of a certificate's policies under those of its issuer. */
function nextLevel(
  above: Level,
  { extensions: { policies } }: PathCertificate,
  mayHaveAnyPolicy: boolean,
): Level {
  const level: Level = new Map()
  if (policies === undefined) return level
  const expecting = groupByExpected(above)
  const anyNode = above.get(ANY_POLICY)
  for (const policy of policies.ids) {
    const parents = expecting.get(policy) ?? (anyNode && [anyNode])
    if (policy !== ANY_POLICY && parents) level.set(policy, newNode(policy, parents))
  }
  if (mayHaveAnyPolicy && policies.ids.has(ANY_POLICY)) addExpected(level, expecting)
  return level
}

/** RFC 9618 5.4 (d) (2): anyPolicy means every expected policy that the certificate doesn't name. */
function addExpected(level: Level, expecting: ReadonlyMap<PolicyId, PolicyNode[]>): void {
  for (const [policy, parents] of expecting) {
    if (!level.has(policy)) level.set(policy, newNode(policy, parents))
  }
}

function groupByExpected(level: Level): Map<PolicyId, PolicyNode[]> {
  const groups = new Map<PolicyId, PolicyNode[]>()
  for (const node of level.values()) {
    for (const policy of node.expected) {
      const group = groups.get(policy)
      if (group === undefined) groups.set(policy, [node])
      else group.push(node)
    }
  }
  return groups
}

/** RFC 5280 6.1.4 (a) */
function mapsAnyPolicy({ issuerPolicy, subjectPolicy }: PolicyMapping): boolean {
  return issuerPolicy === ANY_POLICY || subjectPolicy === ANY_POLICY
}

/**
 * RFC 9618 5.5 (a) and (b)
 *
 * @returns `false` when anyPolicy is mapped
 */
function applyMappings(
  level: Level,
  { extensions: { policyMappings = [] } }: PathCertificate,
  isMappingAllowed: boolean,
): boolean {
  if (policyMappings.some(mapsAnyPolicy)) return false
  const anyNode = level.get(ANY_POLICY)
  for (const [policy, expected] of groupMappings(policyMappings)) {
    const node = level.get(policy)
    if (!isMappingAllowed) level.delete(policy)
    else if (node !== undefined) node.expected = expected
    else if (anyNode !== undefined)
      level.set(policy, { policy, parents: anyNode.parents, expected })
  }
  return true
}

function groupMappings(mappings: readonly PolicyMapping[]): Map<PolicyId, PolicyId[]> {
  const groups = new Map<PolicyId, Set<PolicyId>>()
  for (const { issuerPolicy, subjectPolicy } of mappings) {
    groups.set(issuerPolicy, (groups.get(issuerPolicy) ?? new Set()).add(subjectPolicy))
  }
  return new Map([...groups].map(([policy, expected]) => [policy, [...expected]]))
}

/** RFC 5280 6.1.4 (h) to (j) */
function count(counters: Counters, { isSelfIssued, extensions }: PathCertificate): void {
  const { policyConstraints, inhibitAnyPolicy = Infinity } = extensions
  const { requireExplicitPolicy = Infinity, inhibitPolicyMapping = Infinity } =
    policyConstraints ?? {}
  const step = (counter: number, limit: number) =>
    Math.min(Math.max(counter - (isSelfIssued ? 0 : 1), 0), limit)
  counters.explicitPolicy = step(counters.explicitPolicy, requireExplicitPolicy)
  counters.policyMapping = step(counters.policyMapping, inhibitPolicyMapping)
  counters.inhibitAnyPolicy = step(counters.inhibitAnyPolicy, inhibitAnyPolicy)
}

/** RFC 5280 6.1.5 (a) and (b) */
function needsPolicy({ explicitPolicy }: Counters, leaf: PathCertificate | undefined): boolean {
  return explicitPolicy <= 1 || leaf?.extensions.policyConstraints?.requireExplicitPolicy === 0
}

/**
 * RFC 9618 5.6 (g): the policies in the domain of the trust anchor from which the graph leads to the
 * leaf, as far as the application accepts them.
 */
function listUserPolicies(level: Level, accepted: ReadonlySet<PolicyId> | undefined): PolicyId[] {
  const found = new Set<PolicyId>()
  const reached = new Set(level.values())
  for (const { policy, parents } of reached) {
    for (const parent of parents) {
      if (parent.policy === ANY_POLICY) found.add(policy)
      else reached.add(parent)
    }
  }
  if (accepted === undefined) return [...found]
  return found.has(ANY_POLICY) ? [...accepted] : [...found].filter((policy) => accepted.has(policy))
}
