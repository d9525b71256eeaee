import { decodeBase64 } from './base64.js'
import { type DecodingFault, TOO_MANY_CERTIFICATES } from './decoding-fault.js'
import { MAX_CHAIN_CERTS } from './limits.js'

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'

/**
 * Decodes one or more PEM certificates, one after another, into DER (RFC 7468 section 3).
 *
 * OpenSSL skips everything before the BEGIN line. This decoder is stricter: it rejects anything before
 * the first block, anything but line ends after a block, and headers, blank lines and spaces inside a
 * block. Lines may have any length.
 */
export function decodePem(pem: string): Buffer[] | DecodingFault | undefined {
  return decodeBlocks(pem.replaceAll('\r\n', '\n'), '\n')
}

/** Like {@link decodePem}, for callers that don't tell one fault from another. */
export function listPem(pem: string): Buffer[] {
  const decoded = decodePem(pem)
  return Array.isArray(decoded) ? decoded : []
}

/**
 * Decodes PEM that has a space for each line end, as Apache writes it into a header. The last space may
 * be missing, because HTTP parsers trim header values.
 */
export function decodeSpacedPem(pem: string): Buffer[] | DecodingFault | undefined {
  return decodeBlocks(pem, ' ')
}

function decodeBlocks(text: string, lineEnd: string): Buffer[] | DecodingFault | undefined {
  const blocks: Buffer[] = []
  let at = 0
  while (at < text.length) {
    const end = text.indexOf(END, at)
    if (end === -1 || !text.startsWith(BEGIN, at)) return undefined
    if (blocks.length === MAX_CHAIN_CERTS) return TOO_MANY_CERTIFICATES
    const der = decodeBody(text.slice(at + BEGIN.length, end), lineEnd)
    if (der === undefined) return undefined
    blocks.push(der)
    at = end + END.length
    if (at < text.length && text[at] !== lineEnd) return undefined
    while (text[at] === lineEnd) at += 1
  }
  return blocks.length === 0 ? undefined : blocks
}

function decodeBody(body: string, lineEnd: string): Buffer | undefined {
  if (!body.startsWith(lineEnd) || !body.endsWith(lineEnd)) return undefined
  return body.includes(lineEnd + lineEnd) ? undefined : decodeBase64(body.replaceAll(lineEnd, ''))
}
