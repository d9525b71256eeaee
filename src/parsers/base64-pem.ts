import { decodeBase64 } from './base64.js'
import type { DecodingFault } from './decoding-fault.js'
import { decodePem } from './pem.js'

/** Decodes base64 of PEM, as Apache's `expr=%{base64:%{SSL_CLIENT_CERT}}` sends it. */
export function decodeBase64Pem(text: string): Buffer[] | DecodingFault | undefined {
  const pem = decodeBase64(text)
  return pem && decodePem(pem.toString('latin1'))
}
