import { Random } from '../../fuzz/support/random.js'
import { CA_USAGE, type Draft, KEY_USAGE } from './certificate.js'
import type { Fault, Place } from './faults.js'
import { type Case, writeCase } from './generator.js'
import { P256_KEYS } from './keys.js'
import { anchorOf, createDraft, intermediatesOf, Keyring, leafOf, type Plan } from './plan.js'

/** A valid PKI without anything random but its keys, to put one fault into. */
export interface Plain {
  readonly plan: Plan
  readonly random: Random
  readonly keyring: Keyring
  readonly write: () => Case
}

/** As many CAs between the leaf and the root as `depth` says, one by default. */
export function createPlain(depth = 1): Plain {
  const random = new Random(depth)
  const keyring = new Keyring(random, P256_KEYS)
  const rootKey = keyring.take()
  const chain = [createDraft('O=Example/CN=Root', 'O=Example/CN=Root', rootKey, rootKey)]
  for (let level = 1; level <= depth; level += 1) {
    const [issuer] = chain as [Draft]
    chain.unshift(
      createDraft(`O=Example/CN=CA ${level}`, issuer.subject, keyring.take(), issuer.key),
    )
  }
  for (const ca of chain) {
    ca.basicConstraints = { ca: true }
    ca.keyUsage = CA_USAGE.keyCertSign
  }
  const [issuer] = chain as [Draft]
  const leaf = createDraft('O=Example/CN=client', issuer.subject, keyring.take(), issuer.key)
  leaf.keyUsage = KEY_USAGE.digitalSignature
  chain.unshift(leaf)
  const anchors = [chain.at(-1) as Draft]
  const plan: Plan = {
    chain,
    others: [],
    anchors,
    withheld: new Set(),
    options: {},
    hasPolicies: false,
  }
  return { plan, random, keyring, write: () => writeCase(plan, random) }
}

/** The upper of two CAs, so that there is a CA and a leaf below it. */
export function draftAt(place: Place, plan: Plan): Draft {
  if (place === 'leaf') return leafOf(plan)
  if (place === 'anchor') return anchorOf(plan)
  const ca = intermediatesOf(plan).at(-1)
  if (ca === undefined) throw new Error('The plan has no CA between the leaf and the anchor')
  return ca
}

/** A path with one fault, and nothing else that is wrong. */
export function createFaulty(fault: Fault, place: Place): Plain {
  const plain = createPlain(2)
  const draft = draftAt(place, plain.plan)
  fault.apply(draft, plain)
  draft.faults.push(fault.name)
  return plain
}
