import {
  type ChainedPeerCertificate,
  parseCertificate,
  toPeerCertificate,
} from '../certificate/peer-certificate.js'
import { invalidType, invalidValue } from '../util/errors.js'
import { listPem } from './pem.js'

/**
 * Parses the PEM of exactly one certificate, without anything before or after it.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` if `pem` isn't a string, or
 *   `ERR_INVALID_ARG_VALUE` if it isn't exactly one certificate that Node can show
 * @example
 * import { readFileSync } from 'node:fs'
 * import { pemToCertificate } from 'passport-client-certificate-auth/parsers'
 *
 * const { subject } = pemToCertificate(readFileSync('client.pem', 'utf8'))
 */
export function pemToCertificate(pem: string): ChainedPeerCertificate {
  const name = 'pemToCertificate(pem)'
  const given: unknown = pem
  if (typeof given !== 'string') throw invalidType(name, 'a string', given)
  const [der, ...others] = listPem(given)
  // Never quotes the string, because it may be a private key that was mistaken for a certificate.
  const found = /^-----BEGIN [A-Z0-9 ]{1,40}-----/.exec(given)?.[0] ?? `${given.length} characters`
  if (der === undefined || others.length > 0) throw notOne(name, 'PEM', found)
  return show(der, name, 'PEM', found)
}

/**
 * Parses the DER of exactly one certificate, without bytes after it.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` if `der` isn't a Buffer or Uint8Array, or
 *   `ERR_INVALID_ARG_VALUE` if it isn't exactly one certificate that Node can show
 * @example
 * import { derToCertificate } from 'passport-client-certificate-auth/parsers'
 *
 * const { fingerprint256 } = derToCertificate(Buffer.from(text, 'base64'))
 */
export function derToCertificate(der: Uint8Array): ChainedPeerCertificate {
  const name = 'derToCertificate(der)'
  const given: unknown = der
  if (!(given instanceof Uint8Array)) throw invalidType(name, 'a Buffer or a Uint8Array', given)
  return show(given, name, 'DER', `${given.length} bytes`)
}

function show(
  der: Uint8Array,
  name: string,
  encoding: string,
  found: string,
): ChainedPeerCertificate {
  const certificate = parseCertificate(der)
  if (typeof certificate !== 'string') return toPeerCertificate(certificate)
  if (certificate === 'not_a_certificate') throw notOne(name, encoding, found)
  throw invalidValue(name, "has a public key that this version of Node can't show", found)
}

function notOne(name: string, encoding: string, found: string): Error {
  return invalidValue(name, `must be one certificate in ${encoding}, and nothing else`, found)
}
