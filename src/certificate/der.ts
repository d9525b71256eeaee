const SEQUENCE = 0x30
/** Lengths of fewer bytes are written in the tag's neighbour itself; no certificate is that short. */
const LONG_FORM = 0x80

/**
 * How many bytes the DER SEQUENCE takes that begins at `at` (X.690 8.1.3), if one does: what it
 * says, which may be more than there are.
 */
export function readSequenceLength(bytes: Uint8Array, at: number): number | undefined {
  const digits = (bytes[at + 1] ?? 0) - LONG_FORM
  if (bytes[at] !== SEQUENCE || digits < 1 || digits > 4) return undefined
  let content = 0
  for (let digit = 0; digit < digits; digit += 1) {
    content = content * 256 + (bytes[at + 2 + digit] ?? 0)
  }
  return 2 + digits + content
}
