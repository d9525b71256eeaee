import { expect } from 'chai'
import type { ChainedPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import {
  allowCN,
  allowIssuer,
  allowOrganization,
  allowOU,
  allowSubject,
  type NameFields,
} from '../../../src/helpers/index.js'
import { readAttribute } from '../../../src/helpers/names.js'
import { certificateLike, certificateWith } from '../../support/certificates.js'

const PACKAGE = 'passport-client-certificate-auth'

describe('allowing by name', () => {
  let single: ChainedPeerCertificate
  let multiple: ChainedPeerCertificate
  let nameless: ChainedPeerCertificate
  before(async () => {
    single = await certificateWith({ subject: 'CN=alice, OU=Ops, O=Acme, C=DE' })
    multiple = await certificateWith({
      subject: [
        { CN: ['alice'] },
        { CN: ['bob'] },
        { OU: ['Ops'] },
        { OU: ['Dev'] },
        { O: ['Acme'] },
        { O: ['Umbrella'] },
      ],
    })
    nameless = await certificateWith({ subject: 'L=Somewhere' })
  })

  const lists = [
    ['allowCN', allowCN, 'CN', 'names', 'alice', 'bob'],
    ['allowOU', allowOU, 'OU', 'units', 'Ops', 'Dev'],
    ['allowOrganization', allowOrganization, 'O', 'organizations', 'Acme', 'Umbrella'],
  ] as const

  for (const [name, allow, attribute, parameter, first, second] of lists) {
    describe(`${name}()`, () => {
      it('allows the value, given alone or in a list', () => {
        for (const rule of [first, [first], ['nobody', first]]) {
          expect(allow(rule)(single), String(rule)).to.equal(true)
        }
        expect(allow(second)(single)).to.equal(false)
        expect(allow(['nobody', second])(single)).to.equal(false)
      })

      it('allows any of several values in the certificate', () => {
        for (const rule of [first, second, [second, 'nobody']]) {
          expect(allow(rule)(multiple), String(rule)).to.equal(true)
        }
        expect(allow('nobody')(multiple)).to.equal(false)
      })

      it('compares exactly', () => {
        const joined = `${first},${second}`
        for (const rule of [
          first.toUpperCase(),
          first.toLowerCase(),
          ` ${first}`,
          first.slice(1),
          joined,
          '*',
        ].filter((value) => value !== first)) {
          expect(allow(rule)(single), rule).to.equal(false)
          expect(allow(rule)(multiple), rule).to.equal(false)
        }
      })

      it('reads neither other attributes nor the issuer', () => {
        const others = { CN: 'x', OU: 'x', O: 'x', [attribute]: 'other', L: first }
        expect(allow(first)(certificateLike({ subject: others, issuer: single.subject }))).to.equal(
          false,
        )
      })

      it('does not allow a certificate without the attribute', () => {
        expect(allow(first)(nameless)).to.equal(false)
        for (const fields of [{}, { subject: undefined }, { subject: null }, { subject: {} }]) {
          expect(allow(first)(certificateLike(fields))).to.equal(false)
        }
        expect(allow('undefined')(nameless)).to.equal(false)
        expect(allow('x')(certificateLike({ subject: { [attribute]: undefined } }))).to.equal(false)
      })

      it('ignores later changes to the list', () => {
        const list: string[] = [first]
        const isAllowed = allow(list)
        list[0] = second
        list.push('nobody')
        expect(isAllowed(single)).to.equal(true)
        expect(isAllowed(certificateLike({ subject: { [attribute]: second } }))).to.equal(false)
      })

      it('rejects an empty list, which would allow no client', () => {
        const what = `${PACKAGE}: ${name}(${parameter})`
        expect(() => allow([]))
          .to.throw(TypeError, `${what} must not be empty. Received []`)
          .with.property('code', 'ERR_INVALID_ARG_VALUE')
        expect(() => allow(undefined as never))
          .to.throw(
            TypeError,
            `${what} must be a string or an array of strings. Received undefined`,
          )
          .with.property('code', 'ERR_INVALID_ARG_TYPE')
      })
    })
  }

  const matchers = [
    ['allowSubject', allowSubject, 'subject'],
    ['allowIssuer', allowIssuer, 'issuer'],
  ] as const

  for (const [name, allow, property] of matchers) {
    describe(`${name}()`, () => {
      it('allows when every attribute has its value', () => {
        const rules: [fields: NameFields, expected: boolean][] = [
          [{ CN: 'alice' }, true],
          [{ CN: 'alice', O: 'Acme' }, true],
          [{ CN: 'alice', OU: 'Ops', O: 'Acme', C: 'DE' }, true],
          [{ CN: 'alice', O: 'Umbrella' }, false],
          [{ CN: 'bob', O: 'Acme' }, false],
          [{ CN: 'alice', L: 'Berlin' }, false],
          [{ CN: 'Alice' }, false],
          [{ cn: 'alice' }, false],
        ]
        for (const [fields, expected] of rules) {
          expect(allow(fields)(single), JSON.stringify(fields)).to.equal(expected)
        }
      })

      it('allows any of several values in the certificate', () => {
        expect(allow({ CN: 'bob', OU: 'Dev' })(multiple)).to.equal(true)
        expect(allow({ CN: 'alice', OU: 'Dev', O: 'Acme' })(multiple)).to.equal(true)
        expect(allow({ CN: 'bob', OU: 'nobody' })(multiple)).to.equal(false)
        expect(allow({ CN: 'alice,bob' })(multiple)).to.equal(false)
      })

      it('is not misled by attributes with the names of inherited members', () => {
        for (const attribute of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
          const fields = { [attribute]: 'x' }
          expect(allow(fields)(single), attribute).to.equal(false)
          expect(allow(fields)(certificateLike({ [property]: {} })), attribute).to.equal(false)
          const own = certificateLike({ [property]: fields })
          expect(allow(fields)(own), attribute).to.equal(true)
        }
      })

      it('does not allow a certificate without the name', () => {
        for (const fields of [{}, { [property]: undefined }, { [property]: null }]) {
          expect(allow({ CN: 'alice' })(certificateLike(fields))).to.equal(false)
        }
      })

      it('ignores later changes to the fields', () => {
        const fields: Record<string, string> = { CN: 'alice' }
        const isAllowed = allow(fields)
        fields['CN'] = 'bob'
        fields['O'] = 'Umbrella'
        expect(isAllowed(single)).to.equal(true)
      })

      it('rejects an empty object, which would allow every client', () => {
        for (const fields of [{}, Object.create({ CN: 'alice' }) as NameFields]) {
          expect(() => allow(fields))
            .to.throw(
              TypeError,
              `${PACKAGE}: ${name}(fields) must name at least one attribute. Received {}`,
            )
            .with.property('code', 'ERR_INVALID_ARG_VALUE')
        }
      })

      it('rejects anything but an object', () => {
        for (const fields of [undefined, null, 'CN=alice', 7, ['CN'], () => ({ CN: 'alice' })]) {
          expect(() => allow(fields as never))
            .to.throw(TypeError, `${PACKAGE}: ${name}(fields) must be an object. Received`)
            .with.property('code', 'ERR_INVALID_ARG_TYPE')
        }
      })

      it('rejects a value that is not a string, and names the attribute', () => {
        for (const value of [undefined, null, 7, ['alice'], /alice/]) {
          expect(() => allow({ O: 'Acme', CN: value } as never))
            .to.throw(TypeError, `${PACKAGE}: ${name}(fields) "CN" must be a string. Received`)
            .with.property('code', 'ERR_INVALID_ARG_TYPE')
        }
        expect(() => allow({ CN: '' }))
          .to.throw(TypeError, `${PACKAGE}: ${name}(fields) "CN" must not be empty. Received ''`)
          .with.property('code', 'ERR_INVALID_ARG_VALUE')
      })
    })
  }

  it('reads an attribute as a list of values, however often it occurs', () => {
    expect(readAttribute({ CN: 'alice' }, 'CN')).to.deep.equal(['alice'])
    expect(readAttribute({ CN: ['alice', 'bob'] }, 'CN')).to.deep.equal(['alice', 'bob'])
    for (const name of [{}, { CN: undefined }, { CN: [] }, null, undefined, 'CN=alice', 7]) {
      expect(readAttribute(name, 'CN')).to.deep.equal([])
    }
  })

  it('reads the subject in allowSubject() and the issuer in allowIssuer()', () => {
    const cert = certificateLike({ subject: { CN: 'alice' }, issuer: { CN: 'root' } })
    expect(allowSubject({ CN: 'alice' })(cert)).to.equal(true)
    expect(allowSubject({ CN: 'root' })(cert)).to.equal(false)
    expect(allowIssuer({ CN: 'root' })(cert)).to.equal(true)
    expect(allowIssuer({ CN: 'alice' })(cert)).to.equal(false)
  })
})
