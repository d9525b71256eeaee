import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { hasShowableKey } from '../../../src/certificate/showable-key.js'
import { certificateFor } from '../../support/certificate-for.js'

async function withKey(spki: Buffer): Promise<X509Certificate> {
  return new X509Certificate(await certificateFor(spki))
}

function ec(namedCurve: string): Buffer {
  return generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'der', type: 'spki' })
}

function rsa(): Buffer {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return publicKey.export({ format: 'der', type: 'spki' })
}

describe('a key that Node may be asked to show', () => {
  for (const curve of ['prime192v1', 'secp224r1', 'P-256', 'P-384', 'P-521']) {
    it(`is one on ${curve}, everywhere`, async () => {
      const certificate = await withKey(ec(curve))
      expect([20, 22, 24, 26].map((major) => hasShowableKey(certificate, major))).to.deep.equal(
        Array(4).fill(true),
      )
    })
  }

  it('is one without a curve, everywhere', async () => {
    const certificate = await withKey(rsa())
    expect([20, 24].map((major) => hasShowableKey(certificate, major))).to.deep.equal([true, true])
  })

  for (const curve of ['secp256k1', 'brainpoolP256r1']) {
    it(`is one on ${curve} only where Node does not crash on it`, async () => {
      const certificate = await withKey(ec(curve))
      expect([20, 22, 23, 24, 26].map((major) => hasShowableKey(certificate, major))).to.deep.equal(
        [true, true, false, false, false],
      )
    })
  }

  it('is not one that cannot be read, where Node may crash on it', async () => {
    const spki = ec('P-256')
    const offCurve = await withKey(spki.fill(1, spki.length - 8))
    expect(hasShowableKey(offCurve, 24)).to.equal(false)
  })
})
