import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { readFields } from '../../../src/certificate/fields.js'
import { forgeIssued, forgeSelfSigned, type Identity, toPem } from '../../../src/cli/forge.js'
import { createAuthority, type Issued, testPki } from '../../support/pki.js'

function forge(make: typeof forgeIssued, { raw }: Issued): Identity {
  const fields = readFields(raw)
  if (fields === undefined) throw new Error('not a certificate')
  return make(raw, fields)
}

/** Certificates with both kinds of keys, with lengths of one, two and three bytes, and a long name. */
async function models(): Promise<Record<string, Issued>> {
  const { ec, rsa, server, chained } = await testPki()
  const root = await createAuthority()
  const long = await root.issue({
    subject: `CN=${'long '.repeat(12)}, O=${'x'.repeat(60)}, OU=${'y'.repeat(60)}`,
    subjectAltName: Array.from({ length: 3000 }, (_, at) => ({
      type: 'dns' as const,
      value: `client-${at}.example.com`,
    })),
  })
  return { ec, rsa, server, chained, long }
}

describe('a forged certificate', () => {
  for (const name of ['ec', 'rsa', 'server', 'chained', 'long']) {
    describe(`that resembles the certificate ${name}`, () => {
      let real: X509Certificate
      let model: Issued
      before(async () => {
        model = (await models())[name] as Issued
        real = new X509Certificate(model.raw)
      })

      for (const [kind, make] of [
        ['self-signed', forgeSelfSigned],
        ['issued', forgeIssued],
      ] as const) {
        it(`has its subject, names, dates, purposes and serial number: ${kind}`, () => {
          const { leaf } = forge(make, model)
          const forged = new X509Certificate(leaf)
          for (const field of [
            'subject',
            'subjectAltName',
            'validFrom',
            'validTo',
            'keyUsage',
            'serialNumber',
          ] as const)
            expect(forged[field]).to.deep.equal(real[field])
          expect(readFields(leaf)).not.to.equal(undefined)
        })

        it(`has its own key and no signature of the real CA: ${kind}`, async () => {
          const { cert, key, leaf } = forge(make, model)
          const forged = new X509Certificate(leaf)
          expect(forged.checkPrivateKey(createPrivateKey(key))).to.equal(true)
          expect(real.checkPrivateKey(createPrivateKey(key))).to.equal(false)
          expect(forged.fingerprint256).not.to.equal(real.fingerprint256)
          const { root } = await testPki()
          expect(forged.verify(new X509Certificate(root.raw).publicKey)).to.equal(false)
          expect(new X509Certificate(cert).raw).to.deep.equal(leaf)
        })
      }

      it('is issued by itself', () => {
        const { leaf, issuer } = forge(forgeSelfSigned, model)
        const forged = new X509Certificate(leaf)
        expect(forged.issuer).to.equal(real.subject)
        expect(forged.verify(forged.publicKey)).to.equal(true)
        expect(issuer).to.equal(undefined)
      })

      it("is issued by a CA with the real CA's name, which comes with it", () => {
        const { cert, leaf, issuer } = forge(forgeIssued, model)
        const forged = new X509Certificate(leaf)
        const ca = new X509Certificate(issuer as Buffer)
        expect([forged.issuer, ca.subject, ca.issuer]).to.deep.equal(Array(3).fill(real.issuer))
        expect(ca.ca).to.equal(true)
        expect(ca.verify(ca.publicKey)).to.equal(true)
        expect(forged.verify(ca.publicKey)).to.equal(true)
        expect(cert).to.equal(toPem(leaf, issuer as Buffer))
        expect(readFields(issuer as Buffer)).not.to.equal(undefined)
      })
    })
  }

  it('has another key each time', async () => {
    const { ec } = await testPki()
    expect(forge(forgeIssued, ec).key).not.to.equal(forge(forgeIssued, ec).key)
  })
})

describe('toPem()', () => {
  it('writes what Node writes', async () => {
    const { ec, rsa } = await testPki()
    const nodes = [ec, rsa].map(({ raw }) => new X509Certificate(raw).toString()).join('')
    expect(toPem(ec.raw, rsa.raw)).to.equal(nodes)
  })

  it('ends no line early if the last one is full', () => {
    const lines = toPem(Buffer.alloc(96)).split('\n')
    expect(lines.map(({ length }) => length)).to.deep.equal([27, 64, 64, 25, 0])
  })
})
