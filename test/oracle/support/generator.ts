import type { Random } from '../../fuzz/support/random.js'
import { type Certificate, type Draft, write } from './certificate.js'
import { type Fault, PATH_FAULTS, type Place } from './faults.js'
import {
  anchorOf,
  copyOf,
  createPlan,
  intermediatesOf,
  Keyring,
  leafOf,
  type Plan,
  type PlanOptions,
} from './plan.js'
import { POLICIES, randomPolicies } from './policies.js'
import { addNames } from './random-names.js'
import { SHAPES } from './shapes.js'
import { WEAKNESSES } from './weaknesses.js'

/** A client's certificate, what it sends with it, and the anchors of the server. */
export interface Case {
  readonly leaf: Certificate
  readonly candidates: readonly Certificate[]
  readonly anchors: readonly Certificate[]
  readonly options: Readonly<PlanOptions>
  readonly hasPolicies: boolean
}

export const FAULTS: readonly Fault[] = [...PATH_FAULTS, ...WEAKNESSES]

/** A random case. About half of them have a valid path. */
export function createCase(random: Random): Case {
  const keyring = new Keyring(random)
  const plan = createPlan(random, keyring)
  if (random.chance(0.25)) addNames(plan, random)
  if (random.chance(0.1)) addPolicies(plan, random)
  const faults = random.pick([0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 3])
  for (let count = 0; count < faults; count += 1) addFault(plan, random, keyring)
  const shapes = random.pick([0, 0, 0, 1, 1, 2, 3])
  for (let count = 0; count < shapes; count += 1) random.pick(SHAPES)(plan, random, keyring)
  if (random.chance(0.05)) plan.options.anyExtendedKeyUsage = true
  return writeCase(plan, random)
}

function draftAt(place: Place, plan: Plan, random: Random): Draft | undefined {
  if (place === 'leaf') return leafOf(plan)
  if (place === 'anchor') return anchorOf(plan)
  const cas = intermediatesOf(plan)
  return cas.length === 0 ? undefined : random.pick(cas)
}

function addFault(plan: Plan, random: Random, keyring: Keyring): void {
  const fault = random.pick(FAULTS)
  if (fault.isExplained && random.chance(0.7)) return
  const place = random.pick(fault.places)
  // A faulty anchor is a mistake of the server's owner, and less interesting than the rest.
  if (place === 'anchor' && random.chance(0.5)) return
  const draft = draftAt(place, plan, random)
  if (draft === undefined) return
  const before = copyOf(draft)
  fault.apply(draft, { plan, random, keyring })
  draft.faults.push(fault.name)
  // With the certificate as it was, a valid path is often still there, and must be found.
  if (place === 'ca' && random.chance(0.25)) plan.others.push(before)
}

function addPolicies(plan: Plan, random: Random): void {
  plan.hasPolicies = true
  for (const draft of plan.chain) draft.policies = randomPolicies(random, draft !== leafOf(plan))
  const { options } = plan
  if (random.chance(0.6)) options.policies = [random.pick([...POLICIES, '1.2.3.9'])]
  if (random.chance(0.3)) options.requireExplicitPolicy = random.chance(0.7)
  if (random.chance(0.2)) options.inhibitPolicyMapping = true
  if (random.chance(0.2)) options.inhibitAnyPolicy = true
}

/** Writes all certificates, and sends them in an order that is right, or in any order. */
export function writeCase(plan: Plan, random: Random): Case {
  const written = new Map<Draft, Certificate>()
  const writeOnce = (draft: Draft): Certificate => {
    const certificate = written.get(draft) ?? (isRoot(draft) ? writeRoot(draft) : write(draft))
    written.set(draft, certificate)
    return certificate
  }
  const sent = [...intermediatesOf(plan), ...plan.others]
    .filter((draft) => !plan.withheld.has(draft))
    .slice(0, MAX_SENT)
  const candidates = random.chance(0.5) ? sent : shuffle(sent, random)
  return {
    leaf: writeOnce(leafOf(plan)),
    candidates: candidates.map(writeOnce),
    anchors: plan.anchors.map(writeOnce),
    options: plan.options,
    hasPolicies: plan.hasPolicies,
  }
}

/** The package looks at no more certificates of a client. */
const MAX_SENT = 10

const roots = new Map<string, Certificate>()

const isRoot = ({ signer, key, isBroken }: Draft): boolean => signer === key && !isBroken

/** Cases share equal roots, because Node needs longer for a new set of anchors than for a path. */
function writeRoot(draft: Draft): Certificate {
  const { key, signer: _signer, serial: _serial, ...others } = draft
  const id = key.spki.toString('latin1') + JSON.stringify(others)
  const root = roots.get(id) ?? write(draft)
  roots.set(id, root)
  return root
}

function shuffle<Item>(items: readonly Item[], random: Random): Item[] {
  const rest = [...items]
  const shuffled: Item[] = []
  while (rest.length > 0) shuffled.push(...rest.splice(random.below(rest.length), 1))
  return shuffled
}
