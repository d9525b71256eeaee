import { expect } from 'chai'
import { decodeBase64Pem } from '../../../src/parsers/base64-pem.js'
import { toBase64Pem } from '../../support/header-values.js'
import { testPki } from '../../support/pki.js'

const encode = (text: string) => Buffer.from(text).toString('base64')

describe('base64 of PEM', () => {
  it('may contain one certificate or several', async () => {
    const { chained, intermediate } = await testPki()
    expect(decodeBase64Pem(toBase64Pem(chained))).to.deep.equal([chained.raw])
    const both = [chained.raw, intermediate.raw]
    expect(decodeBase64Pem(toBase64Pem(chained, intermediate))).to.deep.equal(both)
  })

  it('is rejected with anything else', async () => {
    const { ec } = await testPki()
    for (const wrong of [
      '',
      ec.cert,
      ec.raw.toString('base64'),
      encode(`x${ec.cert}`),
      encode(`${ec.cert}x`),
      `${encode(ec.cert)}=`,
      ` ${encode(ec.cert)}`,
    ]) {
      expect(decodeBase64Pem(wrong)).to.equal(undefined)
    }
  })
})
