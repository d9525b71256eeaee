import {
  authorityKeyId,
  bits,
  bool,
  extension,
  int,
  keyIdOf,
  oid,
  seq,
  subjectKeyId,
  tlv,
  utcTime,
} from '../../support/der-writer.js'
import {
  type Constraints,
  generalName,
  type GeneralName,
  nameConstraints,
  nameOf,
  type Style,
} from './general-names.js'
import { algorithmOf, type Digest, type Key, signatureOf } from './keys.js'
import { policyExtensions, type PolicyFields } from './policies.js'

/** The contents of a certificate. Faults change them before the certificate is written. */
export interface Draft {
  subject: string
  issuer: string
  /** How the issuer's name is written here. */
  issuerStyle: Style
  key: Key
  signer: Key
  digest: Digest
  version: 1 | 3
  validity: 'now' | 'past' | 'future'
  basicConstraints: { ca: boolean; pathLen?: number } | undefined
  /** The bits of KeyUsage, the first bit being 0x80. */
  keyUsage: number | undefined
  extendedKeyUsage: readonly string[] | undefined
  constraints: Constraints | undefined
  names: readonly GeneralName[]
  policies: PolicyFields
  keyIds: 'both' | 'none' | 'subject' | 'authority'
  /** Replaces the subject's key identifier, and the issuer's. */
  subjectKeyId?: Buffer
  authorityKeyId?: Buffer
  /** Whole extensions. */
  extras: readonly Buffer[]
  isBroken: boolean
  /** Whether the outer length has more bytes than DER allows (X.690 10.1). */
  isLong: boolean
  serial: number | bigint
  /** The names of the faults that were put into this certificate. */
  faults: string[]
}

/** A certificate and what it says. */
export interface Certificate {
  readonly draft: Readonly<Draft>
  readonly der: Buffer
}

export const KEY_USAGE = { digitalSignature: 0x80, keyEncipherment: 0x20, keyAgreement: 0x08 }
export const CA_USAGE = { keyCertSign: 0x04, cRLSign: 0x02 }

/** Far enough from now that no run depends on its date. UTCTime ends in 2049 (RFC 5280 4.1.2.5.1). */
const TIMES = {
  now: ['240101000000Z', '491231235959Z'],
  past: ['200101000000Z', '210101000000Z'],
  future: ['490101000000Z', '491231235959Z'],
} as const

export function write(draft: Draft): Certificate {
  const algorithm = algorithmOf(draft.signer, draft.digest)
  const signed = toBeSigned(draft, algorithm)
  const signature = signatureOf(draft.signer, draft.digest, signed)
  if (draft.isBroken)
    signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1)
  const der = seq(signed, algorithm, bits(signature))
  return { draft, der: draft.isLong ? withLongLength(der) : der }
}

/** Writes the length of a certificate, which takes two bytes, in three. */
function withLongLength(der: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x30, 0x83, 0]), der.subarray(2)])
}

function toBeSigned(draft: Draft, algorithm: Buffer): Buffer {
  const [notBefore, notAfter] = TIMES[draft.validity]
  return seq(
    ...(draft.version === 3 ? [tlv(0xa0, int(2))] : []),
    int(draft.serial),
    algorithm,
    nameOf(draft.issuer, draft.issuerStyle),
    seq(utcTime(notBefore), utcTime(notAfter)),
    nameOf(draft.subject),
    draft.key.spki,
    ...(draft.version === 3 ? extensionsOf(draft) : []),
  )
}

function extensionsOf(draft: Draft): Buffer[] {
  const { basicConstraints: basic, keyUsage, extendedKeyUsage: usages, constraints } = draft
  const all = [
    ...(basic === undefined ? [] : [extension('2.5.29.19', basicValue(basic), true)]),
    ...(keyUsage === undefined ? [] : [extension('2.5.29.15', usageBits(keyUsage), true)]),
    ...(usages === undefined ? [] : [extension('2.5.29.37', seq(...usages.map(oid)))]),
    ...(constraints === undefined
      ? []
      : [extension('2.5.29.30', nameConstraints(constraints), true)]),
    ...(draft.names.length === 0
      ? []
      : [extension('2.5.29.17', seq(...draft.names.map(generalName)))]),
    ...keyIdsOf(draft),
    ...policyExtensions(draft.policies),
    ...draft.extras,
  ]
  return all.length === 0 ? [] : [tlv(0xa3, seq(...all))]
}

function basicValue({ ca, pathLen }: { ca: boolean; pathLen?: number }): Buffer {
  return seq(...(ca ? [bool(true)] : []), ...(pathLen === undefined ? [] : [int(pathLen)]))
}

/** Named bits without trailing zeros (X.690 11.2.2). */
function usageBits(usage: number): Buffer {
  if (usage === 0) return bits(Buffer.alloc(0))
  return bits(Buffer.from([usage]), Math.log2(usage & -usage))
}

function keyIdsOf(draft: Draft): Buffer[] {
  const { keyIds, subjectKeyId: ownId, authorityKeyId: issuerId } = draft
  const hasOwn = keyIds === 'both' || keyIds === 'subject'
  const hasIssuer = keyIds === 'both' || keyIds === 'authority'
  return [
    ...(hasOwn ? [subjectKeyId(ownId ?? keyIdOf(draft.key.spki))] : []),
    ...(hasIssuer ? [authorityKeyId(issuerId ?? keyIdOf(draft.signer.spki))] : []),
  ]
}
