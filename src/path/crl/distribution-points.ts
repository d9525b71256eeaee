import { type Element, readChildren, readExactly, TAG } from '../../certificate/der.js'
import { findExtension } from '../../certificate/extension.js'
import type { PathCertificate } from '../certificate.js'
import { NAME_TAG, readGeneralName } from '../general-name.js'
import { readRelativeName } from '../name.js'
import { readNamedBits } from '../primitives.js'

/** ReasonFlags (RFC 5280 4.2.1.13): keyCompromise to aACompromise, as bits of the first two octets. */
export const ALL_REASONS = 0x7f80

/** One place where a CA says that it publishes lists about a certificate. */
export interface DistributionPoint {
  /** `undefined` without a name. Each name is a string that is equal for equal names. */
  readonly names: readonly string[] | undefined
  readonly reasons: number
}

/** cRLDistributionPoints, 2.5.29.31. */
const EXTENSION = '551d1f'

const known = new WeakMap<PathCertificate, readonly DistributionPoint[] | 'malformed'>()

/**
 * The distribution points of a certificate, without those whose list another issuer signs. The issuer's name
 * is always one of them (RFC 5280 6.3.3).
 */
export function listDistributionPoints(
  certificate: PathCertificate,
): readonly DistributionPoint[] | 'malformed' {
  const found = known.get(certificate) ?? readPoints(certificate)
  known.set(certificate, found)
  return found
}

function readPoints(certificate: PathCertificate): DistributionPoint[] | 'malformed' {
  const { bytes, fields, issuer } = certificate
  const implied = { names: [directoryName(issuer)], reasons: ALL_REASONS }
  const octets = findExtension(bytes, fields, EXTENSION)
  if (octets === undefined) return [implied]
  const [sequence] = octets === null ? [] : readExactly(bytes, octets, [TAG.sequence])
  const elements = (sequence && readChildren(bytes, sequence)) ?? []
  const points = elements.map((element) => readPoint(bytes, element, issuer))
  if (points.length === 0 || points.includes(undefined)) return 'malformed'
  return [...points.filter((point) => typeof point === 'object'), implied]
}

/** distributionPoint, reasons and cRLIssuer: each may be missing. */
const POINT_TAGS: readonly number[] = [0xa0, 0x81, 0xa2]

function readPoint(
  bytes: Buffer,
  element: Element,
  issuer: string,
): DistributionPoint | 'of_another_issuer' | undefined {
  const parts = element.tag === TAG.sequence ? readChildren(bytes, element, 3) : undefined
  if (parts === undefined || !areInOrder(parts, POINT_TAGS)) return undefined
  const find = (wanted: number): Element | undefined => parts.find(({ tag }) => tag === wanted)
  const [name, flags] = [find(0xa0), find(0x81)]
  const names = name && readPointNames(bytes, name, issuer)
  const reasons = flags === undefined ? ALL_REASONS : readNamedBits(bytes, flags)
  if ((name !== undefined && names === undefined) || reasons === undefined) return undefined
  return find(0xa2) === undefined ? { names, reasons } : 'of_another_issuer'
}

/** Whether each tag occurs at most once, in the order of the list. */
export function areInOrder(parts: readonly Element[], tags: readonly number[]): boolean {
  const places = parts.map(({ tag }) => tags.indexOf(tag))
  return places.every((place, index) => place > (places[index - 1] ?? -1))
}

/**
 * Reads a DistributionPointName: names, or a name relative to that of the issuer.
 *
 * @param element - the explicit tag around the CHOICE (X.680 31.2.7)
 * @returns `undefined` when it is malformed
 */
export function readPointNames(
  bytes: Buffer,
  element: Element,
  issuer: string,
): readonly string[] | undefined {
  const [choice, ...others] = readChildren(bytes, element, 1) ?? []
  if (choice === undefined || others.length > 0) return undefined
  if (choice.tag === 0xa1) {
    const relative = readRelativeName(bytes, choice)
    return relative === undefined ? undefined : [directoryName(`${issuer}${relative},`)]
  }
  return choice.tag === 0xa0 ? readNames(bytes, choice) : undefined
}

function readNames(bytes: Buffer, list: Element): string[] | undefined {
  const elements = readChildren(bytes, list) ?? []
  const names = elements.map((element) => readGeneralName(bytes, element))
  if (names.length === 0 || names.includes(undefined)) return undefined
  // A name of a type that isn't compared equals no other.
  return names.flatMap((name) =>
    typeof name?.value === 'string' ? `${name.tag}:${name.value}` : [],
  )
}

function directoryName(canonical: string): string {
  return `${NAME_TAG.directoryName}:${canonical}`
}
