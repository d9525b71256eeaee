import { type Element, readChildren, readExactly, readOid, TAG } from '../../certificate/der.js'
import { readExtension } from '../../certificate/extension.js'
import { isTrue } from '../primitives.js'
import { COMPLETE, type ListScope, readScope } from './scope.js'

/** The extensions of a list, as far as they matter here. */
export interface ListExtensions {
  readonly scope: ListScope
  /** RFC 5280 5.2: such a list can't show that a certificate isn't revoked. */
  readonly hasUnknownCritical: boolean
}

/** The object identifiers of extensions of lists, as hexadecimal digits (RFC 5280 5.2). */
const AUTHORITY_KEY_ID = '551d23'
const DELTA_CRL_INDICATOR = '551d1b'
const ISSUING_DISTRIBUTION_POINT = '551d1c'

/** @param explicit - the explicit tag around the extensions; `undefined` for a list without extensions */
export function readListExtensions(
  bytes: Buffer,
  explicit: Element | undefined,
  issuer: string,
): ListExtensions | 'malformed' | 'delta' | 'indirect' {
  if (explicit === undefined) return { scope: COMPLETE, hasUnknownCritical: false }
  const found = readAll(bytes, explicit)
  if (found === undefined) return 'malformed'
  if (found.has(DELTA_CRL_INDICATOR)) return 'delta'
  const point = found.get(ISSUING_DISTRIBUTION_POINT)
  const scope = point === undefined ? COMPLETE : readScope(bytes, point.value, issuer)
  if (typeof scope === 'string') return scope
  const hasUnknownCritical = [...found].some(([id, { isCritical }]) => {
    return isCritical && id !== AUTHORITY_KEY_ID && id !== ISSUING_DISTRIBUTION_POINT
  })
  return { scope, hasUnknownCritical }
}

interface Found {
  readonly value: Element
  readonly isCritical: boolean
}

/** @returns `undefined` without any extension, or if one is malformed or occurs twice */
function readAll(bytes: Buffer, explicit: Element): Map<string, Found> | undefined {
  const [list] = readExactly(bytes, explicit, [TAG.sequence])
  const found = new Map<string, Found>()
  for (const element of (list && readChildren(bytes, list)) ?? []) {
    const extension = readExtension(bytes, element)
    if (extension === undefined) return undefined
    const { identifier, critical, value } = extension
    const id = readOid(bytes, identifier) as string
    // X.690 11.1 and 11.5: the default, FALSE, is left out, and all bits of TRUE are set.
    const isShaped = critical === undefined || isTrue(bytes, critical)
    if (!isShaped || found.has(id)) return undefined
    found.set(id, { value, isCritical: critical !== undefined })
  }
  return found.size === 0 ? undefined : found
}
