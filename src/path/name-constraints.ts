import { type Element, readChildren, readExactly, TAG } from '../certificate/der.js'
import type { Budget } from './budget.js'
import { type GeneralName, readGeneralName } from './general-name.js'
import { isWithin, mayBeWithin, toBase } from './name-forms.js'

/** The bases of subtrees by the tag of their type. */
type Subtrees = ReadonlyMap<number, readonly GeneralName['value'][]>

/** RFC 5280 4.2.1.10 */
export interface NameConstraints {
  readonly permitted: Subtrees
  readonly excluded: Subtrees
}

const PERMITTED = 0xa0
const EXCLUDED = 0xa1
const NONE: Subtrees = new Map()

/** @returns `undefined` when any part of the extension can't be read, because it might exclude something */
export function readNameConstraints(bytes: Buffer, value: Element): NameConstraints | undefined {
  const [sequence] = readExactly(bytes, value, [TAG.sequence])
  const lists = (sequence && readChildren(bytes, sequence, 2)) ?? []
  const tags = lists.map(({ tag }) => tag)
  // RFC 5280 4.2.1.10: at least one of the lists, in this order.
  if (!['160', '161', '160,161'].includes(tags.join())) return undefined
  const read = (wanted: number): Subtrees | undefined => {
    const list = lists.find(({ tag }) => tag === wanted)
    return list === undefined ? NONE : readSubtrees(bytes, list)
  }
  const [permitted, excluded] = [read(PERMITTED), read(EXCLUDED)]
  return permitted && excluded && { permitted, excluded }
}

function readSubtrees(bytes: Buffer, list: Element): Subtrees | undefined {
  const subtrees = new Map<number, GeneralName['value'][]>()
  // The DER of the value was checked at every depth.
  const elements = readChildren(bytes, list) as Element[]
  for (const element of elements) {
    const base = readBase(bytes, element)
    if (base === undefined) return undefined
    const bases = subtrees.get(base.tag)
    if (bases === undefined) subtrees.set(base.tag, [base.value])
    else bases.push(base.value)
  }
  return elements.length === 0 ? undefined : subtrees
}

/** RFC 5280 4.2.1.10: minimum is 0, which DER leaves out, and maximum is absent. */
function readBase(bytes: Buffer, subtree: Element): GeneralName | undefined {
  if (subtree.tag !== TAG.sequence) return undefined
  const [base] = readChildren(bytes, subtree, 1) ?? []
  const name = base && readGeneralName(bytes, base)
  return name && toBase(name)
}

/**
 * Checks the names of a certificate against the constraints of a CA above it.
 *
 * @param names - in the form in which they are compared
 */
export function areNamesAllowed(
  names: readonly GeneralName[],
  { permitted, excluded }: NameConstraints,
  budget: Budget,
): boolean {
  return names.every((name) => {
    const [allowed, forbidden] = [permitted.get(name.tag), excluded.get(name.tag)]
    if (allowed === undefined && forbidden === undefined) return true
    // A name that isn't understood might be a forbidden one.
    if (name.value === undefined) return false
    const isForbidden = forbidden !== undefined && isInAny(name, forbidden, mayBeWithin, budget)
    return !isForbidden && (allowed === undefined || isInAny(name, allowed, isWithin, budget))
  })
}

function isInAny(
  { tag, value }: GeneralName,
  bases: readonly GeneralName['value'][],
  compare: typeof isWithin,
  budget: Budget,
): boolean {
  return bases.some((base) => {
    budget.compareName()
    return compare(tag, value as string | Buffer, base as string | Buffer)
  })
}
