import { endOfCertificate } from '../certificate/der.js'
import { decodeBase64 } from './base64.js'
import { MAX_CHAIN_CERTS } from './limits.js'

/**
 * Decodes base64 of DER: one certificate, or a list joined by bare commas with the leaf first, as
 * Traefik sends it.
 *
 * No space is allowed around a comma: that is how HTTP joins a header that was sent twice, and the
 * first of two copies is the one the client may have forged.
 */
export function decodeBase64Der(text: string): Buffer[] | undefined {
  return decodeList(text, ',', decodeBase64)
}

/**
 * Decodes a chain in a header of its own: a list like that of {@link decodeBase64Der}, or what HAProxy
 * has of a chain (`ssl_c_chain_der`), the certificates one right after another.
 */
export function decodeBase64DerChain(text: string): Buffer[] | undefined {
  return splitCertificates(decodeBase64Der(text))
}

/** Cuts each of the buffers where a certificate ends, so that there are as many as certificates. */
export function splitCertificates(list: readonly Buffer[] | undefined): Buffer[] | undefined {
  if (list === undefined) return undefined
  const certificates: Buffer[] = []
  for (const bytes of list) {
    let at = 0
    do {
      const end = endOfCertificate(bytes, at)
      if (end === undefined || certificates.length === MAX_CHAIN_CERTS) return undefined
      certificates.push(bytes.subarray(at, end))
      at = end
    } while (at < bytes.length)
  }
  return certificates
}

/** Splits at a separator, counts, and only then decodes; one item that fails refuses the list. */
export function decodeList(
  text: string,
  separator: string,
  decode: (item: string) => Buffer | undefined,
): Buffer[] | undefined {
  // One more than allowed is enough to know, however many separators the text holds.
  const items = text.split(separator, MAX_CHAIN_CERTS + 1)
  if (items.length > MAX_CHAIN_CERTS) return undefined
  const decoded: Buffer[] = []
  for (const item of items) {
    const bytes = decode(item)
    if (bytes === undefined) return undefined
    decoded.push(bytes)
  }
  return decoded
}
