import { decodePem } from './pem.js'

/**
 * Decodes percent-encoded PEM: one certificate, or a chain with the leaf first.
 *
 * This is percent-encoding (RFC 3986 2.1), not a form (`application/x-www-form-urlencoded`): a
 * literal `+` is a base64 digit, never a space. nginx escapes `+ / =`; AWS and Apache leave them.
 */
export function decodeUrlPem(text: string): Buffer[] | undefined {
  let pem: string
  try {
    pem = decodeURIComponent(text)
  } catch {
    return undefined
  }
  return decodePem(pem)
}
