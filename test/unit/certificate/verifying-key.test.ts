import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect } from 'chai'
import { isQuicklyVerified } from '../../../src/certificate/verifying-key.js'

const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).publicKey

/** An RSA key of no use: nobody knows its factors. */
function rsa(modulusBits: number, exponent: bigint): KeyObject {
  const toBase64Url = (number: bigint) => {
    const hex = number.toString(16)
    return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString(
      'base64url',
    )
  }
  const n = toBase64Url((1n << BigInt(modulusBits - 1)) | 1n)
  return createPublicKey({ key: { kty: 'RSA', n, e: toBase64Url(exponent) }, format: 'jwk' })
}

describe('a key that signatures are verified with', () => {
  const quick: [what: string, key: () => KeyObject][] = [
    ['P-256', () => ec('P-256')],
    ['P-384', () => ec('P-384')],
    ['P-521', () => ec('P-521')],
    ['Ed25519', () => generateKeyPairSync('ed25519').publicKey],
    ['Ed448', () => generateKeyPairSync('ed448').publicKey],
    ['RSA with 2,048 bits', () => rsa(2048, 65537n)],
    ['RSA with 8,192 bits', () => rsa(8192, 65537n)],
    ['RSA with the exponent 3', () => rsa(2048, 3n)],
    ['RSA with an exponent of 32 bits', () => rsa(2048, 0xffff_ffffn)],
    ['RSA for PSS only', () => generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey],
  ]
  for (const [what, key] of quick) {
    it(`may be ${what}`, () => expect(isQuicklyVerified(key())).to.equal(true))
  }

  const slow: [what: string, key: () => KeyObject][] = [
    ['one on a binary curve', () => ec('sect571r1')],
    ['one on a curve that few know', () => ec('brainpoolP512r1')],
    ['RSA with more than 8,192 bits', () => rsa(8193, 65537n)],
    ['RSA with an exponent of 33 bits', () => rsa(2048, 0x1_0000_0001n)],
    ['RSA with an exponent as long as the modulus', () => rsa(2048, (1n << 2046n) | 1n)],
    ['one of another kind', () => generateKeyPairSync('x25519').publicKey],
    [
      'one of an old kind',
      () => generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey,
    ],
  ]
  for (const [what, key] of slow) {
    it(`may not be ${what}`, () => expect(isQuicklyVerified(key())).to.equal(false))
  }
})
