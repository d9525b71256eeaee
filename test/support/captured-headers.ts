import type { HeaderEncoding } from '../../src/parsers/encodings.js'
import { readCaptures } from './captures.js'

/** The encodings of the headers that hold the client's certificate in the captures, by lower-case name. */
const ENCODINGS: Readonly<Record<string, HeaderEncoding>> = {
  'x-ssl-client-cert': 'url-pem',
  'ssl-client-cert': 'url-pem',
  'x-ssl-client-cert-der': 'base64-der',
  'x-client-cert-der': 'base64-der',
  'x-forwarded-tls-client-cert': 'base64-der',
  'client-cert': 'rfc9440',
  ssl_client_cert: 'apache-pem',
  // Apache's `escape` leaves `+ / =` as they are.
  'x-esc-pem': 'url-pem-aws',
  'x-b64-pem': 'base64-pem',
}

/** A header with a certificate, as a real proxy sent it. */
export interface CapturedHeader {
  readonly capture: string
  readonly proxy: string
  readonly header: string
  readonly value: string
  readonly encoding: HeaderEncoding
}

/** All headers with a certificate in the captures. A shorter value says that there is none. */
export function capturedHeaders(): CapturedHeader[] {
  return [...readCaptures()].flatMap(([capture, { proxy, rawHeaders }]) =>
    (rawHeaders ?? []).flatMap((header, index, all) => {
      const encoding = index % 2 === 0 ? ENCODINGS[header.toLowerCase()] : undefined
      const value = all[index + 1] ?? ''
      const isCertificate = encoding !== undefined && value.length > 500
      return isCertificate ? [{ capture, proxy, header, value, encoding }] : []
    }),
  )
}

export const CAPTURED_HEADER_NAMES: readonly string[] = Object.keys(ENCODINGS)
