import { endOfCertificate } from '../certificate/der.js'
import { decodeBase64 } from './base64.js'
import { type DecodingFault, TOO_MANY_CERTIFICATES } from './decoding-fault.js'
import { MAX_CHAIN_CERTS } from './limits.js'

/**
 * Decodes base64 of DER: one certificate, or a list as Traefik sends it, with the leaf first and commas
 * between the certificates.
 *
 * A space next to a comma is rejected, because HTTP joins a header that was sent twice with a comma and a
 * space, and the client may have forged the first copy.
 */
export function decodeBase64Der(text: string): Buffer[] | DecodingFault | undefined {
  return decodeList(text, ',', decodeBase64)
}

/**
 * Decodes a chain in its own header: a list as in {@link decodeBase64Der}, or HAProxy's
 * `ssl_c_chain_der`, which has the certificates directly after each other.
 */
export function decodeBase64DerChain(text: string): Buffer[] | DecodingFault | undefined {
  return splitCertificates(decodeBase64Der(text))
}

/** Splits each buffer at the ends of its certificates, so that each result is one certificate. */
export function splitCertificates(
  list: Buffer[] | DecodingFault | undefined,
): Buffer[] | DecodingFault | undefined {
  if (!Array.isArray(list)) return list
  const certificates: Buffer[] = []
  for (const bytes of list) {
    let at = 0
    do {
      const end = endOfCertificate(bytes, at)
      if (end === undefined) return undefined
      if (certificates.length === MAX_CHAIN_CERTS) return TOO_MANY_CERTIFICATES
      certificates.push(bytes.subarray(at, end))
      at = end
    } while (at < bytes.length)
  }
  return certificates
}

/** Splits at a separator, counts, and only then decodes. An item that can't be decoded fails the list. */
export function decodeList(
  text: string,
  separator: string,
  decode: (item: string) => Buffer | undefined,
): Buffer[] | DecodingFault | undefined {
  // Splitting off one item too many is enough to detect a list that is too long.
  const items = text.split(separator, MAX_CHAIN_CERTS + 1)
  if (items.length > MAX_CHAIN_CERTS) return TOO_MANY_CERTIFICATES
  const decoded: Buffer[] = []
  for (const item of items) {
    const bytes = decode(item)
    if (bytes === undefined) return undefined
    decoded.push(bytes)
  }
  return decoded
}
