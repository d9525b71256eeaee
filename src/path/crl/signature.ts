import { constants, createVerify, type KeyObject, verify } from 'node:crypto'
import type { PathCertificate } from '../certificate.js'
import type { SignatureAlgorithm } from './signature-algorithm.js'
import { SLICE, type Sliced } from './slices.js'

/** The parts of a list that verifying its signature takes (RFC 5280 5.1.1). */
export interface SignedList {
  readonly bytes: Buffer
  /** Where tbsCertList begins and ends, with its identifier and length. */
  readonly signed: { readonly start: number; readonly end: number }
  readonly signature: Buffer
  /** `undefined` when the algorithm is too weak. */
  readonly algorithm: SignatureAlgorithm | undefined
  /** Whether a key made the signature, by the hexadecimal digits of the SubjectPublicKeyInfo. */
  readonly signers: Map<string, boolean>
}

/** Clients may send further certificates of a CA, so what is known about their keys is limited. */
const MAX_SIGNERS = 16

/** @returns `undefined` when the key wasn't tried */
export function knownSigner(list: SignedList, signer: PathCertificate): boolean | undefined {
  return list.signers.get(keyOf(signer))
}

/**
 * Whether the key of a certificate made the signature of a list. The hash of a list of 50 MB is computed in
 * slices, except for keys such as Ed25519, which hash the message themselves.
 */
export function* isListSignedBy(list: SignedList, signer: PathCertificate): Sliced<boolean> {
  const known = knownSigner(list, signer)
  if (known !== undefined) return known
  const isSigned = yield* tryKey(list, signer)
  const [oldest] = list.signers.keys()
  if (list.signers.size === MAX_SIGNERS) list.signers.delete(oldest as string)
  list.signers.set(keyOf(signer), isSigned)
  return isSigned
}

function keyOf({ bytes, fields: { publicKeyInfo } }: PathCertificate): string {
  return bytes.toString('hex', publicKeyInfo.start, publicKeyInfo.end)
}

function* tryKey(list: SignedList, signer: PathCertificate): Sliced<boolean> {
  const { algorithm } = list
  const key = readKey(signer)
  const type = key?.asymmetricKeyType ?? ''
  if (key === undefined || !algorithm?.keyTypes.includes(type)) return false
  try {
    return yield* verifyList(list, algorithm, key)
  } catch {
    // OpenSSL throws for parameters that don't fit the key.
    return false
  }
}

function* verifyList(
  { bytes, signed, signature }: SignedList,
  algorithm: SignatureAlgorithm,
  key: KeyObject,
): Sliced<boolean> {
  const { start, end } = signed
  if (algorithm.digest === undefined)
    return verify(null, bytes.subarray(start, end), key, signature)
  const verifier = createVerify(algorithm.digest)
  for (let at = start; at < end; at += SLICE.bytes) {
    if (at > start) yield
    verifier.update(bytes.subarray(at, Math.min(at + SLICE.bytes, end)))
  }
  return verifier.verify(toVerifyKey(key, algorithm), signature)
}

function toVerifyKey(
  key: KeyObject,
  { saltLength }: SignatureAlgorithm,
): KeyObject | { key: KeyObject; padding: number; saltLength: number } {
  if (saltLength === undefined) return key
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
}

/** Node throws when it can't read the key. */
function readKey({ certificate }: PathCertificate): KeyObject | undefined {
  try {
    return certificate.publicKey
  } catch {
    return undefined
  }
}
