import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { CURVES } from '../../../src/certificate/curves.js'
import type { PublicKey } from '../../../src/certificate/public-key.js'
import { isStrongKey, isStrongSignature } from '../../../src/path/algorithms.js'
import { algorithmFor, int, nothing, oid, seq, set, tlv, utf8 } from '../../support/der-writer.js'
import { elementOf } from '../../support/path-writer.js'

const isStrong = (algorithm: Buffer): boolean => isStrongSignature(algorithm, elementOf(algorithm))
const identified = (id: string): Buffer => seq(oid(id))

const RSA = '1.2.840.113549.1.1'
const ECDSA = '1.2.840.10045.4'
const NIST = '2.16.840.1.101.3.4'
const SHA1 = '1.3.14.3.2.26'
const MGF1 = `${RSA}.8`

describe('isStrongSignature (RFC 5280 4.1.1.2)', () => {
  for (const [name, id] of [
    ['RSA with SHA-256', `${RSA}.11`],
    ['RSA with SHA-384', `${RSA}.12`],
    ['RSA with SHA-512', `${RSA}.13`],
    ['RSA with SHA-224', `${RSA}.14`],
    ['ECDSA with SHA-224', `${ECDSA}.3.1`],
    ['ECDSA with SHA-256', `${ECDSA}.3.2`],
    ['ECDSA with SHA-384', `${ECDSA}.3.3`],
    ['ECDSA with SHA-512', `${ECDSA}.3.4`],
    ['ECDSA with SHA3-224', `${NIST}.3.9`],
    ['ECDSA with SHA3-256', `${NIST}.3.10`],
    ['ECDSA with SHA3-384', `${NIST}.3.11`],
    ['ECDSA with SHA3-512', `${NIST}.3.12`],
    ['RSA with SHA3-224', `${NIST}.3.13`],
    ['RSA with SHA3-256', `${NIST}.3.14`],
    ['RSA with SHA3-384', `${NIST}.3.15`],
    ['RSA with SHA3-512', `${NIST}.3.16`],
    ['Ed25519', '1.3.101.112'],
    ['Ed448', '1.3.101.113'],
    ['ML-DSA-44', `${NIST}.3.17`],
    ['ML-DSA-65', `${NIST}.3.18`],
    ['ML-DSA-87', `${NIST}.3.19`],
  ] as const) {
    it(`accepts ${name}`, () => {
      expect(isStrong(identified(id))).to.equal(true)
    })
  }

  it('accepts parameters', () => {
    expect(isStrong(seq(oid(`${RSA}.11`), nothing()))).to.equal(true)
  })

  for (const [name, algorithm] of [
    ['RSA with MD2', identified(`${RSA}.2`)],
    ['RSA with MD5', identified(`${RSA}.4`)],
    ['RSA with SHA-1', identified(`${RSA}.5`)],
    ['RSA with SHA-1, by its other identifier', identified('1.3.14.3.2.29')],
    ['RSA with SHA-512/256', identified(`${RSA}.16`)],
    ['plain RSA', identified(`${RSA}.1`)],
    ['ECDSA with SHA-1', identified(`${ECDSA}.1`)],
    ['DSA with SHA-1', identified('1.2.840.10040.4.3')],
    ['DSA with SHA-256', identified(`${NIST}.3.2`)],
    ['DSA with SHA3-512', identified(`${NIST}.3.8`)],
    ['SLH-DSA, which no version of Node had when this was written', identified(`${NIST}.3.20`)],
    ['X25519', identified('1.3.101.110')],
    ['a digest alone', identified(`${NIST}.2.1`)],
    ['no algorithm', seq()],
    ['three fields', seq(oid(`${RSA}.11`), nothing(), nothing())],
    ['an identifier of another type', seq(utf8('x'))],
  ] as const) {
    it(`rejects ${name}`, () => {
      expect(isStrong(algorithm)).to.equal(false)
    })
  }
})

