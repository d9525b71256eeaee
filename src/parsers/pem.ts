import { decodeBase64 } from './base64.js'
import { MAX_CHAIN_CERTS } from './limits.js'

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'

/**
 * Decodes one or more PEM certificates, one after another, into DER (RFC 7468 section 3).
 *
 * Stricter than OpenSSL, which skips whatever stands before the armour: nothing may stand in front of
 * the first block, only line ends behind each, and no header, blank line or space inside. Lines may
 * have any length.
 */
export function decodePem(pem: string): Buffer[] | undefined {
  return decodeBlocks(pem.replaceAll('\r\n', '\n'), '\n')
}

/**
 * The same with a space for each line end, as Apache writes it into a header. The last one is cut off
 * by whoever reads the header.
 */
export function decodeSpacedPem(pem: string): Buffer[] | undefined {
  return decodeBlocks(pem, ' ')
}

function decodeBlocks(text: string, lineEnd: string): Buffer[] | undefined {
  const blocks: Buffer[] = []
  let at = 0
  while (at < text.length) {
    const end = text.indexOf(END, at)
    if (end === -1 || !text.startsWith(BEGIN, at) || blocks.length === MAX_CHAIN_CERTS) {
      return undefined
    }
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
