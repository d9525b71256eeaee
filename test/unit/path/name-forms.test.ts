import { expect } from 'chai'
import { NAME_TAG } from '../../../src/path/general-name.js'
import {
  comparable,
  isWithin,
  mayBeWithin,
  toBase,
  toDnsName,
} from '../../../src/path/name-forms.js'

const { rfc822Name, dNSName, uri, directoryName, iPAddress, registeredId } = NAME_TAG
const bytes = (...octets: readonly number[]): Buffer => Buffer.from(octets)
/** Four labels of 61 characters and their dots, so that five more characters make 253. */
const LONG = `${'a'.repeat(61)}.`.repeat(4)

describe('comparable (RFC 5280 4.2.1.10)', () => {
  for (const [type, tag, value, expected] of [
    ['a DNS name', dNSName, 'WWW.B.example', 'www.b.example'],
    ['a DNS name of one label', dNSName, 'localhost', 'localhost'],
    ['a wildcard', dNSName, '*.B.example', '*.b.example'],
    ['an underscore', dNSName, '_a.b_c.example', '_a.b_c.example'],
    ['253 characters', dNSName, `${LONG}abcde`, `${LONG}abcde`],
    ['a mailbox', rfc822Name, 'Alice@B.Example', 'Alice@b.example'],
    [
      'every character of an atom',
      rfc822Name,
      "a!#$%&'*+/=?^_`{|}~.-9@b",
      "a!#$%&'*+/=?^_`{|}~.-9@b",
    ],
    ['a URI', uri, 'HTTPS://B.example', 'b.example'],
    ['a URI with a port', uri, 'https://b.example:443', 'b.example'],
    ['a URI with an empty port', uri, 'https://b.example:/x', 'b.example'],
    ['a URI with a path', uri, 'https://b.example/evil.example', 'b.example'],
    ['a URI with a query', uri, 'https://b.example?@evil.example', 'b.example'],
    ['a URI with a fragment', uri, 'https://b.example#@evil.example', 'b.example'],
    ['a URI with another scheme', uri, 'spiffe+v1.0-x://b.example/a', 'b.example'],
    ['a host that begins with a number', uri, 'https://1.b.example', '1.b.example'],
    ['a host whose last label only looks like a number', uri, 'https://b.0xg', 'b.0xg'],
    ['a directory name', directoryName, '3=1:a,', '3=1:a,'],
  ] as const) {
    it(`compares ${type}: ${value.length > 60 ? value.length : value}`, () => {
      expect(comparable({ tag, value })).to.deep.equal({ tag, value: expected })
    })
  }

  it('compares the bytes of an IP address', () => {
    const address = { tag: iPAddress, value: bytes(10, 0, 0, 1) }
    expect(comparable(address)).to.deep.equal(address)
  })

  it("keeps a name that can't be compared", () => {
    const name = { tag: registeredId, value: undefined }
    expect(comparable(name)).to.deep.equal(name)
  })

  for (const [tag, value] of [
    [dNSName, ''],
    [dNSName, '.'],
    [dNSName, 'b.example.'],
    [dNSName, '.b.example'],
    [dNSName, 'a..example'],
    [dNSName, '-a.example'],
    [dNSName, 'a-.example'],
    [dNSName, 'a b.example'],
    [dNSName, 'b.example\n'],
    [dNSName, 'b.example\0.evil.example'],
    [dNSName, '*'],
    [dNSName, '*.'],
    [dNSName, '*.*.example'],
    [dNSName, 'a.*.example'],
    [dNSName, 'a*.example'],
    [dNSName, `${LONG}abcdef`],
    [rfc822Name, ''],
    [rfc822Name, 'b.example'],
    [rfc822Name, '@b.example'],
    [rfc822Name, 'a@'],
    [rfc822Name, 'a@b@c.example'],
    [rfc822Name, '"a"@b.example'],
    [rfc822Name, 'a b@c.example'],
    [rfc822Name, 'a@[10.0.0.1]'],
    [rfc822Name, 'a@*.example'],
    [rfc822Name, 'a@b.example\n'],
    [rfc822Name, '\na@b.example'],
    [uri, ''],
    [uri, 'b.example'],
    [uri, '//b.example'],
    [uri, 'urn:b.example'],
    [uri, 'https:/b.example'],
    [uri, '1https://b.example'],
    [uri, ' https://b.example'],
    [uri, 'https://user@b.example'],
    [uri, 'https://user:1@b.example'],
    [uri, 'https://[::1]/'],
    [uri, 'https://b.example\\@evil.example'],
    [uri, 'https://b.example:a'],
    [uri, 'https:///b.example'],
    [uri, 'https://*.example'],
    [uri, 'https://b.example.'],
    [uri, 'https://10.0.0.1'],
    [uri, 'https://a.1'],
    [uri, 'https://1'],
    [uri, 'https://0x7F000001'],
    [uri, 'https://a.0x'],
  ] as const) {
    it(`can't compare ${JSON.stringify(value.slice(0, 60))} as a name of type ${tag & 15}`, () => {
      expect(comparable({ tag, value })).to.deep.equal({ tag, value: undefined })
    })
  }
})

