import type { KeyObject } from 'node:crypto'
import { type Holder, issue, type Request } from './der-chain.js'
import {
  algorithmFor,
  bits,
  extension,
  int,
  seq,
  signWith,
  tlv,
  toName,
  utcTime,
} from './der-writer.js'

/** Writes certificate revocation lists (RFC 5280 section 5), valid or not. */

/** The parts of a list. Each is DER, and may be wrong. */
export interface CrlParts {
  /** Version 2 by default. `null` leaves it out, which means version 1. */
  readonly version?: Buffer | null
  /** Replaces the algorithm inside of what is signed. */
  readonly innerAlgorithm?: Buffer
  /** Replaces the algorithm of the signer. */
  readonly algorithm?: Buffer
  /** A common name, or a whole Name. */
  readonly issuer?: string | Buffer
  readonly thisUpdate?: Buffer
  /** `null` leaves it out. */
  readonly nextUpdate?: Buffer | null
  /** Whole entries. Without any, the SEQUENCE is left out. */
  readonly entries?: readonly Buffer[]
  readonly extensions?: readonly Buffer[]
  /** Further fields after the extensions. */
  readonly further?: readonly Buffer[]
  readonly signer: KeyObject
  /** Replaces the BIT STRING with the signature. */
  readonly signature?: Buffer
}

export const THIS_UPDATE = Date.UTC(2029, 11, 1)
export const NEXT_UPDATE = Date.UTC(2030, 1, 1)

export function crlOf(parts: CrlParts): Buffer {
  const algorithm = parts.algorithm ?? algorithmFor(parts.signer)
  const { version = int(1), entries = [], extensions = [], further = [] } = parts
  const { thisUpdate = utcTime('291201000000Z'), nextUpdate = utcTime('300201000000Z') } = parts
  const signed = seq(
    version ?? Buffer.alloc(0),
    parts.innerAlgorithm ?? algorithm,
    toName(parts.issuer ?? 'root'),
    thisUpdate,
    nextUpdate ?? Buffer.alloc(0),
    ...(entries.length === 0 ? [] : [seq(...entries)]),
    ...(extensions.length === 0 ? [] : [tlv(0xa0, seq(...extensions))]),
    ...further,
  )
  return seq(signed, algorithm, parts.signature ?? bits(signWith(parts.signer, signed)))
}

/** A list that a CA signs itself. */
export const listBy = (
  { subject, privateKey }: Pick<Holder, 'subject' | 'privateKey'>,
  parts: Omit<CrlParts, 'signer'> = {},
): Buffer => crlOf({ issuer: subject, signer: privateKey, ...parts })

/** An entry, with extensions if there are any. */
export function entryOf(serialNumber: number | bigint | Buffer, ...extensions: Buffer[]): Buffer {
  const serial = Buffer.isBuffer(serialNumber) ? serialNumber : int(serialNumber)
  const rest = extensions.length === 0 ? [] : [seq(...extensions)]
  return seq(serial, utcTime('291231120000Z'), ...rest)
}

/** The reasonCode of an entry (RFC 5280 5.3.1). */
export const reasonCode = (code: number, critical?: boolean): Buffer =>
  extension('2.5.29.21', tlv(0x0a, Buffer.from([code])), critical)

export function crlToPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n')
}

/** ReasonFlags (RFC 5280 4.2.1.13) with an implicit tag. */
export const reasons = (tag: number, unused: number, ...octets: number[]): Buffer =>
  tlv(tag, Buffer.from([unused, ...octets]))

/** A DistributionPointName with these names, in the explicit tag of its field. */
export const fullName = (...names: Buffer[]): Buffer => tlv(0xa0, tlv(0xa0, ...names))
/** The name relative to the issuer, with these AttributeTypeAndValues. */
export const relativeName = (...attributes: Buffer[]): Buffer => tlv(0xa0, tlv(0xa1, ...attributes))
export const flag = (tag: number, value = 0xff): Buffer => tlv(tag, Buffer.from([value]))

export const issuingDistributionPoint = (...parts: Buffer[]): Buffer =>
  extension('2.5.29.28', seq(...parts), true)
/** cRLDistributionPoints with these DistributionPoints. */
export const distributionPoints = (...points: Buffer[]): Buffer =>
  extension('2.5.29.31', seq(...points))

/** A CA that may sign certificates and lists. */
export const ca = (subject: string, request: Partial<Request> = {}): Holder =>
  issue({ subject, ca: true, ...request })
