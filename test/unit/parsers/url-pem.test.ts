import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { decodeUrlPem } from '../../../src/parsers/url-pem.js'
import { toUrlPem, toUrlPemAws } from '../../support/header-values.js'
import { type Issued, testPki } from '../../support/pki.js'

describe('percent-encoded PEM', () => {
  let client: Issued
  let ders: Buffer[]
  let text: string
  before(async () => {
    const { rsa } = await testPki()
    // An RSA certificate is long enough to contain every digit that needs an escape.
    client = rsa
    ders = [rsa.raw]
    text = toUrlPem(rsa)
    expect(text).to.match(/%2B/).and.match(/%2F/)
  })

  it('is read as nginx writes it', () => {
    expect(decodeUrlPem(text)).to.deep.equal(ders)
  })

  it('is read as AWS writes it, with "+" as a digit and not as a space', () => {
    const aws = toUrlPemAws(client)
    expect(aws).to.match(/\+.*\//)
    expect(decodeUrlPem(aws)).to.deep.equal(ders)
  })

  it('is rejected after a form decoder has replaced "+" by spaces', () => {
    expect(decodeUrlPem(toUrlPemAws(client).replaceAll('+', '%20'))).to.equal(undefined)
    expect(decodeUrlPem(toUrlPemAws(client).replaceAll('+', ' '))).to.equal(undefined)
  })

  it('is read with escapes in lower case, as Apache writes them', () => {
    const lower = text.replace(/%../g, (escape) => escape.toLowerCase())
    expect(lower).to.match(/%0a/).and.match(/%2b/)
    expect(decodeUrlPem(lower)).to.deep.equal(ders)
  })

  it('is read with every character escaped', () => {
    const all = client.cert.replace(
      /[^]/g,
      (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
    )
    expect(decodeUrlPem(all)).to.deep.equal(ders)
  })

  it('is read with CR and LF as line ends', () => {
    expect(decodeUrlPem(text.replaceAll('%0A', '%0D%0A'))).to.deep.equal(ders)
  })

  it('is read as a chain, the leaf first', async () => {
    const { chained, intermediate, root } = await testPki()
    const chain = [chained, intermediate, root]
    expect(decodeUrlPem(toUrlPem(...chain))).to.deep.equal(chain.map(({ raw }) => raw))
    expect(decodeUrlPem(toUrlPemAws(...chain))).to.deep.equal(chain.map(({ raw }) => raw))
  })

  const rejected: [what: string, change: (text: string) => string][] = [
    ['an escape cut off after "%"', (t) => `${t}%`],
    ['an escape cut off after one digit', (t) => `${t}%0`],
    ['an escape without hex digits', (t) => `${t}%ZZ`],
    ["an escape that isn't UTF-8", (t) => `${t}%FF`],
    ['an escape that would be decoded twice', (t) => t.replaceAll('%', '%25')],
    ['text at the beginning', (t) => `x${t}`],
    ['text at the end', (t) => `${t}x`],
    ['a comma and a second copy, as HTTP joins two lines', (t) => `${t}, ${t}`],
    ['spaces instead of line ends, as Apache writes the variable', (t) => t.replaceAll('%0A', ' ')],
    ['a NUL character', (t) => t.replace('%0A', '%00%0A')],
    ['quotes around it', (t) => `"${t}"`],
  ]

  for (const [what, change] of rejected) {
    it(`is rejected with ${what}`, () => {
      expect(decodeUrlPem(change(text))).to.equal(undefined)
    })
  }

  it('is stricter than Node, which accepts garbage and ignores a second block', async () => {
    const { ec } = await testPki()
    const lax = (pem: string) => new X509Certificate(pem).raw
    expect(lax(`garbage\n${client.cert}`)).to.deep.equal(client.raw)
    expect(lax(`${client.cert}${ec.cert}`)).to.deep.equal(client.raw)
    expect(decodeUrlPem(encodeURIComponent(`garbage\n${client.cert}`))).to.equal(undefined)
    expect(decodeUrlPem(toUrlPem(client, ec))).to.deep.equal([client.raw, ec.raw])
  })
})