describe('toDnsName', () => {
  for (const name of ['b.example', 'B.Example', '1.2.3.4.5', 'a.1']) {
    it(`takes the common name ${name} for a DNS name`, () => {
      expect(toDnsName(name)).to.deep.equal({ tag: dNSName, value: name.toLowerCase() })
    })
  }

  for (const name of ['alice', 'Alice Smith.', '10.0.0.1', '', '*.b.example', 'a@b.example']) {
    it(`doesn't take the common name ${JSON.stringify(name)} for a DNS name`, () => {
      expect(toDnsName(name)).to.equal(undefined)
    })
  }
})

describe('toBase (RFC 5280 4.2.1.10)', () => {
  for (const [tag, value, expected] of [
    [dNSName, 'B.example', 'b.example'],
    [dNSName, '.b.example', '.b.example'],
    [dNSName, '', ''],
    [rfc822Name, 'A@B.example', 'A@b.example'],
    [rfc822Name, 'B.example', 'b.example'],
    [rfc822Name, '.B.example', '.b.example'],
    [uri, 'B.example', 'b.example'],
    [uri, '.b.example', '.b.example'],
    [directoryName, '3=1:A,', '3=1:A,'],
    [directoryName, '', ''],
    [registeredId, undefined, undefined],
  ] as const) {
    it(`takes ${JSON.stringify(value)} as the base of a subtree of type ${tag & 15}`, () => {
      expect(toBase({ tag, value })).to.deep.equal({ tag, value: expected })
    })
  }

  for (const [tag, value] of [
    [dNSName, '*.b.example'],
    [dNSName, '..b.example'],
    [dNSName, 'b.example.'],
    [dNSName, '.'],
    [dNSName, 'a b'],
    [rfc822Name, ''],
    [rfc822Name, '@b.example'],
    [rfc822Name, 'a@.b.example'],
    [rfc822Name, 'a@b@c'],
    [uri, ''],
    [uri, 'https://b.example'],
    [uri, 'a@b.example'],
  ] as const) {
    it(`rejects ${JSON.stringify(value)} as the base of a subtree of type ${tag & 15}`, () => {
      expect(toBase({ tag, value })).to.equal(undefined)
    })
  }

  for (const range of [
    [10, 0, 0, 0, 255, 0, 0, 0],
    [10, 0, 0, 0, 255, 240, 0, 0],
    [10, 0, 0, 1, 255, 255, 255, 255],
    [0, 0, 0, 0, 0, 0, 0, 0],
    Array.from({ length: 32 }, (_, at) => (at < 16 ? 1 : 255)),
  ]) {
    it(`takes the address and mask ${range.join('.')}`, () => {
      const base = { tag: iPAddress, value: bytes(...range) }
      expect(toBase(base)).to.deep.equal(base)
    })
  }

  for (const range of [
    [],
    [10, 0, 0, 0],
    [10, 0, 0, 0, 255, 0, 0],
    [10, 0, 0, 0, 255, 0, 0, 0, 0],
    [10, 0, 0, 0, 255, 0, 255, 0],
    [10, 0, 0, 0, 253, 0, 0, 0],
    [10, 0, 0, 0, 0, 0, 0, 1],
    Array.from({ length: 31 }, () => 0),
    Array.from({ length: 32 }, (_, at) => (at === 31 ? 1 : 0)),
  ]) {
    it(`rejects the address and mask ${range.join('.') || '(empty)'}`, () => {
      expect(toBase({ tag: iPAddress, value: bytes(...range) })).to.equal(undefined)
    })
  }
})

