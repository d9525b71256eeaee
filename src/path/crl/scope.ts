import { type Element, readChildren, readExactly, TAG } from '../../certificate/der.js'
import type { PathCertificate } from '../certificate.js'
import { isTrueContents, readNamedBits } from '../primitives.js'
import {
  ALL_REASONS,
  areInOrder,
  type DistributionPoint,
  listDistributionPoints,
  readPointNames,
} from './distribution-points.js'

/** The certificates that a list is about: its issuingDistributionPoint (RFC 5280 5.2.5). */
export interface ListScope extends DistributionPoint {
  readonly certificates: 'all' | 'user' | 'ca' | 'attribute'
}

/** The scope of a list without the extension. */
export const COMPLETE: ListScope = { names: undefined, reasons: ALL_REASONS, certificates: 'all' }

const NAME = 0xa0
const USER = 0x81
const CA = 0x82
const SOME_REASONS = 0x83
const INDIRECT = 0x84
const ATTRIBUTE = 0x85
const TAGS: readonly number[] = [NAME, USER, CA, SOME_REASONS, INDIRECT, ATTRIBUTE]
const ONLY: ReadonlyMap<number, ListScope['certificates']> = new Map([
  [USER, 'user'],
  [CA, 'ca'],
  [ATTRIBUTE, 'attribute'],
])

/**
 * @param octets - the contents of the extension's OCTET STRING
 * @param issuer - the canonical name of the list's issuer
 */
export function readScope(
  bytes: Buffer,
  octets: Element,
  issuer: string,
): ListScope | 'malformed' | 'indirect' {
  const [sequence] = readExactly(bytes, octets, [TAG.sequence])
  const parts = (sequence && readChildren(bytes, sequence, TAGS.length)) ?? []
  // RFC 5280 5.2.5: not an empty sequence.
  if (parts.length === 0 || !areInOrder(parts, TAGS)) return 'malformed'
  const only = parts.flatMap(({ tag }) => ONLY.get(tag) ?? [])
  const flags = parts.filter(({ tag }) => tag === INDIRECT || ONLY.has(tag))
  // X.690 11.5: FALSE, the default, is left out.
  const isShaped = only.length <= 1 && flags.every((flag) => isTrueContents(bytes, flag))
  const point = isShaped ? readPoint(bytes, parts, issuer) : undefined
  if (point === undefined) return 'malformed'
  if (flags.some(({ tag }) => tag === INDIRECT)) return 'indirect'
  return { ...point, certificates: only[0] ?? 'all' }
}

function readPoint(
  bytes: Buffer,
  parts: readonly Element[],
  issuer: string,
): DistributionPoint | undefined {
  const name = parts.find(({ tag }) => tag === NAME)
  const flags = parts.find(({ tag }) => tag === SOME_REASONS)
  const names = name && readPointNames(bytes, name, issuer)
  const reasons = flags === undefined ? ALL_REASONS : readNamedBits(bytes, flags)
  const isShaped = (name === undefined) === (names === undefined) && reasons !== undefined
  return isShaped ? { names, reasons } : undefined
}

/**
 * The reasons for which a list of the certificate's issuer would hold the certificate (RFC 5280 6.3.3 b and
 * d), as bits of {@link ALL_REASONS}; 0 when the list isn't about the certificate.
 */
export function coveredReasons(scope: ListScope, certificate: PathCertificate): number {
  const points = listDistributionPoints(certificate)
  if (points === 'malformed' || !isAboutType(scope, certificate)) return 0
  return points
    .filter(({ names }) => haveCommonName(scope.names, names))
    .reduce((covered, { reasons }) => covered | (reasons & scope.reasons & ALL_REASONS), 0)
}

/** Only version 3 says whether a certificate is that of a CA. */
function isAboutType({ certificates }: ListScope, certificate: PathCertificate): boolean {
  const isCa = certificate.extensions.basicConstraints?.ca === true
  switch (certificates) {
    case 'all':
      return true
    case 'user':
      return certificate.isVersion3 && !isCa
    case 'ca':
      return isCa
    case 'attribute':
      return false
  }
}

/** RFC 5280 6.3.3 b 2 i */
function haveCommonName(ofList: ListScope['names'], ofPoint: DistributionPoint['names']): boolean {
  return ofList === undefined || ofList.some((name) => ofPoint?.includes(name) === true)
}
