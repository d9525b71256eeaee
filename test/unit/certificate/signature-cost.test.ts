import { expect } from 'chai'
import { CURVES } from '../../../src/certificate/curves.js'
import { signatureCost } from '../../../src/certificate/signature-cost.js'

const rsa = (modulusBits: number, exponentBits = 17): number =>
  signatureCost({ kind: 'rsa', modulusBits, exponentBits })

describe('the assumed cost of verifying a signature', () => {
  it('grows with the square of an RSA modulus', () => {
    for (const bits of [512, 1024, 2048, 4096]) {
      expect((rsa(4 * bits) - rsa(2 * bits)) / (rsa(2 * bits) - rsa(bits))).to.be.closeTo(4, 1e-9)
    }
  })

  it('is never zero', () => {
    expect(rsa(512, 2)).to.be.within(0.5, 1)
    expect(rsa(2048)).to.equal(1)
  })

  it('grows with an RSA exponent only if the exponent is longer than usual', () => {
    expect(rsa(2048, 2)).to.equal(rsa(2048))
    expect(rsa(2048, 18)).to.be.above(1.5 * rsa(2048))
    expect(rsa(2048, 64) / rsa(2048, 32)).to.be.within(1.5, 2)
  })

  it('is known for the curves of ordinary certificates, and grows with them', () => {
    const costs = ['prime256v1', 'secp384r1', 'secp521r1'].map((name) =>
      signatureCost({ kind: 'ec', curve: { name, fieldBytes: 32 }, isCompressed: false }),
    )
    expect(costs).to.deep.equal([...costs].sort((a, b) => a - b))
    expect(costs.every((cost) => cost >= 1 && cost < 100)).to.equal(true)
  })

  it('is unbounded for every other curve', () => {
    const usable = ['prime192v1', 'secp224r1', 'prime256v1', 'secp384r1', 'secp521r1']
    for (const curve of CURVES.values()) {
      const cost = signatureCost({ kind: 'ec', curve, isCompressed: false })
      expect(cost === Infinity, curve.name).to.equal(!usable.includes(curve.name))
    }
  })

  it('is unbounded for compressed points only on P-224, where reading one takes long', () => {
    for (const name of ['prime192v1', 'secp224r1', 'prime256v1', 'secp384r1', 'secp521r1']) {
      const cost = signatureCost({
        kind: 'ec',
        curve: { name, fieldBytes: 28 },
        isCompressed: true,
      })
      expect(cost === Infinity, name).to.equal(name === 'secp224r1')
    }
  })

  it('is known for EdDSA and ML-DSA, and unbounded for all other algorithms and unusable keys', () => {
    for (const oid of ['2b6570', '2b6571']) {
      expect(signatureCost({ kind: 'other', oid })).to.be.within(1, 20)
    }
    for (const last of ['11', '12', '13']) {
      const oid = `6086480165030403${last}`
      expect(signatureCost({ kind: 'other', oid })).to.be.within(1, 20)
    }
    for (const oid of ['2b656e', '2a8648ce380401', '', '6086480165030403', '608648016503040314']) {
      expect(signatureCost({ kind: 'other', oid })).to.equal(Infinity)
    }
    expect(signatureCost({ kind: 'unusable', problem: 'it is odd' })).to.equal(Infinity)
  })
})
