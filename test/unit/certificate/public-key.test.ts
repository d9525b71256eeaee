import { ECDH, generateKeyPairSync, getCurves, type KeyObject } from 'node:crypto'
import { expect } from 'chai'
import { CURVES } from '../../../src/certificate/curves.js'
import { readElement } from '../../../src/certificate/der.js'
import { type PublicKey, readPublicKey } from '../../../src/certificate/public-key.js'
import {
  bits,
  ecSpki,
  int,
  nothing,
  octets,
  oid,
  rawInt,
  rsaSpki,
  seq,
  set,
  spkiOf,
  tlv,
} from '../../support/der-writer.js'

function read(spki: Buffer): PublicKey | undefined {
  const bytes = Buffer.concat([Buffer.from([0xff]), spki, Buffer.from([0, 0])])
  const element = readElement(bytes, 1, 1 + spki.length)
  if (element === undefined) throw new Error('It is not DER')
  return readPublicKey(bytes, element)
}

function problemOf(spki: Buffer): string {
  const key = read(spki)
  return key?.kind === 'unusable' ? key.problem : JSON.stringify(key)
}

/** The curve's object identifier and the point in a SubjectPublicKeyInfo from OpenSSL. */
function partsOf(spki: Buffer): { parameters: Buffer; point: Buffer } {
  const header = 2 + (spki[1] === 0x81 ? 1 : 0)
  const algorithm = spki.subarray(header + 2, header + 2 + (spki[header + 1] ?? 0))
  const parameters = algorithm.subarray(9)
  const key = readElement(spki, header + 2 + algorithm.length, spki.length)
  return { parameters, point: spki.subarray((key?.start ?? 0) + 1) }
}

/** OpenSSL supports these curves, but has no object identifier for them. */
const UNNAMED = /^Oakley/
/** Curves from X9.62 and WTLS, which neither RFC 5480 nor TLS names. */
const UNUSUAL = /^(c2[pt]nb|prime192v[23]|prime239|wap-)/

const known = new Set([...CURVES.values()].map(({ name }) => name))
const generate = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })

describe('the known curves', () => {
  it('include all curves of OpenSSL that RFC 5480 or TLS names', () => {
    const others = getCurves().filter((name) => !UNNAMED.test(name) && !UNUSUAL.test(name))
    expect([...known].sort()).to.deep.equal(others.sort())
    expect(known.size).to.equal(CURVES.size)
  })

  for (const curve of getCurves().filter((name) => !UNNAMED.test(name))) {
    const { parameters, point } = partsOf(spkiOf(generate(curve).publicKey))

    if (!known.has(curve)) {
      it(`don't include ${curve}`, () => {
        expect(problemOf(ecSpki(parameters, point))).to.equal('its elliptic curve is unknown')
      })
      continue
    }

    const compressed = ECDH.convertKey(point, curve, undefined, undefined, 'compressed') as Buffer
    const hybrid = ECDH.convertKey(point, curve, undefined, undefined, 'hybrid') as Buffer

    it(`include ${curve}, with the length of point that OpenSSL writes`, () => {
      for (const [bytes, isCompressed] of [
        [point, false],
        [compressed, true],
      ] as const) {
        const key = read(ecSpki(parameters, bytes))
        if (key?.kind !== 'ec') throw new Error('It is not read')
        expect(key.curve.name).to.equal(curve)
        expect(key.isCompressed).to.equal(isCompressed)
      }
    })

    it(`reject bytes that cannot be a point on ${curve} (RFC 5480 2.2)`, () => {
      const flipped = Buffer.concat([
        Buffer.from([(compressed[0] ?? 0) ^ 1]),
        compressed.subarray(1),
      ])
      expect(read(ecSpki(parameters, flipped))).to.have.property('kind', 'ec')
      const wrong = [
        Buffer.alloc(0),
        Buffer.from([0]),
        Buffer.from([4]),
        Buffer.from([2]),
        hybrid,
        Buffer.concat([Buffer.from([hybrid[0] === 6 ? 7 : 6]), hybrid.subarray(1)]),
        Buffer.concat([Buffer.from([4]), compressed.subarray(1)]),
        Buffer.concat([Buffer.from([2]), point.subarray(1)]),
        Buffer.concat([Buffer.from([0]), point.subarray(1)]),
        point.subarray(0, -1),
        compressed.subarray(0, -1),
        Buffer.concat([point, Buffer.alloc(1)]),
        Buffer.concat([compressed, Buffer.alloc(1)]),
        point.subarray(1),
      ]
      for (const bytes of wrong) {
        expect(problemOf(ecSpki(parameters, bytes))).to.equal(`it isn't a point on ${curve}`)
      }
    })
  }
})