describe('isStrongSignature for RSASSA-PSS (RFC 8017 A.2.3)', () => {
  const pss = (...parameters: readonly Buffer[]): Buffer => seq(oid(`${RSA}.10`), ...parameters)
  const sha = (last: number): Buffer => seq(oid(`${NIST}.2.${last}`), nothing())
  const digest = (algorithm: Buffer): Buffer => tlv(0xa0, algorithm)
  const mask = (algorithm: Buffer, id = MGF1): Buffer => tlv(0xa1, seq(oid(id), algorithm))
  const salt = tlv(0xa2, int(32))
  const [weak, good] = [seq(oid(SHA1)), sha(1)]

  for (const [name, last] of [
    ['SHA-256', 1],
    ['SHA-384', 2],
    ['SHA-512', 3],
    ['SHA-224', 4],
  ] as const) {
    it(`accepts ${name}`, () => {
      expect(isStrong(pss(seq(digest(sha(last)), mask(sha(last)), salt)))).to.equal(true)
    })
  }

  it('accepts the default length of the salt and the trailer field', () => {
    expect(isStrong(pss(seq(digest(good), mask(good))))).to.equal(true)
    expect(isStrong(pss(seq(digest(good), mask(good), salt, tlv(0xa3, int(1)))))).to.equal(true)
  })

  it('accepts what OpenSSL writes', () => {
    const { privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    expect(isStrong(algorithmFor(privateKey))).to.equal(true)
  })

  for (const [fault, algorithm] of [
    ['no parameters, which mean SHA-1', pss()],
    ['empty parameters, which mean SHA-1', pss(seq())],
    ['NULL as parameters', pss(nothing())],
    ['the default digest, which is SHA-1', pss(seq(mask(good), salt))],
    ['the default digest of the mask, which is SHA-1', pss(seq(digest(good), salt))],
    ['SHA-1', pss(seq(digest(weak), mask(good), salt))],
    ['SHA-1 in the mask', pss(seq(digest(good), mask(weak), salt))],
    ['SHA-1 in both', pss(seq(digest(weak), mask(weak), salt))],
    ['another mask generation', pss(seq(digest(good), mask(good, '1.2.3')))],
    ['a mask generation without a digest', pss(seq(digest(good), tlv(0xa1, seq(oid(MGF1)))))],
    [
      "a digest of the mask that isn't a SEQUENCE",
      pss(seq(digest(good), mask(set(oid(`${NIST}.2.1`))))),
    ],
    [
      "a mask generation that isn't a SEQUENCE",
      pss(seq(digest(good), tlv(0xa1, set(oid(MGF1), good)))),
    ],
    ["a digest that isn't a SEQUENCE", pss(seq(digest(set(oid(`${NIST}.2.1`))), mask(good)))],
    ['two digests', pss(seq(tlv(0xa0, good, good), mask(good)))],
    [
      'a digest of three fields',
      pss(seq(digest(seq(oid(`${NIST}.2.1`), nothing(), nothing())), mask(good))),
    ],
    ['five parameters', pss(seq(digest(good), mask(good), salt, tlv(0xa3, int(1)), salt))],
    ['an unknown digest', pss(seq(digest(sha(5)), mask(good)))],
  ] as const) {
    it(`rejects ${fault}`, () => {
      expect(isStrong(algorithm)).to.equal(false)
    })
  }

  it("doesn't read the parameters of other algorithms", () => {
    expect(isStrong(seq(oid(`${RSA}.5`), seq(digest(good), mask(good), salt)))).to.equal(false)
  })
})

describe('isStrongKey (NIST SP 800-57)', () => {
  const rsa = (modulusBits: number): PublicKey => ({ kind: 'rsa', modulusBits, exponentBits: 17 })
  const other = (id: string): PublicKey => ({ kind: 'other', oid: oid(id).toString('hex', 2) })

  it('accepts RSA from 2,048 bits', () => {
    expect(isStrongKey(rsa(2048))).to.equal(true)
    expect(isStrongKey(rsa(2047))).to.equal(false)
  })

  it('accepts elliptic curves from 224 bits', () => {
    const fields = new Set<number>()
    for (const curve of CURVES.values()) {
      fields.add(curve.fieldBytes)
      const isLongEnough = curve.fieldBytes * 8 >= 224
      expect(isStrongKey({ kind: 'ec', curve, isCompressed: false })).to.equal(isLongEnough)
    }
    expect([...fields]).to.include.members([24, 28, 32, 48, 66])
  })

  for (const id of ['1.3.101.112', '1.3.101.113', `${NIST}.3.17`, `${NIST}.3.18`, `${NIST}.3.19`]) {
    it(`accepts the key type ${id}`, () => {
      expect(isStrongKey(other(id))).to.equal(true)
    })
  }

  for (const id of ['1.3.101.110', '1.2.840.10040.4.1', `${NIST}.3.16`, `${NIST}.3.20`]) {
    it(`rejects the key type ${id}`, () => {
      expect(isStrongKey(other(id))).to.equal(false)
    })
  }

  it('rejects a key that OpenSSL must not see', () => {
    expect(isStrongKey({ kind: 'unusable', problem: 'x' })).to.equal(false)
  })
})
