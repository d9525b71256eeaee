import { createHash } from 'node:crypto'
import type { HeaderEncoding } from '../../parsers/encodings.js'
import { toPem } from '../forge.js'

/** Writes a certificate into a header as the proxies do that use this encoding. */
export function encodeCertificate(der: Buffer, encoding: HeaderEncoding): string {
  return ENCODERS[encoding](der)
}

const ENCODERS: Readonly<Record<HeaderEncoding, (der: Buffer) => string>> = {
  'url-pem': toUrlPem,
  // AWS leaves these characters as they are.
  'url-pem-aws': (der) => toUrlPem(der).replaceAll(/%(?:2B|2F|3D)/g, decodeURIComponent),
  xfcc: (der) => `Hash=${hash(der)};Cert="${toUrlPem(der)}"`,
  'base64-der': (der) => der.toString('base64'),
  rfc9440: (der) => `:${der.toString('base64')}:`,
  'apache-pem': (der) => toPem(der).trimEnd().replaceAll('\n', ' '),
  'base64-pem': (der) => Buffer.from(toPem(der)).toString('base64'),
}

function toUrlPem(der: Buffer): string {
  return encodeURIComponent(toPem(der))
}

function hash(der: Buffer): string {
  return createHash('sha256').update(der).digest('hex')
}
