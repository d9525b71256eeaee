import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { parseDistinguishedName } from '../../../src/certificate/distinguished-name.js'
import { presentedBy, readCaptures } from '../../support/captures.js'

/** Headers in which proxies forward the subject in the form of RFC 4514. */
const HEADERS = ['ssl_client_s_dn', 'ssl-client-subject-dn', 'x-ssl-client-s-dn']

function* captured(): Generator<{ name: string; text: string; leaf: Buffer }> {
  for (const [name, capture] of readCaptures()) {
    const lines = capture.rawHeaders ?? []
    const at = lines.findIndex((line, index) => {
      return index % 2 === 0 && HEADERS.includes(line.toLowerCase())
    })
    const [leaf] = presentedBy(capture)
    const text = lines[at + 1]
    if (at !== -1 && leaf !== undefined && text?.includes('=')) yield { name, text, leaf }
  }
}

describe('a distinguished name in a string', () => {
  it('is read from headers of real proxies as Node shows the subject of the certificate', () => {
    const cases = [...captured()]
    expect(cases.length).to.be.greaterThan(3)
    for (const { name, text, leaf } of cases) {
      const { subject } = new X509Certificate(leaf).toLegacyObject()
      const read = parseDistinguishedName(text)
      expect(read, name).to.deep.equal(subject)
      expect(Object.keys(read ?? {})).to.deep.equal(Object.keys(subject))
      expect(Object.getPrototypeOf(read)).to.equal(null)
    }
  })

  const read: [text: string, name: Record<string, string | string[]>][] = [
    ['', {}],
    ['CN=a', { CN: 'a' }],
    ['CN=', { CN: '' }],
    ['CN=a,OU=x,OU=y,O=b', { O: 'b', OU: ['y', 'x'], CN: 'a' }],
    ['OU=x,OU=y,OU=z', { OU: ['z', 'y', 'x'] }],
    ['UID=u+CN=a,O=b', { O: 'b', CN: 'a', UID: 'u' }],
    ['1.2.840.113549.1.9.1=#16017A', { '1.2.840.113549.1.9.1': 'z' }],
    ['2.5.4.97=#0C065053442D4131+CN=a', { CN: 'a', '2.5.4.97': 'PSD-A1' }],
    ['CN=a\\,b\\+c\\=d\\;e\\<f\\>g\\\\h', { CN: 'a,b+c=d;e<f>g\\h' }],
    ['CN=a=b', { CN: 'a=b' }],
    ['CN=\\"quoted\\"', { CN: '"quoted"' }],
    ['CN=\\ a \\ ', { CN: ' a  ' }],
    ['CN=\\#a', { CN: '#a' }],
    ['CN=\\#0C0141', { CN: '#0C0141' }],
    ['CN=a#0C0141', { CN: 'a#0C0141' }],
    ['CN=\\C3\\AB\\E2\\82\\ac', { CN: '\u00eb\u20ac' }],
    ['CN=\\00', { CN: '\0' }],
    ['CN=\\0', { CN: '0' }],
    ['CN=\\0g', { CN: '0g' }],
    ['CN=\\\\,O=b', { O: 'b', CN: '\\' }],
  ]
  for (const [text, name] of read) {
    it(`is read: ${text}`, () => {
      expect({ ...parseDistinguishedName(text) }).to.deep.equal(name)
    })
  }

  const rejected = [
    ...['a', ',', 'CN=a,', ',CN=a', 'CN=a,,O=b', '=a', 'CN=a+', 'C N=a', ' CN=a', 'CN=a, O=b'],
    ...['CN=#', 'CN=#0', 'CN=#0C0141,', 'CN=#0C0142 ', 'CN=#a', 'CN=#0C01\\41'],
    ...['CN=a\\', 'CN=\\FF', 'CN=\\C3', 'CN=\u20ac', 'CN=\u00eb', '__proto__=a', 'C\u00d1=a'],
  ]
  for (const text of rejected) {
    it(`is rejected: ${JSON.stringify(text)}`, () => {
      expect(parseDistinguishedName(text)).to.equal(undefined)
    })
  }

  it('has no inherited members', () => {
    const name = parseDistinguishedName('constructor=a') as unknown as Record<string, unknown>
    expect(name['constructor']).to.equal('a')
    expect('toString' in name).to.equal(false)
  })

  it('may have at most 1,000 attributes', () => {
    const most = Array<string>(1000).fill('OU=a')
    expect(parseDistinguishedName(most.join(','))?.OU).to.have.lengthOf(1000)
    expect(parseDistinguishedName([...most, 'OU=a'].join('+'))).to.equal(undefined)
  })
})
