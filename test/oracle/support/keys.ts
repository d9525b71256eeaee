import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { algorithmFor, nothing, oid, seq, spkiOf } from '../../support/der-writer.js'

/** A key of the pool. All certificates share the keys, because new ones take longer than the rest. */
export interface Key {
  readonly privateKey: KeyObject
  readonly spki: Buffer
}

export type Digest = 'sha256' | 'sha384' | 'sha512' | 'sha1' | 'md5'

function create(type: string, options?: object, count = 1): Key[] {
  const generate = generateKeyPairSync as unknown as (
    type: string,
    options?: object,
  ) => { privateKey: KeyObject }
  return Array.from({ length: count }, () => {
    const { privateKey } = generate(type, options)
    return { privateKey, spki: spkiOf(privateKey) }
  })
}

const ec = (namedCurve: string, count?: number, paramEncoding = 'named'): Key[] =>
  create('ec', { namedCurve, paramEncoding }, count)

export const P256_KEYS: readonly Key[] = ec('P-256', 24)

/** The keys of CAs and clients. Most are P-256, which signs in the shortest time. */
export const STRONG_KEYS: readonly Key[] = [
  ...P256_KEYS,
  ...ec('P-384', 1),
  ...create('ed25519', undefined, 4),
  ...create('rsa', { modulusLength: 2048 }),
]

/** The keys that the package rejects as weak, by what is wrong with them. */
export const WEAK_KEYS = {
  'rsa-1024': create('rsa', { modulusLength: 1024 })[0] as Key,
  'explicit-curve': ec('P-256', 1, 'explicit')[0] as Key,
  dsa: create('dsa', { modulusLength: 2048, divisorLength: 256 })[0] as Key,
} as const

/** RFC 3279 2.2.1, RFC 8017 A.2.4 and RFC 5758 3.2. */
const RSA_ALGORITHMS: Readonly<Record<Digest, string>> = {
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
  sha1: '1.2.840.113549.1.1.5',
  md5: '1.2.840.113549.1.1.4',
}
const ECDSA_ALGORITHMS: Readonly<Partial<Record<Digest, string>>> = {
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
  sha1: '1.2.840.10045.4.1',
}

/** The AlgorithmIdentifier of a signature. ECDSA with MD5 has no identifier. */
export function algorithmOf({ privateKey }: Key, digest: Digest): Buffer {
  switch (privateKey.asymmetricKeyType) {
    case 'rsa':
      return seq(oid(RSA_ALGORITHMS[digest]), nothing())
    case 'ec':
      return seq(oid(ECDSA_ALGORITHMS[digest] ?? '1.2.840.10045.4.3.2'))
    default:
      return algorithmFor(privateKey)
  }
}

export function signatureOf({ privateKey }: Key, digest: Digest, signed: Buffer): Buffer {
  const type = privateKey.asymmetricKeyType
  if (type === 'ed25519') return sign(null, signed, privateKey)
  const usesDigest = type === 'rsa' || (type === 'ec' && digest !== 'md5')
  return sign(usesDigest ? digest : 'sha256', signed, privateKey)
}
