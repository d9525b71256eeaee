import { X509Certificate } from 'node:crypto'
import { inspect } from 'node:util'
import { type CertificateFault, parseCertificate } from '../certificate/peer-certificate.js'
import { decodeBase64 } from '../parsers/base64.js'
import { listPem } from '../parsers/pem.js'
import { invalidType, invalidValue, kindOf } from '../util/errors.js'
import { type PemOption, readPem } from '../util/pem-blocks.js'
import { type PathCertificate, toPathCertificate } from './certificate.js'
import type { PathFault } from './verdict.js'

/** One certificate or, in PEM, a bundle of several: PEM, DER, or an `X509Certificate`. */
export type CertificateSource = string | Uint8Array | X509Certificate

/** One source of certificates, or a list of them. */
export type CertificateSources = CertificateSource | readonly CertificateSource[]

const EXPECTED = 'PEM, DER, an X509Certificate, or a list of these'

/**
 * Loads the certificates of an option.
 *
 * @param check - whether a certificate may be in this option
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, which names the
 *   certificate that can't be used by its position
 */
export function loadCertificates(
  sources: unknown,
  option: PemOption,
  check: (certificate: PathCertificate) => PathFault | undefined,
): PathCertificate[] {
  const texts = listSources(sources, option.name, EXPECTED).map(toText)
  return readPem(texts, option).map((block, index) => {
    return load(block, `${option.noun} ${index + 1} of ${option.name}`, check)
  })
}

/**
 * Doesn't quote a wrong value, because it may be a private key.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`
 */
function listSources(sources: unknown, name: string, expected: string): CertificateSource[] {
  const list: unknown[] = Array.isArray(sources) ? sources : [sources]
  for (const source of list) {
    const isSource =
      typeof source === 'string' ||
      source instanceof Uint8Array ||
      source instanceof X509Certificate
    if (!isSource) throw invalidType(name, expected, kindOf(source))
  }
  return list as CertificateSource[]
}

/** Writes DER as PEM, so that every certificate has a position among all of them. */
function toText(source: CertificateSource): string {
  if (source instanceof X509Certificate) return source.toString()
  if (typeof source === 'string') return source
  return isDer(source) ? toPem(source) : Buffer.from(source).toString()
}

/** A SEQUENCE with a length in the long form, which isn't text in any encoding of PEM. */
function isDer(bytes: Uint8Array): boolean {
  return bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80
}

function toPem(der: Uint8Array): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.length).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`
}

/** Why a certificate can't be used as a CA, and what to do about it. */
const PROBLEMS = {
  not_a_certificate: "can't be read: its base64 or its DER is damaged. Export it again",
  malformed: "isn't encoded as RFC 5280 requires. Ask its issuer for another",
  unknown_critical_extension: "has a critical extension that isn't supported. Remove it",
  not_a_ca: "isn't a CA: its basicConstraints don't say so. Pass the CA that issued it instead",
  key_usage: "isn't a CA: its keyUsage doesn't include keyCertSign. Pass another certificate",
  weak_algorithm:
    'has a key that is too weak or not supported. Use a CA with RSA of at least 2,048 bits, P-256, ' +
    'P-384, P-521, Ed25519 or Ed448',
} as const

/** @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` */
function load(
  block: string,
  name: string,
  check: (certificate: PathCertificate) => PathFault | undefined,
): PathCertificate {
  const certificate = parseBlock(block)
  if (typeof certificate === 'string')
    throw invalidValue(name, PROBLEMS[certificate], kindOf(block))
  const loaded = toPathCertificate(certificate)
  const fault = loaded === undefined ? 'malformed' : check(loaded)
  if (loaded !== undefined && fault === undefined) return loaded
  throw invalidValue(name, PROBLEMS[fault as keyof typeof PROBLEMS], describe(certificate))
}

function parseBlock(block: string): X509Certificate | 'not_a_certificate' | 'weak_algorithm' {
  const der = decodeBase64(block.split('\n').slice(1, -1).join('').replace(/\s/g, ''))
  const certificate = der === undefined ? 'not_a_certificate' : parseCertificate(der)
  return certificate === 'unsupported_key' ? 'weak_algorithm' : certificate
}

/** Shows the subject of a certificate in a message. */
function describe(certificate: X509Certificate): unknown {
  // Node shows no subject if the name is empty.
  const { subject = 'an empty name' } = certificate as { subject?: string }
  const text = subject.replaceAll('\n', ', ')
  return { [inspect.custom]: () => `the certificate of ${text}` }
}

/**
 * Parses certificates that came with a request.
 *
 * @param name - the argument, for the message
 * @returns in place of a certificate, the reason why it can't be used
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` if the type of a source is never valid
 */
export function parseSources(
  sources: unknown,
  name: string,
): (X509Certificate | CertificateFault)[] {
  return listSources(sources, name, EXPECTED).flatMap((source) => {
    if (source instanceof X509Certificate) return [source]
    if (typeof source !== 'string' && isDer(source)) return [parseCertificate(source)]
    const text = typeof source === 'string' ? source : Buffer.from(source).toString('latin1')
    const ders = listPem(text)
    return ders.length === 0
      ? ['not_a_certificate' as const]
      : ders.map((der) => parseCertificate(der))
  })
}
