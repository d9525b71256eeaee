import { createHash, X509Certificate } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import { invalidValue } from '../errors.js'

type Pem = SecureContextOptions['ca']

/** OpenSSL: SSL_MAX_SID_CTX_LENGTH. */
const MAX_CONTEXT_BYTES = 32
/** One that is cut off matches too: Node would pass over it, and over all that follow it. */
const CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]*(?:-----END \1-----)?/g
const REVOCATION_LIST = /-----BEGIN X509 CRL-----[^-]*(?:-----END X509 CRL-----)?/g

/**
 * A short text that is the same exactly for the same authorities and revocation lists, in whatever
 * order and layout they are given.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` when there is no certificate among the authorities, or
 *   one that cannot be read
 */
export function digestTrust(ca: Pem, revocationLists: readonly string[] = []): string {
  const authorities = readBlocks(ca, CERTIFICATE).map(readFingerprint)
  if (authorities.length === 0) {
    // The value is not quoted, here and below: key material may have got into the wrong option.
    throw invalidValue('option "ca"', 'must hold at least one authority in PEM', typeof ca)
  }
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
  if (crl === undefined) return undefined
  const lists = readBlocks(crl, REVOCATION_LIST)
  if (lists.length > 0) return lists
  // Of an empty text or list Node makes that revocation is not checked at all.
  throw invalidValue('option "crl"', 'must hold at least one revocation list in PEM', typeof crl)
}

function readBlocks(pem: unknown, block: RegExp): string[] {
  return [pem].flat().flatMap((part) => toText(part).match(block) ?? [])
}

function toText(part: unknown): string {
  if (!ArrayBuffer.isView(part)) return String(part)
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString()
}

function readFingerprint(block: string, index: number): string {
  try {
    return new X509Certificate(block).fingerprint256
  } catch {
    throw invalidValue(`certificate ${index + 1} of option "ca"`, 'cannot be read', typeof block)
  }
}

function withoutLayout(block: string): string {
  return block.replace(/\s/g, '')
}
