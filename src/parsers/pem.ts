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
  const text = pem.replaceAll('\r\n', '\n')
  const blocks: Buffer[] = []
  let at = 0
  while (at < text.length) {
    const end = text.indexOf(END, at)
    if (end === -1 || !text.startsWith(BEGIN, at) || blocks.length === MAX_CHAIN_CERTS) {
      return undefined
    }
    const der = decodeBody(text.slice(at + BEGIN.length, end))
    if (der === undefined) return undefined
    blocks.push(der)
    at = end + END.length
    if (at < text.length && text[at] !== '\n') return undefined
    while (text[at] === '\n') at += 1
  }
  return blocks.length === 0 ? undefined : blocks
}

function decodeBody(body: string): Buffer | undefined {
  if (!body.startsWith('\n') || !body.endsWith('\n') || body.includes('\n\n')) return undefined
  return decodeBase64(body.replaceAll('\n', ''))
}
