import { readFields } from '../../certificate/fields.js'
import { readSubjectAltNames } from '../../certificate/general-names.js'

/** A value that may have been copied from the certificate into the header, unquoted and unescaped. */
export interface XfccName {
  /** Lower case: `uri` and `dns` with Envoy. */
  readonly type: string
  readonly value: string
  /** Whether it is in quotes, which Envoy doesn't write: then they are a part of the name. */
  readonly quoted: boolean
}

const TYPES: readonly string[] = ['uri', 'dns']

/** Whether a name is of a kind that Envoy writes, in the way that Envoy writes it. */
export function isKnownName({ type, quoted }: XfccName): boolean {
  return !quoted && TYPES.includes(type)
}

/**
 * Whether the names of an element are those of its certificate, complete and in order. A name that
 * was cut off at one of its commas or semicolons isn't, because the client wrote the text behind it. A
 * value that can't be compared isn't either, because the certificate or its extension can't be read.
 */
export function hasGenuineNames(der: Buffer, names: readonly XfccName[]): boolean {
  if (!names.every(isKnownName)) return false
  // Not by parsing it: of ten elements, nine may hold keys that a client chose because they are slow.
  const key = readFields(der)?.publicKey
  const genuine = readSubjectAltNames(der)
  if (key === undefined || key.kind === 'unusable' || genuine === undefined) return false
  return TYPES.every((type) => {
    const written = names.filter((name) => name.type === type).map(({ value }) => value)
    const expected = genuine
      .filter((name) => name.type.toLowerCase() === type)
      .map(({ value }) => value)
    // Envoy writes an empty `URI=` where there is none, and, in older versions, only the first of several.
    return (
      written.length === 0 ||
      areEqual(written, expected.length === 0 ? [''] : expected) ||
      (type === 'uri' && areEqual(written, expected.slice(0, 1)))
    )
  })
}

function areEqual(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index])
}
