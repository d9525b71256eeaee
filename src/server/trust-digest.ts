import { createHash, X509Certificate } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import { invalidValue, kindOf } from '../util/errors.js'
import { type PemOption, readPem } from './pem-blocks.js'

type Pem = SecureContextOptions['ca']

/** OpenSSL: SSL_MAX_SID_CTX_LENGTH. */
const MAX_CONTEXT_BYTES = 32

const AUTHORITIES: PemOption = {
  name: 'ca',
  noun: 'CA certificate',
  labels: /^(?:X509 |TRUSTED )?CERTIFICATE$/,
}
const REVOCATION_LISTS: PemOption = {
  name: 'crl',
  noun: 'revocation list',
  labels: /^X509 CRL$/,
}
const CERTIFICATES: PemOption = {
  name: 'cert',
  noun: 'certificate',
  labels: /^(?:X509 )?CERTIFICATE$/,
}

/**
 * A short text that is the same exactly for the same authorities and revocation lists, in whatever
 * order and layout they are given.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` when there is no certificate among the authorities, or
 *   one that cannot be read
 */
export function digestTrust(ca: Pem, revocationLists: readonly string[] = []): string {
  const authorities = readFingerprints(ca, AUTHORITIES)
  const hash = createHash('sha256')
  for (const list of [authorities, revocationLists.map(withoutLayout)]) {
    // Each list is closed off, so that no other division of the same entries has this digest.
    hash.update(`${[...new Set(list)].sort().join('\n')}\n\n`)
  }
  return hash.digest('hex').slice(0, MAX_CONTEXT_BYTES)
}

/**
 * Separates revocation lists that stand in one text: Node reads only the first of each.
 *
 * @returns nothing when none are given
 * @throws TypeError `ERR_INVALID_ARG_VALUE` when there is none in what is given
 */
export function splitRevocationLists(crl: Pem): string[] | undefined {
  // An empty text or list is an error, because Node would not check revocation at all.
  return crl === undefined ? undefined : readPem(crl, REVOCATION_LISTS)
}

/** @throws TypeError `ERR_INVALID_ARG_VALUE` where Node would show less than what is given */
export function assertCertificates(cert: Pem): void {
  readFingerprints(cert, CERTIFICATES)
}

function readFingerprints(pem: Pem, option: PemOption): string[] {
  return readPem(pem, option).map((block, index) => {
    try {
      return new X509Certificate(block).fingerprint256
    } catch {
      const what = `${option.noun} ${index + 1} of option "${option.name}"`
      throw invalidValue(what, 'cannot be read', kindOf(block))
    }
  })
}

function withoutLayout(block: string): string {
  return block.replace(/\s/g, '')
}
