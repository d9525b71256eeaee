import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { type Element, readChildren, TAG } from '../certificate/der.js'
import type { CertificateFields } from '../certificate/fields.js'

/** A certificate with its private key, as TLS options take them. */
export interface Identity {
  /** PEM, the leaf first. */
  readonly cert: string
  /** PEM. */
  readonly key: string
  readonly leaf: Buffer
  /** The CA that issued the leaf, if its certificate is at hand. */
  readonly issuer: Buffer | undefined
}

const LABEL = 'CERTIFICATE'
/** AlgorithmIdentifier of ecdsa-with-SHA256, which has no parameters (RFC 5758 3.2). */
const ECDSA_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex')
/** A BIT STRING whose last byte has no unused bits (X.690 8.6.2.2). */
const NO_UNUSED_BITS = Buffer.from([0])
/** Version 3 in its explicit tag, and the serial number 1. */
const VERSION_AND_SERIAL = Buffer.from('a003020102020101', 'hex')
/** Basic constraints with cA true, and critical (RFC 5280 4.2.1.9). */
const CA_EXTENSIONS = Buffer.from('a3133011300f0603551d130101ff040530030101ff', 'hex')

/**
 * Makes a certificate with the names and extensions of another one, but with a new key, signed with
 * that key itself.
 *
 * @param fields - the fields of `der`, from `readFields()`
 */
export function forgeSelfSigned(der: Buffer, fields: CertificateFields): Identity {
  const pair = generateKeys()
  const subject = bytesOf(der, fields.subject)
  return toIdentity(pair, replace(der, fields, subject, pair, pair), undefined)
}

/**
 * Makes a certificate with the names and extensions of another one, but with a new key, issued by a
 * new CA that has the name of the real one.
 */
export function forgeIssued(der: Buffer, fields: CertificateFields): Identity {
  const [pair, ca] = [generateKeys(), generateKeys()]
  const name = bytesOf(der, fields.issuer)
  const dates = bytesOf(der, fields.dates)
  const signed = [VERSION_AND_SERIAL, ECDSA_SHA256, name, dates, name, ca.spki, CA_EXTENSIONS]
  const issuer = signWith(ca, encode(TAG.sequence, ...signed))
  return toIdentity(pair, replace(der, fields, name, pair, ca), issuer)
}

/** Writes certificates as PEM (RFC 7468 5.1), one block after another. */
export function toPem(...certificates: readonly Buffer[]): string {
  return certificates
    .map((der) => {
      const lines = der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n')
      return `-----BEGIN ${LABEL}-----\n${lines}\n-----END ${LABEL}-----\n`
    })
    .join('')
}

interface Keys {
  readonly privateKey: KeyObject
  /** SubjectPublicKeyInfo. */
  readonly spki: Buffer
}

function generateKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, spki: publicKey.export({ type: 'spki', format: 'der' }) }
}

/** Copies every child of the TBSCertificate except the algorithm, the issuer and the key. */
function replace(
  der: Buffer,
  { algorithms: [algorithm], issuer, publicKeyInfo }: CertificateFields,
  issuerName: Buffer,
  { spki }: Keys,
  signer: Keys,
): Buffer {
  const replacements = new Map([
    [algorithm.start, ECDSA_SHA256],
    [issuer.start, issuerName],
    [publicKeyInfo.start, spki],
  ])
  const children = childrenOf(der, tbsOf(der))
  const parts = children.map((child) => replacements.get(child.start) ?? bytesOf(der, child))
  return signWith(signer, encode(TAG.sequence, ...parts))
}

function signWith({ privateKey }: Keys, signed: Buffer): Buffer {
  const signature = sign('sha256', signed, privateKey)
  const bits = encode(TAG.bitString, NO_UNUSED_BITS, signature)
  return encode(TAG.sequence, signed, ECDSA_SHA256, bits)
}

function tbsOf(der: Buffer): Element {
  const [certificate] = childrenOf(der, { tag: 0, start: 0, end: der.length })
  return childrenOf(der, certificate as Element)[0] as Element
}

/** `readFields()` has accepted the bytes, so every element of them is DER. */
function childrenOf(der: Buffer, element: Element): Element[] {
  return readChildren(der, element) as Element[]
}

/** The bytes of an element with its tag and its length, for which DER has one form only. */
function bytesOf(der: Buffer, { tag, start, end }: Element): Buffer {
  return encode(tag, der.subarray(start, end))
}

function encode(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag, ...encodeLength(content.length)]), content])
}

/** X.690 10.1: the shortest form. */
function encodeLength(length: number): number[] {
  if (length < 0x80) return [length]
  const hex = length.toString(16)
  const octets = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return [0x80 + octets.length, ...octets]
}

function toIdentity({ privateKey }: Keys, leaf: Buffer, issuer: Buffer | undefined): Identity {
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { cert: toPem(leaf, ...(issuer === undefined ? [] : [issuer])), key, leaf, issuer }
}
