import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { createExtractor } from '../../../src/extractor/index.js'
import { certificateFor } from '../../support/certificate-for.js'
import { fingerprints, pathOf } from '../../support/extract-over.js'
import { testPki } from '../../support/pki.js'

/** Of a public key on a curve that is spelled out, which is rejected on every version of Node. */
function createUnusable(): Promise<Buffer> {
  const curve = { namedCurve: 'P-256', paramEncoding: 'explicit' } as const
  const { publicKey } = generateKeyPairSync('ec', curve)
  return certificateFor(publicKey.export({ format: 'der', type: 'spki' }))
}

function createBrainpool(): Promise<Buffer> {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' })
  return certificateFor(publicKey.export({ format: 'der', type: 'spki' }))
}

function extract(ders: readonly Buffer[], includeChain = false) {
  const extractor = createExtractor({
    certificateSource: 'traefik',
    trustedProxies: true,
    includeChain,
  })
  const value = ders.map((der) => der.toString('base64')).join(',')
  return extractor({ headers: { 'x-forwarded-tls-client-cert': value } })
}

describe("a header with a certificate whose public key can't be used", () => {
  it('is rejected, and the detail says why', async () => {
    const unusable = await createUnusable()
    const rejected = { reason: 'header_missing_or_malformed', detail: 'unsupported_key' }
    for (const includeChain of [true, false]) {
      expect(extract([unusable], includeChain)).to.include(rejected)
    }
  })

  it('is rejected with another detail where something is not a certificate', async () => {
    const { chained } = await testPki()
    const text = Buffer.from('text')
    for (const [ders, detail] of [
      [[text], 'not_a_certificate'],
      [[chained.raw, text], 'chain_malformed'],
    ] as const) {
      expect(extract(ders, true)).to.include({ reason: 'header_missing_or_malformed', detail })
    }
  })

  it('yields a chain that ends before an issuer with such a key', async () => {
    const { chained, intermediate, root } = await testPki()
    for (const odd of [await createUnusable(), await createBrainpool()]) {
      const all = [chained.raw, odd, intermediate.raw, odd, root.raw]
      expect(pathOf(extract(all, true))).to.deep.equal(fingerprints(chained, intermediate, root))
      expect(pathOf(extract([chained.raw, odd], true))).to.deep.equal(fingerprints(chained))
    }
  })
})
