import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { linkChain, parseIssuers } from '../../../src/certificate/chain.js'
import { countCalls, stopCounting } from '../../support/count-calls.js'
import { generate, issue } from '../../support/der-chain.js'
import {
  algorithmFor,
  bits,
  CA_EXTENSIONS,
  certificateOf,
  ecSpki,
  extension,
  int,
  octets,
  oid,
  type Parts,
  pointSpki,
  rsaSpki,
  seq,
  spkiOf,
} from '../../support/der-writer.js'
import { namesakes } from '../../support/namesakes.js'
import { slowSpki } from '../../support/slow-curve.js'

afterEach(stopCounting)

/** Counts the signatures that are verified for a chain of these certificates, leaf first. */
function countVerified(ders: readonly Buffer[]): number {
  const [leaf, ...others] = ders
  const issuers = parseIssuers(others)
  if (leaf === undefined || issuers === undefined) throw new Error('It contains no certificate')
  const verified = countCalls(X509Certificate.prototype, 'verify')
  linkChain(new X509Certificate(leaf), issuers)
  return verified()
}

/** A certificate that names itself as its issuer, but has no valid signature. */
const unsigned = (parts: Parts): Buffer =>
  certificateOf({ subject: 'x', issuer: 'x', extensions: CA_EXTENSIONS, ...parts })

const ec = (curve: string) => (): Parts => ({ spki: spkiOf(generate(curve)) })

function rsa(bits: number, exponent: bigint): () => Parts {
  const spki = rsaSpki(int((1n << BigInt(bits)) - 1n), int(exponent))
  return () => ({ spki, algorithm: algorithmFor('rsa'), signature: Buffer.alloc(bits / 8, 1) })
}

const compressed = (curve: string) => (): Parts => ({ spki: pointSpki(curve, 'compressed') })
const infinity = ecSpki(oid('1.2.840.10045.3.1.7'), Buffer.from([0]))

describe('the signatures that are verified for a chain', () => {
  const kinds: [what: string, make: () => Parts, ofTwo: number, ofNine: number][] = [
    ['P-192', ec('prime192v1'), 2, 8],
    ['P-224', ec('secp224r1'), 2, 8],
    ['P-256', ec('prime256v1'), 2, 9],
    ['P-384', ec('secp384r1'), 2, 2],
    ['P-521', ec('secp521r1'), 2, 1],
    ['RSA 2048', rsa(2048, 65_537n), 2, 9],
    ['RSA 4096', rsa(4096, 65_537n), 2, 9],
    ['RSA 4096 with an exponent of 64 bits', rsa(4096, 2n ** 64n - 1n), 2, 3],
    ['RSA 8192', rsa(8192, 65_537n), 2, 4],
    ['RSA 8192 with an exponent of 32 bits', rsa(8192, 2n ** 32n - 1n), 2, 1],
    ['RSA 8192 with an exponent of 64 bits', rsa(8192, 2n ** 64n - 1n), 1, 0],
    ['RSA 16384', rsa(16_384, 65_537n), 1, 0],
    ['RSA 16384 with an exponent of 32 bits', rsa(16_384, 2n ** 32n - 1n), 0, 0],
    ['RSA 16384 with an exponent of 64 bits', rsa(16_384, 2n ** 64n - 1n), 0, 0],
    ['a compressed point on P-256', compressed('prime256v1'), 2, 9],
    ['a compressed point on P-224', compressed('secp224r1'), 0, 0],
    ['Brainpool', ec('brainpoolP256r1'), 0, 0],
    ['secp256k1', ec('secp256k1'), 0, 0],
    ['a binary curve', ec('sect571r1'), 0, 0],
    ['explicit curve parameters', () => ({ spki: slowSpki() }), 0, 0],
    ['the point at infinity', () => ({ spki: infinity }), 0, 0],
    ['an unknown algorithm', () => ({ spki: seq(seq(oid('1.2.3')), bits(octets())) }), 0, 0],
  ]
  it('are fewer behind a leaf with a compressed point on P-224, because reading it took long', () => {
    const issuers = Array.from({ length: 9 }, () => unsigned(ec('secp384r1')()))
    const leafOf = (key: Parts): Buffer => certificateOf({ subject: 'leaf', issuer: 'x', ...key })
    const usual = countVerified([leafOf(ec('secp224r1')()), ...issuers])
    const slow = countVerified([leafOf(compressed('secp224r1')()), ...issuers])
    expect([slow, usual]).to.deep.equal([1, 2])
  })

  for (const [what, make, ofTwo, ofNine] of kinds) {
    const of = (count: number): number => {
      const others = Array.from({ length: count }, () => unsigned(make()))
      // The leaf must not name itself as its issuer, because checking that costs another signature.
      const leaf = certificateOf({ subject: 'leaf', issuer: 'x', ...make(), ...ec('prime256v1')() })
      return countVerified([leaf, ...others])
    }

    it(`number ${ofTwo} with two possible issuers, and ${ofNine} with nine: ${what}`, () => {
      expect([of(2), of(9)]).to.deep.equal([ofTwo, ofNine])
    })
  }

  it('become fewer when certificates are long', () => {
    const long = (bytes: number): number => {
      const extensions = [...CA_EXTENSIONS, extension('1.2.3.4', Buffer.alloc(bytes))]
      const issuers = [1, 2].map(() => unsigned({ ...ec('secp384r1')(), extensions }))
      return countVerified([
        certificateOf({ subject: 'leaf', issuer: 'x', ...ec('P-256')() }),
        ...issuers,
      ])
    }
    expect([100, 6_000, 12_000].map(long)).to.deep.equal([2, 2, 0])
  })

  it('include each signature of a long chain of ordinary keys once', () => {
    let by = issue({ subject: 'root', ca: true })
    const path = [by]
    for (let depth = 1; depth < 10; depth += 1) {
      by = issue({ subject: `level ${depth}`, by, ca: true })
      path.unshift(by)
    }
    expect(countVerified(path.map(({ der }) => der))).to.equal(9)
    expect(countVerified(path.map(({ der }) => der).reverse())).to.equal(0)
  })

  it('are bounded for certificates that really did issue each other', async () => {
    const [leaf, ...others] = (await namesakes(10)).map(({ raw }) => raw) as [Buffer, ...Buffer[]]
    expect(countVerified([leaf, ...others])).to.be.within(10, 32)
    expect(countVerified([leaf, ...others.reverse()])).to.be.within(10, 32)
    expect(countVerified([leaf])).to.equal(0)
  })
})
