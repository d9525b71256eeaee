import { X509Certificate } from 'node:crypto'
import { type JsonGeneralNames } from '@peculiar/x509'
import { expect } from 'chai'
import {
  formatSubjectAltNames,
  parseSubjectAltNames,
} from '../../../src/certificate/subject-alt-name.js'
import { testPki } from '../../support/pki.js'

/** Reads the names of a real certificate from the string that Node shows. */
async function namesOf(...subjectAltName: JsonGeneralNames): Promise<string[]> {
  const { root } = await testPki()
  const { raw } = await root.issue({ subjectAltName })
  const text = new X509Certificate(raw).subjectAltName ?? ''
  return parseSubjectAltNames(text).map(({ type, value }) => `${type} = ${value}`)
}

describe('the subject alternative names of a certificate', () => {
  it('are read with their types, in their order', async () => {
    const names = await namesOf(
      { type: 'dns', value: 'api.example.org' },
      { type: 'email', value: 'ops@example.org' },
      { type: 'url', value: 'spiffe://example.org/ns/a' },
      { type: 'ip', value: '192.0.2.7' },
      { type: 'ip', value: '2001:db8::1' },
      { type: 'id', value: '1.2.3.4' },
    )
    expect(names).to.deep.equal([
      'DNS = api.example.org',
      'email = ops@example.org',
      'URI = spiffe://example.org/ns/a',
      'IP Address = 192.0.2.7',
      'IP Address = 2001:DB8:0:0:0:0:0:1',
      'Registered ID = 1.2.3.4',
    ])
  })

  const smuggled: [what: string, value: string][] = [
    ['a comma and another name', 'a.example.org, DNS:admin.example.org'],
    ['a comma alone', 'a,b'],
    ['a quote', 'a"b'],
    ['a quote, a comma and another name', 'a", DNS:"admin.example.org'],
    ['a backslash and a quote', 'a\\", DNS:admin.example.org'],
    ['a backslash at the end', 'a\\'],
    ['a quote at the beginning', '"a'],
    ['a colon', 'DNS:admin.example.org'],
    ['a line end', 'a\nDNS:admin.example.org'],
    ['a NUL character', 'a\0.example.org'],
    ['a JSON escape', 'a\\u002c b'],
    ['nothing', ''],
  ]

  for (const [what, value] of smuggled) {
    it(`stay separate when one contains ${what}`, async () => {
      const names = await namesOf({ type: 'url', value }, { type: 'dns', value: 'z.example.org' })
      expect(names).to.deep.equal([`URI = ${value}`, 'DNS = z.example.org'])
    })
  }

  it('keep a directory name in one piece, whatever its attributes contain', async () => {
    const names = await namesOf({ type: 'dn', value: 'CN="a, DNS:admin.example.org"' })
    expect(names).to.have.lengthOf(1)
    expect(names[0]).to.match(/^DirName = CN=/)
  })
})

describe('the string of subject alternative names', () => {
  it('may have quoted entries, which may contain anything', () => {
    expect(parseSubjectAltNames('othername:"UPN:a,\\u0000b", DNS:c')).to.deep.equal([
      { type: 'othername', value: 'UPN:a,\0b' },
      { type: 'DNS', value: 'c' },
    ])
  })

  it('may have colons in a value', () => {
    expect(parseSubjectAltNames('othername:UPN:a@b, IP Address:::1')).to.deep.equal([
      { type: 'othername', value: 'UPN:a@b' },
      { type: 'IP Address', value: '::1' },
    ])
  })

  const rejected: [what: string, text: string][] = [
    ['nothing in it', ''],
    ['no type', 'a.example.org'],
    ['an entry without a type after a valid entry', 'DNS:a, b.example.org'],
    ['an entry without a type before a valid entry', 'a.example.org, DNS:b'],
    ['an entry without a type between valid entries', 'DNS:a, b.example.org, DNS:c'],
    ['an empty entry', 'DNS:a, , DNS:b'],
    ['an empty type', 'DNS:a, :b'],
    ['a separator at the end', 'DNS:a, '],
    ['an open quote', 'DNS:"a'],
    ['an open quote after a valid entry', 'DNS:a, DNS:"b'],
    ['a quote alone', 'DNS:"'],
    ['an escaped quote as the last one', 'DNS:"a\\"'],
    ['a backslash at the end', 'DNS:"a\\'],
    ['text after a closing quote', 'DNS:"a"b, DNS:c'],
    ['a comma without a space after a closing quote', 'DNS:"a",DNS:b'],
    ['a space without a comma after a closing quote', 'DNS:"a" DNS:b'],
    ['an invalid escape', 'DNS:"\\x"'],
    ['a line end in quotes', 'DNS:"\n"'],
    ['a quote in an unquoted value', 'DNS:a"b'],
    ['a comma in an unquoted value', 'DNS:a,DNS:b'],
  ]

  for (const [what, text] of rejected) {
    it(`gives no name at all with ${what}`, () => {
      expect(parseSubjectAltNames(text)).to.deep.equal([])
    })
  }
})

describe('writing subject alternative names', () => {
  const values: [type: string, value: string, written: string][] = [
    ['DNS', 'a.example.org', 'DNS:a.example.org'],
    ['URI', 'urn:a, DNS:b', 'URI:"urn:a\\u002c DNS:b"'],
    ['URI', 'a"b\\c', 'URI:"a\\"b\\\\c"'],
    ['URI', "it's", 'URI:"it\'s"'],
    ['URI', 'a\n\0\u00e9', 'URI:"a\\u000a\\u0000\\u00e9"'],
    ['DirName', 'CN=\u00e9\u4e2d', 'DirName:CN=\u00e9\u4e2d'],
    ['DirName', 'CN=\x7f', 'DirName:"CN=\\u007f"'],
    ['othername', 'UPN:\u00e9@b', 'othername:UPN:\u00e9@b'],
    ['othername', 'SRVName:\u00e9', 'othername:"SRVName:\\u00e9"'],
  ]
  for (const [type, value, written] of values) {
    it(`gives the same string as Node, which is read back unchanged: ${written}`, () => {
      expect(formatSubjectAltNames([{ type, value }])).to.equal(written)
      const names = [
        { type, value },
        { type: 'DNS', value: 'z' },
      ]
      expect(formatSubjectAltNames(names)).to.equal(`${written}, DNS:z`)
      expect(parseSubjectAltNames(`${written}, DNS:z`)).to.deep.equal(names)
    })
  }
})
