import { type Element, readChildren, readOid } from '../../certificate/der.js'
import { readDottedOid } from '../../certificate/oid.js'
import type { PublicKey } from '../../certificate/public-key.js'

const HASHES = 'SHA-224 SHA-256 SHA-384 SHA-512 SHA3-224 SHA3-256 SHA3-384 SHA3-512'.split(' ')

/** By the object identifier, as hexadecimal digits of its contents. */
const SIGNATURES: ReadonlyMap<string | undefined, string> = new Map([
  ['2a864886f70d010102', 'RSA with MD2'],
  ['2a864886f70d010104', 'RSA with MD5'],
  ['2a864886f70d010105', 'RSA with SHA-1'],
  ['2a864886f70d01010a', 'RSA-PSS'],
  ['2a864886f70d01010b', 'RSA with SHA-256'],
  ['2a864886f70d01010c', 'RSA with SHA-384'],
  ['2a864886f70d01010d', 'RSA with SHA-512'],
  ['2a864886f70d01010e', 'RSA with SHA-224'],
  ['2a8648ce380403', 'DSA with SHA-1'],
  ['2a8648ce3d0401', 'ECDSA with SHA-1'],
  ...HASHES.slice(0, 4).map((hash, index): [string, string] => [
    `2a8648ce3d04030${index + 1}`,
    `ECDSA with ${hash}`,
  ]),
  ...HASHES.slice(4).flatMap((hash, index): [string, string][] => [
    [`60864801650304030${(index + 9).toString(16)}`, `ECDSA with ${hash}`],
    [`6086480165030403${(index + 13).toString(16).padStart(2, '0')}`, `RSA with ${hash}`],
  ]),
  ['2b6570', 'Ed25519'],
  ['2b6571', 'Ed448'],
  ...['44', '65', '87'].map((size, index): [string, string] => [
    `608648016503040${311 + index}`,
    `ML-DSA-${size}`,
  ]),
])

/** @param algorithm - the AlgorithmIdentifier */
export function nameSignature(bytes: Buffer, algorithm: Element): string {
  const [identifier] = readChildren(bytes, algorithm) ?? []
  const name = SIGNATURES.get(readOid(bytes, identifier))
  return name ?? (identifier && readDottedOid(bytes, identifier)) ?? 'unknown'
}

/** The names that people know better than those of OpenSSL. */
const NIST_NAMES: Readonly<Record<string, string>> = {
  prime192v1: 'P-192',
  secp224r1: 'P-224',
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

const OTHER_KEYS: ReadonlyMap<string, string> = new Map([
  ['2b656e', 'X25519'],
  ['2b656f', 'X448'],
  ['2b6570', 'Ed25519'],
  ['2b6571', 'Ed448'],
  ['2a8648ce380401', 'DSA'],
  ...['44', '65', '87'].map((size, index): [string, string] => [
    `608648016503040${311 + index}`,
    `ML-DSA-${size}`,
  ]),
])

export interface KeyDescription {
  /** `RSA`, `EC`, `Ed25519` and others; `unusable` for a key that is malformed. */
  readonly type: string
  /** Of an RSA modulus. */
  readonly bits?: number
  /** Of an EC key. */
  readonly curve?: string
}

export function describeKey(key: PublicKey): KeyDescription {
  switch (key.kind) {
    case 'rsa':
      return { type: 'RSA', bits: key.modulusBits }
    case 'ec':
      return { type: 'EC', curve: NIST_NAMES[key.curve.name] ?? key.curve.name }
    case 'other': {
      const bytes = Buffer.from(key.oid, 'hex')
      const dotted = readDottedOid(bytes, { tag: 6, start: 0, end: bytes.length })
      return { type: OTHER_KEYS.get(key.oid) ?? dotted ?? 'unknown' }
    }
    case 'unusable':
      return { type: 'unusable' }
  }
}
