import { CURVES } from '../../../src/certificate/curves.js'
import {
  algorithmFor,
  basicConstraints,
  bits,
  certificateOf,
  ecSpki,
  int,
  nothing,
  octets,
  oid,
  type Parts,
  rawInt,
  rsaSpki,
  seq,
  tlv,
} from '../../support/der-writer.js'
import type { Random } from './random.js'

/** A key that only an attacker would make, and the algorithm of a signature that it might verify. */
type Key = Pick<Parts, 'spki'> & { readonly signedLike: 'ec' | 'rsa' | 'ed25519' | 'ml-dsa-44' }

const KINDS: readonly [name: string, make: (random: Random) => Key][] = [
  ['a point at infinity', pointAtInfinity],
  ['a point with any first byte', pointWithAnyFirstByte],
  ['a point with any length', pointOfAnyLength],
  ['explicit curve parameters', selfDescribed],
  ['explicit parameters of a binary curve', selfDescribedBinary],
  ['an RSA modulus', oddModulus],
  ['an RSA exponent', oddExponent],
  ['PSS parameters', oddPss],
  ['a length that does not match its algorithm', oddLength],
  ['DSA', oddDsa],
]

export interface Degenerate {
  readonly kind: string
  readonly der: Buffer
}

/** A CA with such a key. It names itself as issuer, so that its key is used to verify. */
export function degenerate(random: Random): Degenerate {
  const [kind, make] = random.pick(KINDS)
  const { spki, signedLike } = make(random)
  const signature =
    signedLike === 'ec' ? seq(int(1), int(1)) : random.bytes(random.pick([64, 128, 256]))
  const der = certificateOf({
    spki,
    signature,
    algorithm: algorithmFor(signedLike),
    subject: 'x',
    issuer: 'x',
    extensions: [basicConstraints(true)],
  })
  return { kind, der }
}

const CURVE_LIST = [...CURVES.entries()]
const named = (hex: string): Buffer => tlv(6, Buffer.from(hex, 'hex'))

function pickCurve(random: Random): { parameters: Buffer; fieldBytes: number } {
  // The kinds that a chain is verified with more often.
  const usual = CURVE_LIST.filter(([, { name }]) => /^(prime256v1|secp(224|384|521)r1)$/.test(name))
  const [hex, { fieldBytes }] = random.pick(random.chance(0.5) ? usual : CURVE_LIST)
  return { parameters: named(hex), fieldBytes }
}

function pointAtInfinity(random: Random): Key {
  const { parameters, fieldBytes } = pickCurve(random)
  const zeros = Buffer.alloc(random.pick([1, 2, fieldBytes, fieldBytes + 1, 2 * fieldBytes + 1]))
  return { spki: ecSpki(parameters, zeros), signedLike: 'ec' }
}

function pointWithAnyFirstByte(random: Random): Key {
  const { parameters, fieldBytes } = pickCurve(random)
  const length = random.pick([fieldBytes, 2 * fieldBytes])
  const rest = random.pick([Buffer.alloc(length), Buffer.alloc(length, 0xff), random.bytes(length)])
  const first = Buffer.from([random.chance(0.5) ? random.below(8) : random.below(256)])
  return { spki: ecSpki(parameters, Buffer.concat([first, rest])), signedLike: 'ec' }
}

function pointOfAnyLength(random: Random): Key {
  const { parameters, fieldBytes } = pickCurve(random)
  const near = [fieldBytes, fieldBytes + 2, 2 * fieldBytes, 2 * fieldBytes + 2]
  const length = random.chance(0.5) ? random.pick(near) : random.below(300)
  const first = Buffer.from([random.pick([2, 3, 4, 6, 7])])
  const point = Buffer.concat([first, random.bytes(Math.max(length - 1, 0))])
  return { spki: ecSpki(parameters, point), signedLike: 'ec' }
}

/** Numbers that are zero, one, negative, even, odd, small or large. */
function oddNumber(random: Random, bytes: number): Buffer {
  return random.pick<() => Buffer>([
    () => int(0),
    () => int(1),
    () => int(2),
    () => int(-1),
    () => int(random.below(1000)),
    () => int(BigInt(`0x0${random.bytes(bytes).toString('hex')}`) | 1n),
    () => int(BigInt(`0x0${random.bytes(bytes).toString('hex')}`) & ~1n),
    () => int(-BigInt(`0x0${random.bytes(bytes).toString('hex')}`)),
    () => rawInt(`00${random.bytes(bytes).toString('hex')}`),
    () => tlv(2),
  ])()
}

function selfDescribed(random: Random): Key {
  // Short, so that a reader that accepts it doesn't take hours.
  const bytes = random.pick([1, 8, 16, 32])
  const point = Buffer.concat([
    Buffer.from([random.pick([0, 2, 3, 4, 6])]),
    random.bytes(2 * bytes),
  ])
  const base = random.chance(0.3) ? Buffer.from([0]) : point
  const order = oddNumber(random, bytes)
  const parameters = seq(
    int(1),
    seq(oid('1.2.840.10045.1.1'), oddNumber(random, bytes)),
    seq(octets(random.bytes(bytes)), octets(random.bytes(bytes))),
    octets(base),
    ...(random.chance(0.9) ? [order] : []),
    ...(random.chance(0.5) ? [oddNumber(random, 4)] : []),
  )
  return { spki: ecSpki(parameters, point), signedLike: 'ec' }
}

