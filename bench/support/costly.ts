import { generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  algorithmFor,
  CA_EXTENSIONS,
  certificateOf,
  ecSpki,
  extension,
  int,
  name,
  nothing,
  oid,
  type Parts,
  pointSpki,
  rsaSpki,
  seq,
  set,
  spkiOf,
  tlv,
  utf8,
} from '../../test/support/der-writer.js'
import { slowSpki } from '../../test/support/slow-curve.js'

/** Certificates that cost the server as much as possible, leaf first. */
export interface Costly {
  readonly name: string
  readonly ders: readonly Buffer[]
}

/** The bytes that Node's limit of 16 KB leaves for the certificate in an ordinary request. */
export const ROOM = 15_300
const MOST = 10

/** Certificates that could all have signed each other, so all keys have to be tried. */
export function listCostly(): Costly[] {
  return [
    ...keysOfCost().flatMap(({ name: key, parts }) => [
      { name: `${key}, self-issued`, ders: fill(() => namesake(parts())) },
      { name: `${key}, issued crosswise`, ders: fill((index) => crosswise(parts(), index)) },
    ]),
    ...mixtures(),
    ...odd(),
    ...large(),
  ]
}

/** As many certificates as fit into the header, in base64 with commas. */
function fill(make: (index: number) => Buffer, most = MOST): Buffer[] {
  const ders: Buffer[] = []
  let left = ROOM
  for (let index = 0; index < most; index += 1) {
    const der = make(index)
    left -= Math.ceil(der.length / 3) * 4 + 1
    if (left < 0) break
    ders.push(der)
  }
  return ders
}

const namesake = (parts: Parts): Buffer =>
  certificateOf({ subject: 'x', issuer: 'x', extensions: CA_EXTENSIONS, ...parts })

const crosswise = (parts: Parts, index: number): Buffer =>
  namesake({ subject: `${index % 2}`, issuer: `${(index + 1) % 2}`, ...parts })

function ec(namedCurve: string): Parts {
  return { spki: spkiOf(generateKeyPairSync('ec', { namedCurve }).publicKey) }
}

function rsa(bits: number, exponent: bigint): Parts {
  const length = bits / 8
  const number = (first: number) =>
    BigInt(`0x${Buffer.concat([Buffer.from([first]), randomBytes(length - 1)]).toString('hex')}`)
  const signature = Buffer.concat([Buffer.from([1]), randomBytes(length - 1)])
  const spki = rsaSpki(int(number(0xff) | 1n), int(exponent))
  return { spki, algorithm: algorithmFor('rsa'), signature }
}

function signing(type: string): Parts | undefined {
  try {
    const { publicKey, privateKey } = generateKeyPairSync(type as 'ed25519')
    return { spki: spkiOf(publicKey), signer: privateKey }
  } catch {
    // Node has ML-DSA since version 24.
    return undefined
  }
}

function keysOfCost(): { name: string; parts: () => Parts }[] {
  const curves = ['prime192v1', 'secp224r1', 'prime256v1', 'secp384r1', 'secp521r1']
  const moduli = [512, 1024, 2048, 4096, 8192, 16_384]
  const exponents = [65_537n, 2n ** 32n - 1n, 2n ** 64n - 1n]
  const others = ['ed25519', 'ed448', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'].flatMap((type) => {
    const parts = signing(type)
    return parts === undefined ? [] : [{ name: type, parts: () => parts }]
  })
  return [
    ...curves.map((curve) => ({ name: curve, parts: () => ec(curve) })),
    ...moduli.flatMap((bits) =>
      exponents.map((exponent) => ({
        name: `RSA ${bits}, exponent of ${exponent.toString(2).length} bits`,
        parts: () => rsa(bits, exponent),
      })),
    ),
    ...others,
  ]
}

/** Several kinds of keys under one name, with the cheap keys first or last. */
function mixtures(): Costly[] {
  const kinds: (() => Parts)[] = [
    () => ec('secp521r1'),
    () => ec('secp384r1'),
    () => ec('prime256v1'),
    () => ec('secp224r1'),
  ]
  const mixed = (order: (index: number) => number) =>
    fill((index) => namesake((kinds[order(index) % kinds.length] as () => Parts)()))
  const names = generalNames(3000)
  const san = { extensions: [...CA_EXTENSIONS, names] }
  return [
    { name: 'three of P-521', ders: fill(() => namesake(ec('secp521r1')), 3) },
    { name: 'P-521 to P-224 by turns', ders: mixed((index) => index) },
    { name: 'P-521 after P-256', ders: mixed((index) => (index < 5 ? 2 : 0)) },
    { name: 'P-256 after P-521', ders: mixed((index) => (index < 3 ? 0 : 2)) },
    {
      name: 'P-521 with many names',
      ders: fill(() => namesake({ ...ec('secp521r1'), ...san }), 3),
    },
    {
      name: 'P-256 of one long name',
      ders: fill(() => {
        const long = name('x'.repeat(400))
        return namesake({ ...ec('prime256v1'), subject: long, issuer: long })
      }),
    },
  ]
}

