import type { Random } from '../../fuzz/support/random.js'
import { extension, keyIdOf, nothing } from '../../support/der-writer.js'
import type { Draft } from './certificate.js'
import {
  anchorOf,
  copyOf,
  createCa,
  intermediatesOf,
  issuerOf,
  type Keyring,
  leafOf,
  type Plan,
} from './plan.js'

/** A change of the PKI that leaves the intended path as it is, and gives the search more to do. */
export type Shape = (plan: Plan, random: Random, keyring: Keyring) => void

/** A CA of the path, or the anchor if the path has no other CA. */
function pickCa(plan: Plan, random: Random): Draft {
  return random.pick(intermediatesOf(plan).length === 0 ? [anchorOf(plan)] : intermediatesOf(plan))
}

/** Another root signs a CA of the path too (RFC 4949, cross-certificate). */
const crossSign: Shape = (plan, random, keyring) => {
  const key = keyring.take()
  const root = createCa(random, 'O=Other/CN=Root', 'O=Other/CN=Root', [key, key])
  const ca = pickCa(plan, random)
  plan.others.push(
    copyOf(ca, { issuer: root.subject, signer: key, authorityKeyId: keyIdOf(key.spki) }),
  )
  random.pick([plan.anchors, plan.anchors, plan.others, []]).push(root)
}

/** The other root signs the root of the path, which isn't trusted itself any more. */
const replaceRoot: Shape = (plan, random, keyring) => {
  const root = anchorOf(plan)
  const key = keyring.take()
  const other = createCa(random, 'O=Other/CN=Root', 'O=Other/CN=Root', [key, key])
  if (random.chance(0.3)) plan.others.push(root)
  plan.others.push(
    copyOf(root, { issuer: other.subject, signer: key, authorityKeyId: keyIdOf(key.spki) }),
  )
  plan.anchors.splice(0, plan.anchors.length, other)
}

/** Two CAs sign each other, so that the path could go round in circles. */
const loop: Shape = (plan, random) => {
  const ca = pickCa(plan, random)
  const above = issuerOf(ca, plan)
  plan.others.push(
    copyOf(above, {
      issuer: ca.subject,
      signer: ca.key,
      authorityKeyId: keyIdOf(ca.key.spki),
    }),
  )
}

/** A CA with the same name and another key. */
const namesake: Shape = (plan, random, keyring) => {
  const ca = pickCa(plan, random)
  const key = keyring.take()
  plan.others.push(copyOf(ca, { key, keyIds: random.pick(['none', 'both']) }))
}

/** The same key, in a certificate that has expired or may not sign. */
const older: Shape = (plan, random) => {
  const changes = random.pick<Partial<Draft>>([
    { validity: 'past' },
    { keyUsage: 0x02 },
    { basicConstraints: { ca: false } },
    { isBroken: true },
  ])
  plan.others.push(copyOf(pickCa(plan, random), changes))
}

/** The next key of a CA, signed with its current key (RFC 4210 4.4). */
const rollover: Shape = (plan, random, keyring) => {
  const ca = pickCa(plan, random)
  const key = keyring.take()
  plan.others.push(
    copyOf(ca, {
      key,
      issuer: ca.subject,
      signer: ca.key,
      authorityKeyId: keyIdOf(ca.key.spki),
    }),
  )
}

const unrelated: Shape = (plan, random, keyring) => {
  const key = keyring.take()
  const other = createCa(random, 'O=Other/CN=Unrelated', 'O=Other/CN=Unrelated', [key, key])
  const place = random.chance(0.5) ? plan.anchors : plan.others
  place.push(other)
}

/** The anchor is a CA below the root, with the root sent or not. */
const partial: Shape = (plan, random) => {
  if (plan.chain.length < 3) return
  const root = plan.chain.pop() as Draft
  plan.anchors.splice(0, plan.anchors.length, anchorOf(plan))
  if (random.chance(0.3)) plan.others.push(root)
}

const repeated: Shape = (plan, random) => {
  plan.others.push(random.pick(plan.chain), random.pick(plan.chain))
}

const UNKNOWN = extension('1.2.3.4.8', nothing())

const noted: Shape = (plan, random) => {
  const draft = random.pick(plan.chain)
  if (!draft.extras.includes(UNKNOWN)) draft.extras = [...draft.extras, UNKNOWN]
}

/** The leaf is a CA itself, which RFC 5280 allows. */
const leafCa: Shape = (plan) => {
  const leaf = leafOf(plan)
  leaf.basicConstraints = { ca: true }
  if (leaf.keyUsage !== undefined) leaf.keyUsage |= 0x04
}

export const SHAPES: readonly Shape[] = [
  crossSign,
  crossSign,
  replaceRoot,
  loop,
  namesake,
  older,
  rollover,
  unrelated,
  partial,
  repeated,
  noted,
  leafCa,
]
