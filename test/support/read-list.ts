import { readList, type RevocationList } from '../../src/path/crl/reader.js'
import { runAtOnce } from '../../src/path/crl/slices.js'
import { generate } from './der-chain.js'
import { type CrlParts, crlOf } from './crl-writer.js'

const signer = generate()

/** Reads a list with these parts: why it can't be used, or the list. */
export const readParts = (
  parts: Partial<CrlParts>,
): Exclude<ReturnType<typeof readDer>, undefined> => readDer(crlOf({ signer, ...parts }))

export function readDer(der: Buffer): RevocationList | 'malformed' | 'delta' | 'indirect' {
  return runAtOnce(readList(der))
}

/** The list with these parts, which has to be one. */
export function usableList(parts: Partial<CrlParts>): RevocationList {
  const list = readParts(parts)
  if (typeof list === 'string') throw new Error(`The list is ${list}`)
  return list
}
