import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { decodePemLists, looksLikePem } from '../../../../src/path/crl/pem.js'
import { runAtOnce, SLICE } from '../../../../src/path/crl/slices.js'
import { crlToPem } from '../../../support/crl-writer.js'

const decode = (text: string | Uint8Array): Buffer[] | undefined => runAtOnce(decodePemLists(text))

const [one, two] = [randomBytes(100), randomBytes(99)]

describe('lists in PEM (RFC 7468 section 6)', () => {
  it('are decoded from a string or bytes', () => {
    expect(decode(crlToPem(one))).to.deep.equal([one])
    expect(decode(Buffer.from(crlToPem(one)))).to.deep.equal([one])
    expect(decode(Uint8Array.from(Buffer.from(crlToPem(one))))).to.deep.equal([one])
  })

  it('are decoded from a bundle, with text around the blocks and either line end', () => {
    const bundle = `first\n${crlToPem(one)}\nsecond\r\n${crlToPem(two).replaceAll('\n', '\r\n')}# end`
    expect(decode(bundle)).to.deep.equal([one, two])
    expect(decode(crlToPem(one).trimEnd())).to.deep.equal([one])
  })

  for (const size of [SLICE.bytes, SLICE.bytes * 0.75, (SLICE.bytes * 3) / 4 + 1, 5_000_001]) {
    it(`are decoded in slices: ${size} bytes`, () => {
      const bytes = Buffer.alloc(size, 7)
      const work = decodePemLists(crlToPem(bytes))
      expect(work.next().done).to.equal(false)
      expect(runAtOnce(work)?.[0]?.equals(bytes)).to.equal(true)
    })
  }

  const base64 = one.toString('base64')
  const wrong: Record<string, string> = {
    'no block': 'nothing',
    'another block': crlToPem(one).replaceAll('X509 CRL', 'CERTIFICATE'),
    'another block before the list': `-----BEGIN X-----\n-----END X-----\n${crlToPem(one)}`,
    'another block after the list': `${crlToPem(one)}-----BEGIN X-----\n-----END X-----\n`,
    'no END line': crlToPem(one).replace(/-----END.*/, ''),
    'something before the BEGIN line': `x${crlToPem(one)}`,
    'something after the END line': `${crlToPem(one).trimEnd()}x`,
    'something after the BEGIN line': `-----BEGIN X509 CRL-----${base64}\n-----END X509 CRL-----`,
    'blanks in the base64': crlToPem(one).replace(base64.slice(0, 4), `${base64.slice(0, 4)} `),
    'a cut-off base64': crlToPem(one).replace('==', '='),
    'an empty block': '-----BEGIN X509 CRL-----\n-----END X509 CRL-----\n',
    'padding in the middle': `-----BEGIN X509 CRL-----\n${base64}\n${base64}\n-----END X509 CRL-----`,
  }
  for (const [what, text] of Object.entries(wrong)) {
    it(`are rejected with ${what}`, () => {
      expect(decode(text)).to.equal(undefined)
    })
  }

  it('are rejected with padding at the end of a slice', () => {
    const first = `${'A'.repeat(SLICE.bytes - 3)}==`
    const text = `-----BEGIN X509 CRL-----\n${first}\nAAAA\n-----END X509 CRL-----\n`
    expect(decode(text)).to.equal(undefined)
  })

  it('are told from DER by the first two bytes', () => {
    expect(looksLikePem('0')).to.equal(true)
    expect(looksLikePem(Buffer.from('0\x82', 'latin1'))).to.equal(false)
    expect(looksLikePem(Buffer.from('0\x80', 'latin1'))).to.equal(false)
    expect(looksLikePem(Buffer.from('0\x7f', 'latin1'))).to.equal(true)
    expect(looksLikePem(Buffer.from('1\x82', 'latin1'))).to.equal(true)
    expect(looksLikePem(Buffer.from('0'))).to.equal(true)
  })
})
