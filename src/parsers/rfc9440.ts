import { decodeList, splitCertificates } from './base64-der.js'
import { decodeOptionallyPaddedBase64 } from './base64.js'
import type { DecodingFault } from './decoding-fault.js'

/**
 * Decodes the value of `Client-Cert`: exactly one Byte Sequence, `:base64:`, without parameters
 * (RFC 9440 2.2 doesn't allow a list of values).
 */
export function decodeRfc9440(text: string): Buffer[] | undefined {
  const bytes = decodeByteSequence(text)
  return bytes === undefined ? undefined : [bytes]
}

/**
 * Decodes the value of `Client-Cert-Chain`: a List of Byte Sequences (RFC 9440 2.3). The proxy may have
 * sent it in several lines, which are joined by commas and optional white space (RFC 8941 4.2.1).
 *
 * HAProxy's `:%[ssl_c_chain_der,base64]:` is a single Byte Sequence with all certificates directly after
 * each other.
 */
export function decodeRfc9440Chain(text: string): Buffer[] | DecodingFault | undefined {
  const decodeItem = (item: string) => decodeByteSequence(trimOptionalWhitespace(item))
  return splitCertificates(decodeList(text, ',', decodeItem))
}

/** RFC 8941 3.3.5. */
function decodeByteSequence(text: string): Buffer | undefined {
  if (!text.startsWith(':') || !text.endsWith(':')) return undefined
  return decodeOptionallyPaddedBase64(text.slice(1, -1))
}

/** RFC 9110 5.6.3: only spaces and tabs are optional white space, but `trim()` removes other characters too. */
function trimOptionalWhitespace(text: string): string {
  let start = 0
  let end = text.length
  while (isSpaceOrTab(text[start])) start += 1
  while (isSpaceOrTab(text[end - 1])) end -= 1
  return text.slice(start, end)
}

function isSpaceOrTab(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
