import { CA_USAGE, type Draft } from '../certificate.js'
import { copyOf } from '../plan.js'
import { createList, keyIdentifier, type ListDraft, type SerialNumber } from './list.js'
import { type CrlPlan, randomExtensions } from './plan.js'

/** Something that makes a plan different, and often its certificates revoked or their status unknown. */
export interface Variation {
  readonly name: string
  readonly apply: (plan: CrlPlan) => void
}

/** A certificate whose status is asked for. */
export const pickSubject = ({ chain, random }: CrlPlan): Draft => random.pick(chain.slice(0, -1))

export const pickCa = ({ chain, random }: CrlPlan): Draft => random.pick(chain.slice(1))

export function issuerOf(subject: Draft, { chain }: CrlPlan): Draft {
  return chain[chain.indexOf(subject) + 1] ?? subject
}

/** A list of the CA that issued a certificate, unless another variation has removed them all. */
export function listAbout(subject: Draft, { lists, random }: CrlPlan): ListDraft | undefined {
  const found = lists.filter(({ issuer }) => issuer === subject.issuer)
  return found.length === 0 ? undefined : random.pick(found)
}

/** Changes a list of a certificate's issuer. */
export function changeList(
  change: (list: ListDraft, plan: CrlPlan, subject: Draft) => void,
  fault?: string,
): Variation['apply'] {
  return (plan) => {
    const subject = pickSubject(plan)
    const list = listAbout(subject, plan)
    if (list === undefined) return
    change(list, plan, subject)
    if (fault !== undefined) list.faults.push(fault)
  }
}

export function addEntry(
  list: ListDraft,
  { random }: CrlPlan,
  serial: SerialNumber,
  extensions: readonly Buffer[] = randomExtensions(random),
): void {
  const at = random.pick([0, list.entries.length, random.below(list.entries.length + 1)])
  list.entries.splice(at, 0, { serial, extensions })
}

/** Another certificate of a CA, for another key. */
export function otherKeyOf(ca: Draft, { keyring }: CrlPlan, changes: Partial<Draft> = {}): Draft {
  const key = keyring.take()
  const signer = ca.signer === ca.key ? key : ca.signer
  const usage = CA_USAGE.keyCertSign | CA_USAGE.cRLSign
  return copyOf(ca, { key, signer, keyUsage: usage, ...changes })
}

/** Lets another certificate of the CA sign the list. */
export function signWith(list: ListDraft, signer: Draft): void {
  list.signer = signer.key
  list.extensions = [...list.extensions, keyIdentifier(signer.key)]
}

/** Another list of the same CA, which has none of the entries. */
export function listBeside(list: ListDraft): ListDraft {
  const other = createList(list.issuer, list.signer)
  other.extensions = list.extensions.filter((one) => one.equals(keyIdentifier(list.signer)))
  return other
}
