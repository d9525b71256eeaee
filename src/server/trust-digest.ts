import { createHash, X509Certificate } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import { invalidValue, kindOf } from '../util/errors.js'
import { type PemOption, readPem } from '../util/pem-blocks.js'

type Pem = SecureContextOptions['ca']

/** OpenSSL: SSL_MAX_SID_CTX_LENGTH. */
const MAX_CONTEXT_BYTES = 32

const CAS: PemOption = {
  name: 'option "ca"',
  noun: 'CA certificate',
  labels: /^(?:X509 |TRUSTED )?CERTIFICATE$/,
}
const REVOCATION_LISTS: PemOption = {
  name: 'option "crl"',
  noun: 'revocation list',
  mayHoldOthers: true,
  labels: /^X509 CRL$/,
}
const CERTIFICATES: PemOption = {
  name: 'option "cert"',
  noun: 'certificate',
  labels: /^(?:X509 )?CERTIFICATE$/,
}

/**
 * A short string that is equal only for equal CAs and revocation lists, whatever their order and layout.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` without any CA, or with an unreadable CA
 */
export function digestTrust(ca: Pem, revocationLists: readonly string[] = []): string {
  const fingerprints = readFingerprints(ca, CAS)
  const hash = createHash('sha256')
  for (const list of [fingerprints, revocationLists.map(withoutLayout)]) {
    // A blank line ends each list, so that moving an entry to the other list changes the digest.
    hash.update(`${[...new Set(list)].sort().join('\n')}\n\n`)
  }
  return hash.digest('hex').slice(0, MAX_CONTEXT_BYTES)
}

/**
 * Puts each revocation list into its own string, because Node reads only the first list of a string.
 *
 * @returns `undefined` without the option
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` if the option contains no list
 */
export function splitRevocationLists(crl: Pem): string[] | undefined {
  // An empty string or list is an error, because Node would silently skip revocation checking.
  return crl === undefined ? undefined : readPem(crl, REVOCATION_LISTS)
}

/** @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` if Node would send only part of the option */
export function assertCertificates(cert: Pem): void {
  readFingerprints(cert, CERTIFICATES)
}

/**
 * OpenSSL accepts no client because of a certificate that isn't a CA's, unless the certificate is
 * self-signed, in which case it accepts the client with that certificate.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` for a certificate that another CA issued to a client
 *   or a server
 */
export function assertCas(ca: Pem): void {
  readCertificates(ca, CAS).forEach((certificate, index) => {
    if (certificate.ca || isSelfIssued(certificate)) return
    throw invalidValue(
      `${CAS.noun} ${index + 1} of ${CAS.name}`,
      'is not a CA certificate, so no client would be accepted because of it; pass the certificate of the ' +
        'CA that issued it',
      kindOf(''),
    )
  })
}

function isSelfIssued(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer
}

function readFingerprints(pem: Pem, option: PemOption): string[] {
  return readCertificates(pem, option).map(({ fingerprint256 }) => fingerprint256)
}

function readCertificates(pem: Pem, option: PemOption): X509Certificate[] {
  return readPem(pem, option).map((block, index) => {
    try {
      return new X509Certificate(block)
    } catch {
      const name = `${option.noun} ${index + 1} of ${option.name}`
      throw invalidValue(name, 'cannot be read', kindOf(block))
    }
  })
}

function withoutLayout(block: string): string {
  return block.replace(/\s/g, '')
}