/** Unusual keys, which never verify anything. */
function odd(): Costly[] {
  const dsa = (length: number): Buffer =>
    seq(
      seq(oid('1.2.840.10040.4.1'), seq(big(length), big(32), big(length))),
      tlv(3, Buffer.from([0]), big(length)),
    )
  const dh = (length: number): Buffer =>
    seq(
      seq(oid('1.2.840.113549.1.3.1'), seq(big(length), int(2))),
      tlv(3, Buffer.from([0]), big(length)),
    )
  const curves = ['secp224r1', 'prime256v1', 'secp521r1', 'sect571r1', 'brainpoolP512r1']
  const point = Buffer.from([0])
  const infinite = ecSpki(oid('1.2.840.10045.3.1.7'), point)
  const kinds: [string, () => Parts][] = [
    ...curves.map((curve): [string, () => Parts] => [
      `compressed point on ${curve}`,
      () => ({ spki: pointSpki(curve, 'compressed') }),
    ]),
    ['a curve with explicit parameters', () => ({ spki: slowSpki() })],
    ['a point at infinity', () => ({ spki: infinite })],
    ['DSA', () => ({ spki: dsa(300) })],
    ['DSA with a long prime', () => ({ spki: dsa(3500) })],
    ['Diffie-Hellman with a long prime', () => ({ spki: dh(5000) })],
  ]
  return kinds.map(([what, parts]) => ({ name: what, ders: fill(() => namesake(parts())) }))
}

function big(bytes: number): Buffer {
  return tlv(2, Buffer.from([1]), randomBytes(bytes))
}

/** Few certificates with large contents. */
function large(): Costly[] {
  const { spki } = ec('prime256v1')
  const issuers = fill(() => namesake(ec('secp521r1')), 2)
  const alone = (parts: Partial<Parts>): Buffer =>
    certificateOf({ spki, subject: 'client', issuer: 'x', ...parts })
  const subject = fillName(8000)
  const kinds: [string, Partial<Parts>][] = [
    ['alternative names', { extensions: [generalNames(8000)] }],
    ['directory names', { extensions: [directoryNames(8000)] }],
    ['addresses', { extensions: [addresses(8000)] }],
    ['access descriptions', { extensions: [accessDescriptions(8000)] }],
    ['key usages', { extensions: [keyUsages(8000)] }],
    [
      'extensions',
      { extensions: Array.from({ length: 600 }, () => extension('1.2.3.4', nothing())) },
    ],
    ['attributes of a subject', { subject }],
    ['long identifiers', { extensions: [longIdentifiers(8000)] }],
    ['attributes with long identifiers', { subject: fillNameOddly(8000) }],
    ['nested values', { extensions: [], subject: nested(8000) }],
  ]
  return kinds.flatMap(([what, parts]) => [
    { name: `8 KB of ${what}`, ders: [alone(parts)] },
    { name: `8 KB of ${what}, and P-521`, ders: [alone(parts), ...issuers] },
  ])
}

/** As many parts as fit, each made from its number. */
function repeat(length: number, make: (index: number) => Buffer): Buffer[] {
  const all: Buffer[] = []
  for (let left = length, index = 0; left > 0; index += 1) {
    const one = make(index)
    left -= one.length
    all.push(one)
  }
  return all
}

function generalNames(length: number): Buffer {
  const names = repeat(length, (index) => tlv(0x82, Buffer.from(index.toString(36))))
  return extension('2.5.29.17', seq(...names))
}

function directoryNames(length: number): Buffer {
  const names = repeat(length, (index) => tlv(0xa4, name(index.toString(36))))
  return extension('2.5.29.17', seq(...names))
}

function addresses(length: number): Buffer {
  return extension('2.5.29.17', seq(...repeat(length, () => tlv(0x87, randomBytes(16)))))
}

function accessDescriptions(length: number): Buffer {
  const one = seq(oid('1.3.6.1.5.5.7.48.1'), tlv(0x86, Buffer.from('a')))
  return extension('1.3.6.1.5.5.7.1.1', seq(...repeat(length, () => one)))
}

function keyUsages(length: number): Buffer {
  return extension('2.5.29.37', seq(...repeat(length, (index) => oid(`1.2.${index}`))))
}

function fillName(length: number): Buffer {
  return seq(...repeat(length, (index) => set(seq(oid('2.5.4.3'), utf8(index.toString(36))))))
}

/** An arc of 580 bytes, which is near OpenSSL's limit, takes long division. */
function longOid(): Buffer {
  return tlv(0x06, Buffer.from([0x2a]), Buffer.alloc(580, 0xff), Buffer.from([0x7f]))
}

function longIdentifiers(length: number): Buffer {
  return extension('2.5.29.37', seq(...repeat(length, longOid)))
}

function fillNameOddly(length: number): Buffer {
  return seq(...repeat(length, () => set(seq(longOid(), utf8('a')))))
}

function nested(length: number): Buffer {
  let inner = seq()
  while (inner.length < length) inner = seq(inner)
  return inner
}
