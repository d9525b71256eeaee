import { isIPv4, isIPv6 } from 'node:net'
import type { PeerCertificate } from 'node:tls'
import { types } from 'node:util'
import { readSubjectAltNames } from '../certificate/general-names.js'
import {
  parseSubjectAltNames,
  type SubjectAltName,
  UNSUPPORTED,
} from '../certificate/subject-alt-name.js'
import { invalidValue } from '../util/errors.js'
import { readAttribute } from './names.js'
import { assertTexts, type CertificatePredicate } from './predicate.js'

/** Brings a value into the only spelling that we compare; returns `undefined` for an invalid value. */
type Normalize = (value: string) => string | undefined

const TYPES: ReadonlyMap<string, { readonly node: string; readonly normalize: Normalize }> =
  new Map([
    ['dns', { node: 'DNS', normalize: toLowerAscii }],
    ['email', { node: 'email', normalize: normalizeEmail }],
    ['uri', { node: 'URI', normalize: normalizeUri }],
    ['ip', { node: 'IP Address', normalize: normalizeAddress }],
    ['ip address', { node: 'IP Address', normalize: normalizeAddress }],
    ['othername', { node: 'othername', normalize: normalizeOtherName }],
    ['dirname', { node: 'DirName', normalize: (value) => value }],
    ['registered id', { node: 'Registered ID', normalize: (value) => value }],
  ])

/**
 * Allows a certificate if it has one of these subject alternative names.
 *
 * @param names - each begins with its type: `DNS:api.example.com`, `email:ops@example.com`,
 *   `URI:spiffe://example.com/api`, `IP:192.0.2.7`, `othername:UPN:user@example.com`. Case is ignored
 *   in host names, in the domains of e-mail addresses and in the schemes and hosts of URIs; everything
 *   else is compared exactly. Wildcards aren't supported: `DNS:*.example.com` allows only that name.
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for example for an
 *   empty list, or for a name without a type, because a bare `admin@example.com` could match a name of
 *   another type
 * @example
 * import { allowSAN } from 'passport-client-certificate-auth/helpers'
 *
 * const isAllowed = allowSAN(['DNS:api.example.com', 'URI:spiffe://example.com/api'])
 */
export function allowSAN(names: string | readonly string[]): CertificatePredicate {
  const option = 'allowSAN(names)'
  const allowed = new Set(assertTexts(option, names).map((name) => compileName(option, name)))
  return (cert) => readNames(cert).some((name) => allowed.has(name))
}

/**
 * Allows a certificate if it has one of these e-mail addresses, as a subject alternative name or as the
 * subject's `emailAddress` attribute.
 *
 * @param addresses - case is ignored in the domain, and the part before `@` is compared exactly
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for example for an
 *   empty list, or for a string that isn't an e-mail address
 * @example
 * import { allowEmail } from 'passport-client-certificate-auth/helpers'
 *
 * const isAllowed = allowEmail(['ops@example.com', 'alice@example.com'])
 */
export function allowEmail(addresses: string | readonly string[]): CertificatePredicate {
  const option = 'allowEmail(addresses)'
  const allowed = new Set(
    assertTexts(option, addresses).map((address) => compileName(option, `email:${address}`)),
  )
  return (cert) =>
    [...readNames(cert), ...readSubjectAddresses(cert)].some((name) => allowed.has(name))
}

function compileName(option: string, name: string): string {
  const colon = name.indexOf(':')
  const type = TYPES.get(name.slice(0, Math.max(colon, 0)).toLowerCase())
  if (type === undefined) {
    throw invalidValue(option, 'must begin with its type, such as "DNS:" or "URI:"', name)
  }
  const value = type.normalize(name.slice(colon + 1))
  if (value === undefined || value === '') {
    throw invalidValue(option, `must be a valid ${type.node} name`, name)
  }
  return toKey(type.node, value)
}

function readNames(cert: PeerCertificate): string[] {
  return listNames(cert).flatMap(({ type, value }) => {
    const normalized = TYPES.get(type.toLowerCase())?.normalize(value)
    return normalized === undefined ? [] : [toKey(type, normalized)]
  })
}

/**
 * Reads the names from the certificate's own bytes, so that the result is the same in every runtime. An
 * object without bytes, such as a forwarded identity, has the string that Node documents instead.
 */
function listNames(cert: PeerCertificate): readonly SubjectAltName[] {
  const { raw, subjectaltname: text } = cert as { raw?: unknown; subjectaltname?: unknown }
  if (types.isUint8Array(raw)) return readSubjectAltNames(raw) ?? []
  const hasText = typeof text === 'string' && (raw === undefined || raw === null)
  return hasText ? parseSubjectAltNames(text) : []
}

function readSubjectAddresses(cert: PeerCertificate): string[] {
  return readAttribute(cert.subject, 'emailAddress').flatMap((address) => {
    const normalized = normalizeEmail(address)
    return normalized === undefined ? [] : [toKey('email', normalized)]
  })
}

/** Names of different types are never equal. */
function toKey(nodeType: string, value: string): string {
  return `${nodeType}:${value}`
}

/** Changes only ASCII letters, because `toLowerCase()` would turn the Kelvin sign into a `k`. */
function toLowerAscii(text: string): string {
  let lower = ''
  for (const character of text) {
    lower += character >= 'A' && character <= 'Z' ? character.toLowerCase() : character
  }
  return lower
}

/** RFC 5280 7.5: case is ignored in the host part, and the local part is compared exactly. */
function normalizeEmail(address: string): string | undefined {
  const at = address.lastIndexOf('@')
  if (at < 1 || at === address.length - 1) return undefined
  return address.slice(0, at) + toLowerAscii(address.slice(at))
}

/**
 * RFC 5280 7.4: case is ignored in scheme and host, and the rest is compared exactly. Paths aren't
 * normalized, so `/a/../b` differs from `/b`.
 */
function normalizeUri(uri: string): string {
  const colon = uri.indexOf(':')
  const scheme = toLowerAscii(uri.slice(0, colon + 1))
  const rest = uri.slice(colon + 1)
  if (!rest.startsWith('//')) return scheme + rest
  const authority = rest.slice(0, endOfAuthority(rest))
  const host = authority.lastIndexOf('@') + 1
  return (
    scheme +
    authority.slice(0, host) +
    toLowerAscii(authority.slice(host)) +
    rest.slice(authority.length)
  )
}

/** RFC 3986 3.2: host and port begin after `//` and end before the next `/`, `?` or `#`. */
function endOfAuthority(rest: string): number {
  let end = 2
  while (end < rest.length && !'/?#'.includes(rest[end] as string)) end += 1
  return end
}

/** Node shows the same string for all names that it can't convert, so that string must not match. */
function normalizeOtherName(value: string): string | undefined {
  return value === UNSUPPORTED ? undefined : value
}

function normalizeAddress(address: string): string | undefined {
  if (isIPv4(address)) return address
  // A zone (`%eth0`) means something only on one host and isn't part of the address.
  return isIPv6(address) && !address.includes('%') ? expandAddress(address) : undefined
}

const IPV6_GROUPS = 8

/** RFC 4291 2.2: writes all eight groups without leading zeros, so that each address has one spelling. */
function expandAddress(address: string): string {
  const [head = [], tail = []] = address.split('::').map(readGroups)
  const zeros = Array<number>(IPV6_GROUPS - head.length - tail.length).fill(0)
  return [...head, ...zeros, ...tail].map((group) => group.toString(16)).join(':')
}

/** The last 32 bits may be written as an IPv4 address. */
function readGroups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}
