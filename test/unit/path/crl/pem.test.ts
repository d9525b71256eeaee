import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { decodePemLists, looksLikePem, type PemFault } from '../../../../src/path/crl/pem.js'
import { runAtOnce, SLICE } from '../../../../src/path/crl/slices.js'
import { crlToPem } from '../../../support/crl-writer.js'

const decode = (text: string | Uint8Array): Buffer[] | PemFault => runAtOnce(decodePemLists(text))

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
      expect(runAtOnce(work)).to.deep.equal([bytes])
    })
  }

  const base64 = one.toString('base64')
  const wrong: Record<string, string> = {
    'no block': 'nothing\nat all',
    'another block': crlToPem(one).replaceAll('X509 CRL', 'X'),
    'another block before the list': `-----BEGIN X-----\n-----END X-----\n${crlToPem(one)}`,
    'another block after the list': `${crlToPem(one)}-----BEGIN X-----\n-----END X-----\n`,
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
      expect(decode(text)).to.equal('not_only_lists')
    })
  }

  const certificate = crlToPem(one).replaceAll('X509 CRL', 'CERTIFICATE')
  const faults: [what: string, source: string | Uint8Array, fault: PemFault][] = [
    ['an empty string', '', 'empty'],
    ['an empty buffer', Buffer.alloc(0), 'empty'],
    ['blank lines', ' \r\n\n', 'empty'],
    ['a certificate', certificate, 'certificate'],
    ['bytes of a certificate', Buffer.from(`# mine\n${certificate}`), 'certificate'],
    ['the name of a file', 'lists/ca.crl.pem', 'file_name'],
    ['a file that holds one line', Buffer.from('lists/ca.crl.pem'), 'not_only_lists'],
    ['a web page', '<html>Not found</html>', 'not_only_lists'],
    ['a list without its END line', crlToPem(one).replace(/-----END.*/, ''), 'truncated'],
    ['a bundle that is cut off', crlToPem(one) + crlToPem(two).slice(0, -5), 'truncated'],
    ['a list and a certificate', crlToPem(one) + certificate, 'not_only_lists'],
  ]
  for (const [what, source, fault] of faults) {
    it(`are told from ${what}`, () => {
      expect(decode(source)).to.equal(fault)
    })
  }

  it('are rejected with padding at the end of a slice', () => {
    const first = `${'A'.repeat(SLICE.bytes - 3)}==`
    const text = `-----BEGIN X509 CRL-----\n${first}\nAAAA\n-----END X509 CRL-----\n`
    expect(decode(text)).to.equal('not_only_lists')
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