describe('a key on an elliptic curve', () => {
  const P256 = oid('1.2.840.10045.3.1.7')
  const { point } = partsOf(spkiOf(generate('P-256').publicKey))

  it('must begin with 2, 3 or 4, and have the length that goes with it', () => {
    for (let first = 0; first < 256; first += 1) {
      const start = Buffer.from([first])
      const long = Buffer.concat([start, point.subarray(1)])
      const short = Buffer.concat([start, point.subarray(1, 33)])
      expect(read(ecSpki(P256, long))?.kind).to.equal(first === 4 ? 'ec' : 'unusable')
      expect(read(ecSpki(P256, short))?.kind).to.equal(
        first === 2 || first === 3 ? 'ec' : 'unusable',
      )
      expect(read(ecSpki(P256, start))?.kind).to.equal('unusable')
    }
  })

  const explicit = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' })
  const unnamed: [what: string, parameters: Buffer][] = [
    ['with explicit parameters', seq(int(1), seq(oid('1.2.840.10045.1.1'), int(23)))],
    ['that is implicit (implicitCurve)', nothing()],
    ['that is missing', Buffer.alloc(0)],
    ['that is a number', int(7)],
  ]
  for (const [what, parameters] of unnamed) {
    it(`is rejected on a curve ${what} (RFC 5480 2.1.1)`, () => {
      expect(problemOf(ecSpki(parameters, point))).to.equal("it doesn't name its elliptic curve")
    })
  }

  it("is rejected with OpenSSL's explicit parameters for P-256", () => {
    expect(problemOf(spkiOf(explicit.publicKey))).to.equal("it doesn't name its elliptic curve")
  })

  it('is rejected on a curve that is unknown', () => {
    for (const id of ['1.2.840.10045.3.1.127', '1.2.840.10045.3.1', '1.2.840.10045.3.1.7.1']) {
      expect(problemOf(ecSpki(oid(id), point))).to.equal('its elliptic curve is unknown')
    }
  })

  it('is rejected when anything follows the name of its curve', () => {
    const algorithm = [oid('1.2.840.10045.2.1'), P256, nothing()]
    expect(read(seq(seq(...algorithm), bits(point)))).to.equal(undefined)
  })
})

/** An odd number with exactly this many bits. */
const ofBits = (count: number): Buffer => int((1n << BigInt(count - 1)) + 1n)
const E = int(65_537)
const PSS = seq(oid('1.2.840.113549.1.1.10'))
const NO_MODULUS = "its modulus isn't 512 to 16,384 bits long"
const NO_EXPONENT = "its exponent isn't 2 to 64 bits long"

describe('an RSA key', () => {
  it('is read with its lengths, for PKCS#1 and for PSS', () => {
    for (const modulusLength of [512, 1024, 2048]) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent: 3 })
      const pss = generateKeyPairSync('rsa-pss', { modulusLength })
      const rsa = { kind: 'rsa', modulusBits: modulusLength }
      expect(read(spkiOf(publicKey))).to.deep.equal({ ...rsa, exponentBits: 2 })
      expect(read(spkiOf(pss.publicKey))).to.deep.equal({ ...rsa, exponentBits: 17 })
    }
  })

  it('is read whatever its parameters are', () => {
    for (const parameters of [Buffer.alloc(0), nothing(), seq(), int(1)]) {
      for (const id of ['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10']) {
        const key = rsaSpki(ofBits(2048), E, seq(oid(id), parameters))
        expect(read(key)).to.have.property('modulusBits', 2048)
      }
    }
  })

  for (const count of [512, 513, 519, 520, 1023, 2047, 2048, 4096, 16_383, 16_384]) {
    it(`may have a modulus of ${count} bits`, () => {
      for (const algorithm of [undefined, PSS]) {
        expect(read(rsaSpki(ofBits(count), E, algorithm))).to.deep.equal({
          kind: 'rsa',
          modulusBits: count,
          exponentBits: 17,
        })
      }
    })
  }

  const moduli: [what: string, modulus: Buffer][] = [
    ['of 0', int(0)],
    ['of 1', int(1)],
    ['without contents', tlv(2)],
    ['of 511 bits', ofBits(511)],
    ['of 16,385 bits', ofBits(16_385)],
    ['of 17,000 bits', ofBits(17_000)],
    ['that is negative', int(-(1n << 2047n) - 1n)],
    ['that is negative, with all bits set', rawInt('ff'.repeat(256))],
    ['that is padded', rawInt(`0000${'80'.repeat(256)}`)],
    ['that is padded before a small byte', rawInt(`00${'7f'.repeat(256)}`)],
    ['that consists of zeros', rawInt('00'.repeat(256))],
  ]
  for (const [what, modulus] of moduli) {
    it(`is rejected with a modulus ${what}`, () => {
      for (const algorithm of [undefined, PSS]) {
        expect(problemOf(rsaSpki(modulus, E, algorithm))).to.equal(NO_MODULUS)
      }
    })
  }

  for (let count = 2; count <= 64; count += 1) {
    it(`may have an exponent of ${count} bits`, () => {
      const least = 1n << BigInt(count - 1)
      for (const exponent of [least, 2n * least - 1n]) {
        expect(read(rsaSpki(ofBits(2048), int(exponent)))).to.have.property('exponentBits', count)
      }
    })
  }

  const exponents: [what: string, exponent: Buffer][] = [
    ['of 0', int(0)],
    ['of 1', int(1)],
    ['without contents', tlv(2)],
    ['of 65 bits', ofBits(65)],
    ['of 2,048 bits', ofBits(2048)],
    ['of -1', int(-1)],
    ['of -65537', int(-65_537)],
    ['that is padded', rawInt('00010001')],
    ['that is 128 in one byte', rawInt('80')],
    ['of two zeros', rawInt('0000')],
  ]
  for (const [what, exponent] of exponents) {
    it(`is rejected with an exponent ${what}`, () => {
      expect(problemOf(rsaSpki(ofBits(2048), exponent))).to.equal(NO_EXPONENT)
    })
  }

  const algorithm = seq(oid('1.2.840.113549.1.1.1'), nothing())
  const shapes: [what: string, key: Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['a modulus alone', seq(ofBits(2048))],
    ['three numbers', seq(ofBits(2048), E, E)],
    ['a SET', set(ofBits(2048), E)],
    ['something after it', Buffer.concat([seq(ofBits(2048), E), nothing()])],
    ['a byte after it', Buffer.concat([seq(ofBits(2048), E), Buffer.alloc(1)])],
    ['an OCTET STRING as modulus', seq(octets(Buffer.alloc(256, 0x7f)), E)],
    ['an OCTET STRING as exponent', seq(ofBits(2048), octets(Buffer.from([1, 0, 1])))],
    [
      "numbers whose length isn't DER",
      seq(ofBits(2048), Buffer.from('0281030100 01'.replace(' ', ''), 'hex')),
    ],
  ]
  for (const [what, key] of shapes) {
    it(`is rejected with ${what}`, () => {
      expect(problemOf(seq(algorithm, bits(key)))).to.equal(NO_MODULUS)
    })
  }
})

