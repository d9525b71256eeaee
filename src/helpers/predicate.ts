/// <reference types="node" preserve="true" />
import type { PeerCertificate } from 'node:tls'
import { assertText } from '../util/assert.js'
import { invalidType, invalidValue } from '../util/errors.js'

/** Whether a certificate is allowed. Made by the `allow*` functions. */
export type CertificatePredicate = (cert: PeerCertificate) => boolean

/** What the combinators take: a predicate, or a check of the application's own. */
export type CertificateTest = (
  cert: PeerCertificate,
  ...rest: never[]
) => boolean | PromiseLike<boolean>

/** A list of texts, or a single one. An empty list is refused: it would allow nobody. */
export function assertTexts(what: string, value: unknown): readonly string[] {
  const list: unknown = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list)) throw invalidType(what, 'a string or an array of strings', value)
  if (list.length === 0) throw invalidValue(what, 'must not be empty', value)
  // Not forEach, which passes over the gaps of a sparse array.
  for (const [index, text] of list.entries()) {
    assertText(list.length === 1 ? what : `${what}[${index}]`, text)
  }
  // Copied, so that a change to the caller's array is not a change of who is allowed.
  return [...(list as string[])]
}
