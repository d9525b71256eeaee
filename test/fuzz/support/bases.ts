import { type KeyObject, generateKeyPairSync } from 'node:crypto'
import {
  basicConstraints,
  bits,
  bool,
  certificateOf,
  extension,
  int,
  name,
  octets,
  oid,
  pointSpki,
  seq,
  set,
  spkiOf,
  tlv,
  utf8,
} from '../../support/der-writer.js'

/** A certificate to mutate. */
export interface Base {
  readonly name: string
  readonly der: Buffer
  readonly spki: Buffer
}

interface Keys {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** Types differ between versions, and some keys exist only on new versions. */
const generate = generateKeyPairSync as unknown as (type: string, options?: object) => Keys

const KINDS: readonly [name: string, type: string, options?: object][] = [
  ['RSA 1024', 'rsa', { modulusLength: 1024 }],
  ['RSA 2048', 'rsa', { modulusLength: 2048 }],
  ['RSA-PSS', 'rsa-pss', { modulusLength: 2048 }],
  [
    'RSA-PSS with parameters',
    'rsa-pss',
    { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 32 },
  ],
  ['DSA', 'dsa', { modulusLength: 1024, divisorLength: 160 }],
  ['Diffie-Hellman', 'dh', { group: 'modp14' }],
  ...[
    ...['P-256', 'P-384', 'P-521', 'secp224r1', 'prime192v1', 'secp256k1', 'secp192k1'],
    ...['brainpoolP256r1', 'brainpoolP512t1', 'sect163k1', 'sect571r1', 'SM2', 'prime239v1'],
  ].map((namedCurve): [string, string, object] => [namedCurve, 'ec', { namedCurve }]),
  ['explicit P-256', 'ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }],
  ['explicit Brainpool', 'ec', { namedCurve: 'brainpoolP256r1', paramEncoding: 'explicit' }],
  ['explicit binary curve', 'ec', { namedCurve: 'sect283k1', paramEncoding: 'explicit' }],
  ...['ed25519', 'ed448', 'x25519', 'x448'].map((type): [string, string] => [type, type]),
  ...['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'].map((type): [string, string] => [type, type]),
  ...['ml-kem-512', 'ml-kem-768', 'slh-dsa-sha2-128s'].map((type): [string, string] => [
    type,
    type,
  ]),
]

/** Has every kind of name and extension that Node shows, so that mutants reach the code for each. */
export const EXTENSIONS: readonly Buffer[] = [
  basicConstraints(true),
  extension('2.5.29.15', bits(Buffer.from([0x86]), 1), true),
  extension('2.5.29.37', seq(oid('1.3.6.1.5.5.7.3.2'), oid('1.3.6.1.5.5.7.3.1'), oid('1.2.3.4'))),
  extension('2.5.29.14', octets(Buffer.alloc(20, 7))),
  extension('2.5.29.35', seq(tlv(0x80, Buffer.alloc(20, 7)))),
  extension(
    '2.5.29.17',
    seq(
      tlv(0x82, Buffer.from('client.example.org')),
      tlv(0x81, Buffer.from('client@example.org')),
      tlv(0x86, Buffer.from('urn:example:client')),
      tlv(0x87, Buffer.from([192, 0, 2, 7])),
      tlv(0x88, Buffer.from([0x2a, 3, 4])),
      tlv(0xa4, name('directory')),
      tlv(0xa0, oid('1.3.6.1.4.1.311.20.2.3'), tlv(0xa0, utf8('user@example.org'))),
    ),
  ),
  extension(
    '1.3.6.1.5.5.7.1.1',
    seq(
      seq(oid('1.3.6.1.5.5.7.48.1'), tlv(0x86, Buffer.from('http://ocsp.example.org/'))),
      seq(oid('1.3.6.1.5.5.7.48.2'), tlv(0xa4, name('CA'))),
    ),
  ),
  extension('2.5.29.32', seq(seq(oid('2.5.29.32.0')))),
  extension('2.5.29.30', seq(tlv(0xa0, seq(tlv(0x82, Buffer.from('example.org')))), tlv(0xa1))),
  extension('2.5.29.36', seq(tlv(0x80, Buffer.from([0])))),
  extension('2.5.29.31', seq(seq(tlv(0xa0, tlv(0xa0, tlv(0x86, Buffer.from('http://a/'))))))),
]

const attribute = (id: string, value: Buffer): Buffer => set(seq(oid(id), value))

/** Has several attributes, in all encodings of names. */
export const SUBJECT = seq(
  attribute('2.5.4.6', tlv(0x13, Buffer.from('XX'))),
  attribute('2.5.4.10', utf8('Example')),
  attribute('2.5.4.11', tlv(0x1e, Buffer.from('0055006e00690074', 'hex'))),
  attribute('2.5.4.11', tlv(0x14, Buffer.from('Unit'))),
  attribute('1.2.840.113549.1.9.1', tlv(0x16, Buffer.from('client@example.org'))),
  attribute('0.9.2342.19200300.100.1.1', utf8('id')),
  attribute('1.2.3.4.5', tlv(0x1c, Buffer.from('00000041', 'hex'))),
  attribute('2.5.4.3', utf8('client')),
)

/** All have the same subject and issuer, so that each could be the issuer of each. */
export function createBases(name: Buffer = SUBJECT): Base[] {
  const signer = generate('ec', { namedCurve: 'P-256' }).privateKey
  const kinds = KINDS.flatMap(([kind, type, options]) => {
    try {
      const keys = generate(type, options)
      return [{ kind, spki: spkiOf(keys.publicKey), keys: [keys.privateKey, signer] }]
    } catch {
      // This version of Node doesn't support such keys.
      return []
    }
  })
  const compressed = ['P-256', 'secp224r1', 'P-521'].map((curve) => ({
    kind: `${curve}, compressed`,
    spki: pointSpki(
      curve === 'P-256' ? 'prime256v1' : curve === 'P-521' ? 'secp521r1' : curve,
      'compressed',
    ),
    keys: [signer],
  }))
  return [...kinds, ...compressed].map(({ kind, spki, keys }) => ({
    name: kind,
    spki,
    der: signedByFirst(spki, keys, name),
  }))
}

/** Not every key can sign, or sign with an algorithm that this file supports. */
function signedByFirst(spki: Buffer, keys: readonly KeyObject[], name: Buffer): Buffer {
  for (const signer of keys) {
    try {
      return certificateOf({
        spki,
        signer,
        subject: name,
        issuer: name,
        serialNumber: int(0x0123456789abcdefn),
        extensions: [...EXTENSIONS, extension('1.2.3.4.5', seq(bool(true), int(5)), false)],
      })
    } catch {
      continue
    }
  }
  throw new Error('No key signs')
}