describe('isWithin (RFC 5280 4.2.1.10)', () => {
  for (const [tag, name, base, expected] of [
    [dNSName, 'b.example', 'b.example', true],
    [dNSName, 'a.b.example', 'b.example', true],
    [dNSName, 'x.a.b.example', 'b.example', true],
    [dNSName, 'ab.example', 'b.example', false],
    [dNSName, 'example', 'b.example', false],
    [dNSName, 'b.example.com', 'b.example', false],
    [dNSName, 'a.b.example', '.b.example', true],
    [dNSName, 'b.example', '.b.example', false],
    [dNSName, 'anything', '', true],
    [dNSName, '*.b.example', 'b.example', true],
    [rfc822Name, 'a@b.example', 'a@b.example', true],
    [rfc822Name, 'A@b.example', 'a@b.example', false],
    [rfc822Name, 'xa@b.example', 'a@b.example', false],
    [rfc822Name, 'a@b.example', 'b.example', true],
    [rfc822Name, 'a@x.b.example', 'b.example', false],
    [rfc822Name, 'a@xb.example', 'b.example', false],
    [rfc822Name, 'a@x.b.example', '.b.example', true],
    [rfc822Name, 'a@b.example', '.b.example', false],
    [rfc822Name, 'a.b.example@evil.example', '.b.example', false],
    [uri, 'b.example', 'b.example', true],
    [uri, 'x.b.example', 'b.example', false],
    [uri, 'x.b.example', '.b.example', true],
    [uri, 'b.example', '.b.example', false],
    [uri, 'xb.example', '.b.example', false],
    [directoryName, '3=1:a,3=1:b,', '3=1:a,', true],
    [directoryName, '3=1:a,', '3=1:a,3=1:b,', false],
    [directoryName, '3=1:b,3=1:a,', '3=1:a,', false],
    [directoryName, '3=1:a,', '', true],
  ] as const) {
    it(`says ${String(expected)} for ${name} and the base "${base}" of type ${tag & 15}`, () => {
      expect(isWithin(tag, name, base)).to.equal(expected)
    })
  }

  const six = (last: number) => [...Array.from({ length: 15 }, () => 32), last]
  const mask = [...Array.from({ length: 15 }, () => 255), 254]
  for (const [address, range, expected] of [
    [[10, 1, 2, 3], [10, 0, 0, 0, 255, 0, 0, 0], true],
    [[10, 1, 2, 3], [10, 9, 9, 9, 255, 0, 0, 0], true],
    [[11, 0, 0, 0], [10, 0, 0, 0, 255, 0, 0, 0], false],
    [[10, 15, 255, 255], [10, 0, 0, 0, 255, 240, 0, 0], true],
    [[10, 16, 0, 0], [10, 0, 0, 0, 255, 240, 0, 0], false],
    [[10, 0, 0, 1], [10, 0, 0, 0, 255, 255, 255, 255], false],
    [[10, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 0], true],
    [six(1), [...six(0), ...mask], true],
    [six(2), [...six(0), ...mask], false],
    [six(0), [32, 32, 32, 32, 255, 255, 255, 255], false],
    [[32, 32, 32, 32], [...six(0), ...mask], false],
  ] as const) {
    it(`says ${String(expected)} for the address ${address.join('.')} and ${range.join('.')}`, () => {
      expect(isWithin(iPAddress, bytes(...address), bytes(...range))).to.equal(expected)
    })
  }
})

describe('mayBeWithin (RFC 6125 6.4.3)', () => {
  for (const [tag, name, base, expected] of [
    [dNSName, 'a.b.example', 'b.example', true],
    [dNSName, 'b.example', 'a.b.example', false],
    [dNSName, '*.b.example', 'a.b.example', true],
    [dNSName, '*.b.example', '.b.example', true],
    [dNSName, '*.b.example', 'x.a.b.example', false],
    [dNSName, '*.b.example', 'a.c.example', false],
    [dNSName, '*.b.example', 'a.xb.example', false],
    [dNSName, '*.b.example', 'example', true],
    [dNSName, '*.example', 'localhost', false],
    [dNSName, 'x.b.example', 'a.b.example', false],
    [rfc822Name, '*.@b', 'x.@b', false],
    [uri, '*.b.example', 'a.b.example', false],
  ] as const) {
    it(`says ${String(expected)} for ${name} and the base ${base} of type ${tag & 15}`, () => {
      expect(mayBeWithin(tag, name, base)).to.equal(expected)
    })
  }

  it('compares addresses by their masks', () => {
    const base = bytes(10, 0, 0, 0, 255, 0, 0, 0)
    expect(mayBeWithin(iPAddress, bytes(10, 1, 1, 1), base)).to.equal(true)
    expect(mayBeWithin(iPAddress, bytes(11, 1, 1, 1), base)).to.equal(false)
  })
})
