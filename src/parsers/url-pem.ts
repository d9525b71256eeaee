import type { DecodingFault } from './decoding-fault.js'
import { decodePem } from './pem.js'

/**
 * Decodes percent-encoded PEM: one certificate, or a chain with the leaf first.
 *
 * This is percent-encoding (RFC 3986 2.1), not the encoding of forms: a `+` is a base64 digit and never a
 * space. nginx escapes `+ / =`, but AWS and Apache don't.
 */
export function decodeUrlPem(text: string): Buffer[] | DecodingFault | undefined {
  let pem: string
  try {
    pem = decodeURIComponent(text)
  } catch {
    return undefined
  }
  return decodePem(pem)
}
