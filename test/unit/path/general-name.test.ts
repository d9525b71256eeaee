import { expect } from 'chai'
import { NAME_TAG, readGeneralName } from '../../../src/path/general-name.js'
import { name, oid, seq, set, tlv, utf8 } from '../../support/der-writer.js'
import { directory, dns, elementOf, email, ip, otherName, uri } from '../../support/path-writer.js'

const read = (der: Buffer): ReturnType<typeof readGeneralName> =>
  readGeneralName(der, elementOf(der))

/** A context-specific tag whose contents end in the middle of an element. */
const cut = (tag: number): Buffer => tlv(tag, Buffer.from([0x30, 0x05]))

describe('readGeneralName (RFC 5280 4.2.1.6)', () => {
  for (const [type, der, tag, value] of [
    ['an email address', email('a@b.example'), NAME_TAG.rfc822Name, 'a@b.example'],
    ['a DNS name', dns('B.example'), NAME_TAG.dNSName, 'B.example'],
    ['a URI', uri('https://b.example'), NAME_TAG.uri, 'https://b.example'],
    ['a control character, which is ASCII', dns('\0\x7f'), NAME_TAG.dNSName, '\0\x7f'],
    ['an IP address', ip(10, 0, 0, 1), NAME_TAG.iPAddress, Buffer.from([10, 0, 0, 1])],
    ['an empty directory name', directory(seq()), NAME_TAG.directoryName, ''],
  ] as const) {
    it(`reads ${type}`, () => {
      expect(read(der)).to.deep.equal({ tag, value })
    })
  }

  it('reads a directory name in the form in which names are compared', () => {
    expect(read(directory(name('CA')))).to.deep.equal(read(directory(name(' ca '))))
    expect(read(directory(name('CA')))?.value).not.to.equal(read(directory(name('other')))?.value)
  })

  for (const [type, der] of [
    ['an otherName', otherName('1.2.3', 'a')],
    ['an x400Address', tlv(NAME_TAG.x400Address, utf8('a'))],
    ['an ediPartyName', tlv(NAME_TAG.ediPartyName, utf8('a'))],
    ['a registeredID', tlv(NAME_TAG.registeredId, Buffer.from([0x2a]))],
  ] as const) {
    it(`reads ${type} as a name that can't be compared`, () => {
      expect(read(der)).to.deep.equal({ tag: der[0], value: undefined })
    })
  }

  for (const [fault, der] of [
    ['an email address outside of ASCII', email('\u00e9@b.example')],
    ['a DNS name outside of ASCII', dns('\u00e9.example')],
    ['a URI outside of ASCII', uri('https://\u0080.example')],
    ['a line break before a character outside of ASCII', dns('a\n\u00e9')],
    ['a directory name without its explicit tag', tlv(NAME_TAG.directoryName, set())],
    ['two names in one directory name', tlv(NAME_TAG.directoryName, name('a'), name('b'))],
    ['a directory name that is not a name', directory(seq(seq()))],
    ['an otherName without a type', tlv(NAME_TAG.otherName, tlv(0xa0, utf8('a')))],
    ['an otherName without a value', tlv(NAME_TAG.otherName, oid('1.2.3'))],
    ['an empty otherName', tlv(NAME_TAG.otherName)],
    ['an otherName with a wrong tag', tlv(NAME_TAG.otherName, oid('1.2.3'), tlv(0xa1, utf8('a')))],
    [
      'an otherName of three',
      tlv(NAME_TAG.otherName, oid('1.2.3'), tlv(0xa0, utf8('a')), utf8('b')),
    ],
    ["an otherName whose value isn't DER", tlv(NAME_TAG.otherName, oid('1.2.3'), cut(0xa0))],
    ["an x400Address that isn't DER", cut(NAME_TAG.x400Address)],
    ["an ediPartyName that isn't DER", cut(NAME_TAG.ediPartyName)],
    ['an empty registeredID', tlv(NAME_TAG.registeredId)],
    ['a type that does not exist', tlv(0x89, Buffer.from('a'))],
    ['a constructed DNS name', tlv(0xa2, Buffer.from('a'))],
    ['a universal type', utf8('a')],
  ] as const) {
    it(`rejects ${fault}`, () => {
      expect(read(der)).to.equal(undefined)
    })
  }
})
