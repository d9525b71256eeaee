import { assertText } from '../util/assert.js'
import { invalidType, invalidValue } from '../util/errors.js'
import { assertTexts, type CertificatePredicate } from './predicate.js'

/** Attributes of a distinguished name by their short names, such as `{ O: 'Acme', CN: 'api' }`. */
export interface NameFields {
  readonly [attribute: string]: string
}

/**
 * Allows a certificate one of whose common names is in the list.
 *
 * @param names - exact, case-sensitive; one or more
 * @throws TypeError on an empty list or anything but non-empty strings
 */
export function allowCN(names: string | readonly string[]): CertificatePredicate {
  return allowAttribute('CN', assertTexts('allowCN(names)', names))
}

/** Like {@link allowCN}, for organizational units (`OU`). */
export function allowOU(units: string | readonly string[]): CertificatePredicate {
  return allowAttribute('OU', assertTexts('allowOU(units)', units))
}

/** Like {@link allowCN}, for organizations (`O`). */
export function allowOrganization(organizations: string | readonly string[]): CertificatePredicate {
  return allowAttribute('O', assertTexts('allowOrganization(organizations)', organizations))
}

/**
 * Allows a certificate whose subject has every given attribute with the given value.
 *
 * @param fields - exact, case-sensitive; at least one
 * @throws TypeError when there is none, which would allow everybody, or a value is not text
 */
export function allowSubject(fields: NameFields): CertificatePredicate {
  const matches = matchName('allowSubject(fields)', fields)
  return (cert) => matches(cert.subject)
}

/**
 * Like {@link allowSubject}, for the issuer. A name is not a proof: this narrows down certificates
 * that a trusted authority has signed, and says nothing about any other.
 */
export function allowIssuer(fields: NameFields): CertificatePredicate {
  const matches = matchName('allowIssuer(fields)', fields)
  return (cert) => matches(cert.issuer)
}

function allowAttribute(attribute: string, values: readonly string[]): CertificatePredicate {
  const allowed = new Set(values)
  return (cert) => readAttribute(cert.subject, attribute).some((value) => allowed.has(value))
}

function matchName(what: string, fields: unknown): (name: unknown) => boolean {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw invalidType(what, 'an object', fields)
  }
  const wanted = Object.entries(fields) as [string, string][]
  if (wanted.length === 0) throw invalidValue(what, 'must name at least one attribute', fields)
  wanted.forEach(([attribute, value]) => {
    assertText(`${what} "${attribute}"`, value)
  })
  return (name) =>
    wanted.every(([attribute, value]) => readAttribute(name, attribute).includes(value))
}

/**
 * The values of an attribute of a subject or issuer; Node gives one that occurs several times as an
 * array. Own properties only: an attribute may be named like a member of Object.prototype.
 */
export function readAttribute(name: unknown, attribute: string): readonly string[] {
  if (typeof name !== 'object' || name === null || !Object.hasOwn(name, attribute)) return []
  const value = (name as Record<string, string | string[] | undefined>)[attribute]
  return [value ?? []].flat()
}
