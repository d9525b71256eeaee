import { assertText } from '../util/assert.js'
import { invalidType, invalidValue } from '../util/errors.js'
import { assertTexts, type CertificatePredicate } from './predicate.js'

/** Attributes of a distinguished name by their short names, such as `{ O: 'Acme', CN: 'api' }`. */
export interface NameFields {
  readonly [attribute: string]: string
}

/**
 * Allows a certificate if one of its common names is in the list.
 *
 * @param names - one or more names, which are compared exactly, including case
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` if a name isn't a string, or
 *   `ERR_INVALID_ARG_VALUE` if the list or a name is empty
 * @example
 * import { allowCN } from 'passport-client-certificate-auth/helpers'
 *
 * const isAllowed = allowCN(['alice', 'bob'])
 */
export function allowCN(names: string | readonly string[]): CertificatePredicate {
  return allowAttribute('CN', assertTexts('allowCN(names)', names))
}

/**
 * Allows a certificate if one of its organizational units (`OU`) is in the list.
 *
 * @param units - one or more units, which are compared exactly, including case
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, as {@link allowCN}
 * @example
 * import { allowOU } from 'passport-client-certificate-auth/helpers'
 *
 * const isAllowed = allowOU('Engineering')
 */
export function allowOU(units: string | readonly string[]): CertificatePredicate {
  return allowAttribute('OU', assertTexts('allowOU(units)', units))
}

/**
 * Allows a certificate if one of its organizations (`O`) is in the list.
 *
 * @param organizations - one or more organizations, which are compared exactly, including case
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, as {@link allowCN}
 * @example
 * import { allowOrganization } from 'passport-client-certificate-auth/helpers'
 *
 * const isAllowed = allowOrganization('Example Ltd')
 */
export function allowOrganization(organizations: string | readonly string[]): CertificatePredicate {
  return allowAttribute('O', assertTexts('allowOrganization(organizations)', organizations))
}

/**
 * Allows a certificate if its subject has every given attribute with the given value.
 *
 * @param fields - at least one attribute, with a value that is compared exactly, including case
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` if `fields` isn't an object or a value isn't a
 *   string, or `ERR_INVALID_ARG_VALUE` without any attribute, which would allow every client
 * @example
 * import { allowSubject } from 'passport-client-certificate-auth/helpers'
 *
 * const isAllowed = allowSubject({ O: 'Example Ltd', OU: 'Engineering' })
 */
export function allowSubject(fields: NameFields): CertificatePredicate {
  const matches = matchName('allowSubject(fields)', fields)
  return (cert) => matches(cert.subject)
}

/**
 * Allows a certificate if its issuer has every given attribute with the given value. Use it to choose
 * between the CAs that the server or the proxy trusts. It doesn't verify any signature, so a client can
 * write any issuer into a certificate that nothing else has verified.
 *
 * @param fields - as for {@link allowSubject}
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, as
 *   {@link allowSubject}
 * @example
 * import { allowIssuer } from 'passport-client-certificate-auth/helpers'
 *
 * const isAllowed = allowIssuer({ CN: 'Example Partner CA' })
 */
export function allowIssuer(fields: NameFields): CertificatePredicate {
  const matches = matchName('allowIssuer(fields)', fields)
  return (cert) => matches(cert.issuer)
}

function allowAttribute(attribute: string, values: readonly string[]): CertificatePredicate {
  const allowed = new Set(values)
  return (cert) => readAttribute(cert.subject, attribute).some((value) => allowed.has(value))
}

function matchName(name: string, fields: unknown): (subject: unknown) => boolean {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw invalidType(name, 'an object', fields)
  }
  const wanted = Object.entries(fields) as [string, string][]
  if (wanted.length === 0) throw invalidValue(name, 'must name at least one attribute', fields)
  wanted.forEach(([attribute, value]) => {
    assertText(`${name} "${attribute}"`, value)
  })
  return (subject) =>
    wanted.every(([attribute, value]) => readAttribute(subject, attribute).includes(value))
}

/**
 * Lists the values of an attribute of a subject or issuer, which is an array if it occurs several times.
 * Reads only own properties, because an attribute may have the name of a member of Object.prototype.
 */
export function readAttribute(subject: unknown, attribute: string): readonly string[] {
  if (typeof subject !== 'object' || subject === null || !Object.hasOwn(subject, attribute))
    return []
  const value = (subject as Record<string, string | string[] | undefined>)[attribute]
  return [value ?? []].flat()
}
