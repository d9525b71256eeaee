import { type Element, readChildren, readExactly, TAG, toHex } from '../certificate/der.js'
import { readDottedOid } from '../certificate/oid.js'
import { readCount } from './primitives.js'

/** A policy's object identifier: hexadecimal digits of its contents. */
export type PolicyId = string

/** 2.5.29.32.0 */
export const ANY_POLICY: PolicyId = '551d2000'

/** RFC 5280 4.2.1.4 */
export interface CertificatePolicies {
  readonly ids: ReadonlySet<PolicyId>
  readonly hasUnknownQualifier: boolean
}

/** RFC 5280 4.2.1.5 */
export interface PolicyMapping {
  readonly issuerPolicy: PolicyId
  readonly subjectPolicy: PolicyId
}

/** RFC 5280 4.2.1.11: how many certificates may follow before each takes effect. */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number
  readonly inhibitPolicyMapping: number
}

/** id-qt-cps and id-qt-unotice, whose contents only people understand. */
const KNOWN_QUALIFIERS: ReadonlySet<string> = new Set(['2b06010505070201', '2b06010505070202'])

/** @returns `undefined` also for a policy that occurs twice, which RFC 5280 4.2.1.4 forbids */
export function readPolicies(bytes: Buffer, octets: Element): CertificatePolicies | undefined {
  const ids = new Set<PolicyId>()
  let hasUnknownQualifier = false
  for (const element of listSequences(bytes, octets) ?? []) {
    const [identifier, qualifiers] = readChildren(bytes, element, 2) ?? []
    const id = readPolicyId(bytes, identifier)
    const types = qualifiers === undefined ? [] : readQualifierTypes(bytes, qualifiers)
    if (id === undefined || types === undefined || ids.has(id)) return undefined
    ids.add(id)
    hasUnknownQualifier ||= !types.every((type) => KNOWN_QUALIFIERS.has(type))
  }
  return ids.size === 0 ? undefined : { ids, hasUnknownQualifier }
}

/** The elements of a SEQUENCE OF SEQUENCE, at least one. */
function listSequences(bytes: Buffer, octets: Element): Element[] | undefined {
  const [sequence] = readExactly(bytes, octets, [TAG.sequence])
  const elements = (sequence && readChildren(bytes, sequence)) ?? []
  const areSequences = elements.length > 0 && elements.every(({ tag }) => tag === TAG.sequence)
  return areSequences ? elements : undefined
}

/** An object identifier that can be shown in dotted form. */
function readPolicyId(bytes: Buffer, element: Element | undefined): PolicyId | undefined {
  const isPolicy = element?.tag === TAG.oid && readDottedOid(bytes, element) !== undefined
  return isPolicy ? toHex(bytes, element) : undefined
}

function readQualifierTypes(bytes: Buffer, qualifiers: Element): string[] | undefined {
  if (qualifiers.tag !== TAG.sequence) return undefined
  const types: string[] = []
  // The DER of the value was checked at every depth.
  for (const element of readChildren(bytes, qualifiers) as Element[]) {
    const [type, value] = readChildren(bytes, element, 2) ?? []
    if (element.tag !== TAG.sequence || type?.tag !== TAG.oid || value === undefined)
      return undefined
    types.push(toHex(bytes, type))
  }
  return types.length === 0 ? undefined : types
}

export function readPolicyMappings(bytes: Buffer, octets: Element): PolicyMapping[] | undefined {
  const mappings: PolicyMapping[] = []
  for (const element of listSequences(bytes, octets) ?? []) {
    const [issuer, subject] = readExactly(bytes, element, [TAG.oid, TAG.oid])
    const issuerPolicy = readPolicyId(bytes, issuer)
    const subjectPolicy = readPolicyId(bytes, subject)
    if (issuerPolicy === undefined || subjectPolicy === undefined) return undefined
    mappings.push({ issuerPolicy, subjectPolicy })
  }
  return mappings.length === 0 ? undefined : mappings
}

/** requireExplicitPolicy and inhibitPolicyMapping: one of them or both, in this order. */
const LIMIT_TAGS = [0x80, 0x81]

/** @returns `undefined` also when it has neither limit, which RFC 5280 4.2.1.11 forbids */
export function readPolicyConstraints(
  bytes: Buffer,
  octets: Element,
): PolicyConstraints | undefined {
  const [sequence] = readExactly(bytes, octets, [TAG.sequence])
  const limits = (sequence && readChildren(bytes, sequence, 2)) ?? []
  const tags = limits.map(({ tag }) => tag)
  if (!['128', '129', '128,129'].includes(tags.join())) return undefined
  const [requireExplicitPolicy, inhibitPolicyMapping] = LIMIT_TAGS.map((tag) => {
    const limit = limits.find((one) => one.tag === tag)
    return limit === undefined ? Infinity : readCount(bytes, limit, tag)
  })
  return requireExplicitPolicy === undefined || inhibitPolicyMapping === undefined
    ? undefined
    : { requireExplicitPolicy, inhibitPolicyMapping }
}
