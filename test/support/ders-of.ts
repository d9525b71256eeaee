import type { Decoder } from '../../src/parsers/decoders.js'

/** The certificates that a decoder found, or `undefined` for a fault of any kind. */
export function dersOf(decoded: ReturnType<Decoder>): Buffer[] | undefined {
  return Array.isArray(decoded) ? decoded : undefined
}
