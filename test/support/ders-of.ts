import type { Decoder } from '../../src/parsers/decoders.js'

/** The certificates that a decoder found; nothing in place of a fault, whatever it says. */
export function dersOf(decoded: ReturnType<Decoder>): Buffer[] | undefined {
  return Array.isArray(decoded) ? decoded : undefined
}