function selfDescribedBinary(random: Random): Key {
  const bytes = random.pick([2, 16, 32])
  const degree = int(random.pick([0, 1, 8 * bytes, 8 * bytes - 3, -5, 100_000]))
  const basis = random.pick([
    [oid('1.2.840.10045.1.2.3.2'), int(random.below(300) - 5)],
    [oid('1.2.840.10045.1.2.3.3'), seq(int(random.below(9)), int(random.below(9)), int(5))],
    [oid('1.2.840.10045.1.2.3.1'), nothing()],
  ])
  const point = Buffer.concat([Buffer.from([random.pick([0, 2, 4])]), random.bytes(2 * bytes)])
  const parameters = seq(
    int(1),
    seq(oid('1.2.840.10045.1.2'), seq(degree, ...basis)),
    seq(octets(random.bytes(bytes)), octets(random.bytes(bytes))),
    octets(point),
    oddNumber(random, bytes),
  )
  return { spki: ecSpki(parameters, point), signedLike: 'ec' }
}

const RSA = seq(oid('1.2.840.113549.1.1.1'), nothing())

/** A number with this many bits, odd or even. */
function numberOf(random: Random, count: number): Buffer {
  const digits = random.bytes(Math.ceil(count / 8) + 1).toString('hex')
  const value = BigInt.asUintN(count - 1, BigInt(`0x${digits}`))
  return int((1n << BigInt(count - 1)) | value)
}

function oddModulus(random: Random): Key {
  const counts = [2, 8, 64, 511, 512, 513, 1024, 2047, 2048, 4096, 16_384, 16_385, 17_000]
  const modulus = random.chance(0.5)
    ? oddNumber(random, random.pick([1, 64, 128, 256]))
    : numberOf(random, random.pick(counts))
  const exponent = random.chance(0.8) ? int(65_537) : oddNumber(random, 8)
  return { spki: rsaSpki(modulus, exponent, algorithmOfRsa(random)), signedLike: 'rsa' }
}

function oddExponent(random: Random): Key {
  const exponent = random.chance(0.7)
    ? numberOf(random, 1 + random.below(80))
    : oddNumber(random, random.pick([1, 8, 256]))
  const modulus = numberOf(random, random.pick([512, 1024, 2048]))
  return { spki: rsaSpki(modulus, exponent, algorithmOfRsa(random)), signedLike: 'rsa' }
}

function algorithmOfRsa(random: Random): Buffer {
  return random.chance(0.7) ? RSA : seq(oid('1.2.840.113549.1.1.10'))
}

function oddPss(random: Random): Key {
  const digest = () => seq(oid(random.pick(['2.16.840.1.101.3.4.2.1', '1.3.14.3.2.26', '1.2.3'])))
  const parts = [
    () => tlv(0xa0, digest()),
    () => tlv(0xa1, seq(oid('1.2.840.113549.1.1.8'), digest())),
    () => tlv(0xa2, oddNumber(random, 8)),
    () => tlv(0xa3, oddNumber(random, 1)),
  ].flatMap((make) => (random.chance(0.7) ? [make()] : []))
  const parameters = random.pick([seq(...parts), seq(), nothing(), int(5)])
  const algorithm = seq(oid('1.2.840.113549.1.1.10'), parameters)
  return { spki: rsaSpki(numberOf(random, 1024), int(65_537), algorithm), signedLike: 'rsa' }
}

function oddLength(random: Random): Key {
  const [id, length] = random.pick<[string, number]>([
    ['1.3.101.110', 32],
    ['1.3.101.111', 56],
    ['1.3.101.112', 32],
    ['1.3.101.113', 57],
    ['2.16.840.1.101.3.4.3.17', 1312],
    ['2.16.840.1.101.3.4.3.18', 1952],
    ['2.16.840.1.101.3.4.4.1', 800],
    ['2.16.840.1.101.3.4.3.20', 32],
  ])
  const wrong = random.pick([0, 1, length - 1, length, length + 1, 2 * length])
  const key = random.chance(0.3) ? Buffer.alloc(wrong) : random.bytes(wrong)
  const parameters = random.chance(0.3) ? [nothing()] : []
  return {
    spki: seq(seq(oid(id), ...parameters), bits(key)),
    signedLike: random.pick(['ed25519', 'ml-dsa-44']),
  }
}

function oddDsa(random: Random): Key {
  const id = random.pick(['1.2.840.10040.4.1', '1.2.840.113549.1.3.1', '1.2.840.10046.2.1'])
  const parameters = seq(oddNumber(random, 128), oddNumber(random, 20), oddNumber(random, 128))
  const key = random.pick([oddNumber(random, 128), seq(), Buffer.alloc(0)])
  return { spki: seq(seq(oid(id), parameters), bits(key)), signedLike: 'ec' }
}
