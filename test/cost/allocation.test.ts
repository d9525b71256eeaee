import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { measureAllocation, type Way } from '../support/allocation.js'
import { testPki } from '../support/pki.js'

/** Half of the bytes that a request allocated before copies and closures were made smaller, on every release of Node. */
const LIMITS: Readonly<Record<Way, number>> = { strategy: 1879, middleware: 1735 }

for (const keyType of ['rsa', 'ec'] as const) {
  describe(`the memory that a request allocates for a certificate with an ${keyType} key`, () => {
    let measured: ReturnType<typeof measureAllocation>
    let bytesOfCertificate: number
    before(async () => {
      const { [keyType]: client } = await testPki()
      measured = measureAllocation(client.raw, false)
      const { raw, pubkey } = new X509Certificate(client.raw).toLegacyObject()
      bytesOfCertificate = raw.length + (pubkey?.length ?? 0)
    })

    for (const [way, limit] of Object.entries(LIMITS) as [Way, number][]) {
      it(`stays below ${limit} bytes on the heap in the ${way}`, () => {
        expect(measured[way].heapBytes).to.be.within(1, limit)
      })

      it(`holds only the buffers of the certificate in the ${way}`, () => {
        expect(measured[way].bufferBytes).to.equal(bytesOfCertificate)
      })
    }
  })
}