/** The types for Node 20 don't include Diffie-Hellman. */
const generateDiffieHellman = generateKeyPairSync as unknown as (
  type: 'dh',
  options: { group: string },
) => { publicKey: KeyObject }

describe('a key of another algorithm', () => {
  const fixed: [type: 'ed25519' | 'ed448' | 'x25519' | 'x448', oid: string, length: number][] = [
    ['ed25519', '2b6570', 32],
    ['ed448', '2b6571', 57],
    ['x25519', '2b656e', 32],
    ['x448', '2b656f', 56],
  ]
  for (const [type, id, length] of fixed) {
    it(`must have the length that its algorithm requires: ${type} (RFC 8410 4)`, () => {
      const { publicKey } = generateKeyPairSync(type as 'ed25519')
      expect(read(spkiOf(publicKey))).to.deep.equal({ kind: 'other', oid: id })
      const algorithm = seq(tlv(6, Buffer.from(id, 'hex')))
      for (const wrong of [0, 1, length - 1, length + 1, 1000]) {
        expect(problemOf(seq(algorithm, bits(Buffer.alloc(wrong))))).to.equal(
          "its length doesn't match its algorithm",
        )
      }
    })
  }

  it('is left to OpenSSL, whatever its length: DSA, Diffie-Hellman and unknown algorithms', () => {
    const dsa = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
    const { publicKey } = generateDiffieHellman('dh', { group: 'modp14' })
    for (const key of [dsa.publicKey, publicKey]) {
      expect(read(spkiOf(key))).to.have.property('kind', 'other')
    }
    for (const length of [0, 1, 5000]) {
      const key = seq(seq(oid('1.2.3.4')), bits(Buffer.alloc(length)))
      expect(read(key)).to.deep.equal({ kind: 'other', oid: '2a0304' })
    }
  })
})

describe('a SubjectPublicKeyInfo', () => {
  const key = Buffer.alloc(32)
  const algorithm = seq(oid('1.3.101.112'))
  const wrong: [what: string, spki: Buffer][] = [
    ['nothing', seq()],
    ['no key', seq(algorithm)],
    ['no algorithm', seq(bits(key))],
    ['the key before the algorithm', seq(bits(key), algorithm)],
    ['a key that is an OCTET STRING', seq(algorithm, octets(key))],
    ['something after the key', seq(algorithm, bits(key), nothing())],
    ['an identifier instead of an algorithm', seq(oid('1.3.101.112'), bits(key))],
    ['an empty algorithm', seq(seq(), bits(key))],
    ['an algorithm whose identifier is a number', seq(seq(int(1)), bits(key))],
    [
      'an algorithm with three parts',
      seq(seq(oid('1.3.101.112'), nothing(), nothing()), bits(key)),
    ],
    ['a key whose last bits are unused', seq(algorithm, bits(key, 1))],
    ['a key whose last eight bits are unused', seq(algorithm, bits(key, 8))],
    ['a key of no bytes at all', seq(algorithm, tlv(3))],
  ]
  for (const [what, spki] of wrong) {
    it(`is rejected with ${what}`, () => {
      expect(read(spki)).to.equal(undefined)
      expect(read(seq(algorithm, bits(key)))).not.to.equal(undefined)
    })
  }
})
