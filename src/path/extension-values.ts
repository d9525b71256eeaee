import { type Element, readChildren, readExactly, TAG, toHex } from '../certificate/der.js'
import { type GeneralName, NAME_TAG, readGeneralName, readUtf8Mailbox } from './general-name.js'
import { type NameConstraints, readNameConstraints } from './name-constraints.js'
import {
  type CertificatePolicies,
  type PolicyConstraints,
  type PolicyMapping,
  readPolicies,
  readPolicyConstraints,
  readPolicyMappings,
} from './policy-extensions.js'
import { isTrue, readCount, readNamedBits } from './primitives.js'

export interface BasicConstraints {
  readonly ca: boolean
  /** `Infinity` without a limit. */
  readonly pathLength: number
}

/** The value of each extension that path validation knows; `undefined` if the certificate doesn't have it. */
export interface ExtensionValues {
  basicConstraints: BasicConstraints | undefined
  /** The bits of {@link KEY_USAGE}. */
  keyUsage: number | undefined
  /** The extended key usages: hexadecimal digits of their object identifiers. */
  purposes: readonly string[] | undefined
  subjectAltNames: readonly GeneralName[] | undefined
  nameConstraints: NameConstraints | undefined
  policies: CertificatePolicies | undefined
  policyMappings: readonly PolicyMapping[] | undefined
  policyConstraints: PolicyConstraints | undefined
  /** How many certificates may follow before anyPolicy isn't accepted. */
  inhibitAnyPolicy: number | undefined
  subjectKeyId: Buffer | undefined
  authorityKeyId: Buffer | undefined
  /** Whether a critical extension isn't understood, or not all of it (RFC 5280 4.2). */
  hasUnknownCritical: boolean
}

/** All objects have the same members from the start, because V8 then reads them faster. */
export function noExtensions(): ExtensionValues {
  return {
    basicConstraints: undefined,
    keyUsage: undefined,
    purposes: undefined,
    subjectAltNames: undefined,
    nameConstraints: undefined,
    policies: undefined,
    policyMappings: undefined,
    policyConstraints: undefined,
    inhibitAnyPolicy: undefined,
    subjectKeyId: undefined,
    authorityKeyId: undefined,
    hasUnknownCritical: false,
  }
}

/** The bits of the first two octets of a keyUsage (RFC 5280 4.2.1.3). */
export const KEY_USAGE = {
  digitalSignature: 0x8000,
  keyAgreement: 0x0800,
  keyCertSign: 0x0400,
  cRLSign: 0x0200,
} as const

/**
 * Reads the contents of an extension's OCTET STRING into `into`.
 *
 * @returns `false` when they are malformed
 */
type ReadValue = (bytes: Buffer, octets: Element, into: ExtensionValues) => boolean

/** Makes a reader that sets one member, unless the value is malformed. */
function setting<Name extends keyof ExtensionValues>(
  name: Name,
  read: (bytes: Buffer, octets: Element) => ExtensionValues[Name],
): ReadValue {
  return (bytes, octets, into) => {
    const value = read(bytes, octets)
    if (value === undefined) return false
    into[name] = value
    return true
  }
}

/** By the last number of their object identifiers, 2.5.29.x. */
export const VALUE_READERS: ReadonlyMap<string | number, ReadValue> = new Map([
  [14, setting('subjectKeyId', readSubjectKeyId)],
  [15, setting('keyUsage', readKeyUsage)],
  [17, setting('subjectAltNames', readSubjectAltNames)],
  [19, setting('basicConstraints', readBasicConstraints)],
  [30, setting('nameConstraints', readNameConstraints)],
  [32, setting('policies', readPolicies)],
  [33, setting('policyMappings', readPolicyMappings)],
  [35, readAuthorityKeyId],
  [36, setting('policyConstraints', readPolicyConstraints)],
  [37, setting('purposes', readPurposes)],
  [54, setting('inhibitAnyPolicy', readInhibitAnyPolicy)],
])

/** RFC 5280 4.2.1.9: pathLenConstraint only for a CA, and FALSE, the default of cA, is left out. */
function readBasicConstraints(bytes: Buffer, octets: Element): BasicConstraints | undefined {
  const [sequence] = readExactly(bytes, octets, [TAG.sequence])
  const children = sequence && readChildren(bytes, sequence, 2)
  if (children === undefined) return undefined
  const [ca, pathLength] = children
  if (ca === undefined) return { ca: false, pathLength: Infinity }
  if (!isTrue(bytes, ca)) return undefined
  const count = pathLength === undefined ? Infinity : readCount(bytes, pathLength, TAG.integer)
  return count === undefined ? undefined : { ca: true, pathLength: count }
}

/** RFC 5280 4.2.1.3: at least one bit is set. */
function readKeyUsage(bytes: Buffer, octets: Element): number | undefined {
  const [bits] = readExactly(bytes, octets, [TAG.bitString])
  return bits && readNamedBits(bytes, bits)
}

/** RFC 5280 4.2.1.12: at least one purpose. */
function readPurposes(bytes: Buffer, octets: Element): string[] | undefined {
  const [sequence] = readExactly(bytes, octets, [TAG.sequence])
  const purposes = (sequence && readChildren(bytes, sequence)) ?? []
  const areOids = purposes.length > 0 && purposes.every(({ tag }) => tag === TAG.oid)
  return areOids ? purposes.map((purpose) => toHex(bytes, purpose)) : undefined
}

/** RFC 5280 4.2.1.6: at least one name. */
function readSubjectAltNames(bytes: Buffer, octets: Element): GeneralName[] | undefined {
  const [sequence] = readExactly(bytes, octets, [TAG.sequence])
  const names: GeneralName[] = []
  for (const element of (sequence && readChildren(bytes, sequence)) ?? []) {
    const name = readGeneralName(bytes, element)
    if (name === undefined || !hasAddressLength(name)) return undefined
    const mailbox = readUtf8Mailbox(bytes, element)
    names.push(name, ...(mailbox === undefined ? [] : [mailbox]))
  }
  return names.length === 0 ? undefined : names
}

function hasAddressLength({ tag, value }: GeneralName): boolean {
  return tag !== NAME_TAG.iPAddress || value?.length === 4 || value?.length === 16
}

function readInhibitAnyPolicy(bytes: Buffer, octets: Element): number | undefined {
  const [count] = readExactly(bytes, octets, [TAG.integer])
  return count && readCount(bytes, count, TAG.integer)
}

function readSubjectKeyId(bytes: Buffer, octets: Element): Buffer | undefined {
  const [id] = readExactly(bytes, octets, [TAG.octetString])
  return id && bytes.subarray(id.start, id.end)
}

/** keyIdentifier, authorityCertIssuer and authorityCertSerialNumber. Each may be missing. */
const AUTHORITY_KEY_ID_TAGS: readonly number[] = [0x80, 0xa1, 0x82]

function readAuthorityKeyId(bytes: Buffer, octets: Element, into: ExtensionValues): boolean {
  const [sequence] = readExactly(bytes, octets, [TAG.sequence])
  const parts = sequence && readChildren(bytes, sequence, 3)
  if (parts === undefined) return false
  const places = parts.map(({ tag }) => AUTHORITY_KEY_ID_TAGS.indexOf(tag))
  const [first] = parts
  if (first?.tag === 0x80) into.authorityKeyId = bytes.subarray(first.start, first.end)
  return places.every((place, index) => place > (places[index - 1] ?? -1))
}
