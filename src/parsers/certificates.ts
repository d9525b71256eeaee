import {
  type ChainedPeerCertificate,
  parseCertificate,
  toPeerCertificate,
} from '../certificate/peer-certificate.js'
import { invalidType, invalidValue } from '../util/errors.js'
import { decodePem } from './pem.js'

/**
 * Reads the PEM of exactly one certificate, with nothing in front of it or behind it.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for everything else
 * @example
 * import { readFileSync } from 'node:fs'
 * import { pemToCertificate } from 'passport-client-certificate-auth/parsers'
 *
 * const { subject } = pemToCertificate(readFileSync('client.pem', 'utf8'))
 */
export function pemToCertificate(pem: string): ChainedPeerCertificate {
  const what = 'pemToCertificate(pem)'
  const given: unknown = pem
  if (typeof given !== 'string') throw invalidType(what, 'a string', given)
  const [der, ...others] = decodePem(given) ?? []
  // Never the text itself, which may be a private key that was mistaken for a certificate.
  const found = /^-----BEGIN [A-Z0-9 ]{1,40}-----/.exec(given)?.[0] ?? `${given.length} characters`
  if (der === undefined || others.length > 0) throw notOne(what, 'PEM', found)
  return show(der, what, 'PEM', found)
}

/**
 * Reads the DER encoding of exactly one certificate, without bytes behind it.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for everything else
 * @example
 * import { derToCertificate } from 'passport-client-certificate-auth/parsers'
 *
 * const { fingerprint256 } = derToCertificate(Buffer.from(text, 'base64'))
 */
export function derToCertificate(der: Uint8Array): ChainedPeerCertificate {
  const what = 'derToCertificate(der)'
  const given: unknown = der
  if (!(given instanceof Uint8Array)) throw invalidType(what, 'a Buffer or a Uint8Array', given)
  return show(given, what, 'DER', `${given.length} bytes`)
}

function show(
  der: Uint8Array,
  what: string,
  encoding: string,
  found: string,
): ChainedPeerCertificate {
  const certificate = parseCertificate(der)
  if (typeof certificate !== 'string') return toPeerCertificate(certificate)
  if (certificate === 'not_a_certificate') throw notOne(what, encoding, found)
  throw invalidValue(what, "has a public key that this version of Node can't show", found)
}

function notOne(what: string, encoding: string, found: string): Error {
  return invalidValue(what, `must be one certificate in ${encoding}, and nothing else`, found)
}
