import { expect } from 'chai'
import { decodeSpacedPem } from '../../../src/parsers/pem.js'
import { toApachePem } from '../../support/header-values.js'
import { testPki } from '../../support/pki.js'

describe('PEM with spaces instead of line ends', () => {
  it('is read as Apache writes it, with or without its last space', async () => {
    const { chained, intermediate } = await testPki()
    const text = toApachePem(chained)
    expect(text.endsWith('----- ')).to.equal(true)
    expect(decodeSpacedPem(text)).to.deep.equal([chained.raw])
    expect(decodeSpacedPem(text.trimEnd())).to.deep.equal([chained.raw])
    expect(decodeSpacedPem(toApachePem(chained, intermediate))).to.deep.equal([
      chained.raw,
      intermediate.raw,
    ])
  })

  it('is rejected in any other form', async () => {
    const { ec, intermediate } = await testPki()
    const text = toApachePem(ec)
    for (const wrong of [
      '',
      ' ',
      '(null)',
      ec.cert,
      encodeURIComponent(ec.cert),
      ` ${text}`,
      `${text}x`,
      text.replace('BEGIN CERTIFICATE', 'BEGIN  CERTIFICATE'),
      text.replace('CERTIFICATE----- ', 'CERTIFICATE-----'),
      text.replace('CERTIFICATE----- ', 'CERTIFICATE-----  '),
      text.replace(' -----END', '-----END'),
      text.replaceAll(' ', '+'),
      text.replaceAll(' ', '\t'),
      `${text}, ${toApachePem(intermediate)}`,
      text.trimEnd() + toApachePem(intermediate),
    ]) {
      expect(decodeSpacedPem(wrong), wrong.slice(0, 40)).to.equal(undefined)
    }
  })
})
