import { kindOf, invalidType, invalidValue } from '../../util/errors.js'
import { type ListProblem, readList, type RevocationList } from './reader.js'
import { decodePemLists, looksLikePem } from './pem.js'
import type { Sliced } from './slices.js'

/** A list or, in PEM, a bundle of several: PEM or DER. */
export type CrlSource = string | Uint8Array

/** One source of lists, or an array of them. */
export type CrlSources = CrlSource | readonly CrlSource[]

/**
 * Checks the types only, because reading a large list takes a while.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`
 */
export function parseCrlSources(name: string, value: unknown): readonly CrlSource[] {
  const sources: readonly unknown[] = Array.isArray(value) ? value : [value]
  return sources.map((source) => {
    if (typeof source === 'string' || source instanceof Uint8Array) return source
    throw invalidType(name, 'PEM, DER, or a list of these', kindOf(source))
  })
}

/** Why a list can't be used, and what to do about it. */
const PROBLEMS: Readonly<Record<ListProblem, string>> = {
  malformed: "isn't a revocation list as RFC 5280 requires, in DER or PEM. Download it again",
  delta: 'is a delta CRL, which only lists changes. Pass the complete list of the CA instead',
  indirect:
    'is an indirect CRL, which holds certificates of other CAs. Pass lists that each CA signs itself',
}

/**
 * @param areOwn - whether the caller can't change the sources, so that the lists may keep them
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE`, which names the list by its position
 */
export function* loadLists(
  name: string,
  sources: readonly CrlSource[],
  areOwn: boolean,
): Sliced<RevocationList[]> {
  const lists: RevocationList[] = []
  for (const source of sources) {
    const ders = looksLikePem(source)
      ? yield* decodePemLists(source)
      : [toBuffer(source as Uint8Array, areOwn)]
    if (ders === undefined) {
      throw invalidValue(
        name,
        'must hold whole X509 CRL blocks in PEM, and nothing else but comments around them',
        kindOf(source),
      )
    }
    for (const der of ders) {
      const list = yield* readList(der)
      if (typeof list === 'string')
        throw invalidValue(`CRL ${lists.length + 1} of ${name}`, PROBLEMS[list], kindOf(source))
      lists.push(list)
    }
  }
  return lists
}

function toBuffer(bytes: Uint8Array, isOwn: boolean): Buffer {
  return isOwn ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.from(bytes)
}
