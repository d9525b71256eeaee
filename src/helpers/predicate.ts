/// <reference types="node" preserve="true" />
import type { PeerCertificate } from 'node:tls'
import { assertText } from '../util/assert.js'
import { invalidType, invalidValue } from '../util/errors.js'

/** Decides whether a certificate is allowed. The `allow*` functions return such predicates. */
export type CertificatePredicate = (cert: PeerCertificate) => boolean

/** An argument of `allOf()` and `anyOf()`: a predicate, or your own function. */
export type CertificateTest = (
  cert: PeerCertificate,
  ...rest: never[]
) => boolean | PromiseLike<boolean>

/** Accepts one string or a list of strings. An empty list throws, because it would allow no client. */
export function assertTexts(name: string, value: unknown): readonly string[] {
  const list: unknown = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list)) throw invalidType(name, 'a string or an array of strings', value)
  if (list.length === 0) throw invalidValue(name, 'must not be empty', value)
  // Not forEach, which skips the gaps of a sparse array.
  for (const [index, text] of list.entries()) {
    assertText(list.length === 1 ? name : `${name}[${index}]`, text)
  }
  // A copy, so that a later change to the caller's array doesn't change which clients are allowed.
  return [...(list as string[])]
}
