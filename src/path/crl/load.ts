import { readFields } from '../../certificate/fields.js'
import { kindOf, invalidType, invalidValue } from '../../util/errors.js'
import { type ListProblem, readList, type RevocationList } from './reader.js'
import { HINT_AT_FILE_NAME } from '../../util/pem-blocks.js'
import { decodePemLists, looksLikePem, MAX_LISTS, type PemFault } from './pem.js'
import { MAX_PART_BYTES, SLICE, type Sliced } from './slices.js'

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

const WHOLE_BLOCKS = 'must hold whole X509 CRL blocks in PEM'

/** Why a list can't be used, and what to do about it. */
const PROBLEMS: Readonly<Record<ListProblem | PemFault, string>> = {
  empty: 'is empty. Pass the contents of a revocation list, in PEM or DER',
  file_name: `${WHOLE_BLOCKS}${HINT_AT_FILE_NAME}`,
  truncated: 'is truncated, because an END line is missing. Download it again',
  certificate: 'is a certificate. Pass the revocation list of the CA instead',
  not_only_lists: `${WHOLE_BLOCKS}, and nothing else but comments around them`,
  malformed: "isn't a revocation list as RFC 5280 requires, in DER or PEM. Download it again",
  delta: 'is a delta CRL, which only lists changes. Pass the complete list of the CA instead',
  indirect:
    'is an indirect CRL, which holds certificates of other CAs. Pass lists that each CA signs itself',
}

/**
 * Reads its own copies of the sources, because the caller may change them later.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE`, which names the list by its position
 */
export function* loadLists(name: string, sources: readonly CrlSource[]): Sliced<RevocationList[]> {
  const lists: RevocationList[] = []
  for (const source of sources) {
    const ders = looksLikePem(source)
      ? yield* decodePemLists(source)
      : [yield* copy(source as Uint8Array)]
    const position = `CRL ${lists.length + 1} of ${name}`
    if (typeof ders === 'string') {
      throw invalidValue(sources.length > 1 ? position : name, PROBLEMS[ders], kindOf(source))
    }
    if (lists.length + ders.length > MAX_LISTS)
      throw invalidValue(name, `must hold at most ${MAX_LISTS} lists`, kindOf(source))
    for (const der of ders) {
      const list = yield* readList(der)
      if (typeof list === 'string') {
        const problem = list === 'malformed' && isCertificate(der) ? 'certificate' : list
        throw invalidValue(`CRL ${lists.length + 1} of ${name}`, PROBLEMS[problem], kindOf(source))
      }
      lists.push(list)
    }
  }
  return lists
}

/** Reads no forged list of any size. */
function isCertificate(der: Buffer): boolean {
  return der.length <= MAX_PART_BYTES && readFields(der) !== undefined
}

/** Memory for 50 MB takes twice as long as a slice may, so it isn't cleared, and filled in slices. */
function* copy(bytes: Uint8Array): Sliced<Buffer> {
  const copied = Buffer.allocUnsafeSlow(bytes.length)
  for (let at = 0; at < bytes.length; at += SLICE.bytes) {
    if (at > 0) yield
    copied.set(bytes.subarray(at, at + SLICE.bytes), at)
  }
  return copied
}
