import { expect } from 'chai'
import { allowEmail, allowSAN } from '../../../src/helpers/index.js'
import { certificateLike, certificateWith } from '../../support/certificates.js'

type Name = Readonly<{ type: 'dns' | 'email' | 'url' | 'upn' | 'dn'; value: string }>

const certificateNamed = (...subjectAltName: Name[]) => certificateWith({ subjectAltName })

describe('subject alternative names that pose as others', () => {
  const types: [type: Name['type'], prefix: string][] = [
    ['dns', 'DNS'],
    ['email', 'email'],
    ['url', 'URI'],
    ['upn', 'othername:UPN'],
  ]
  const values = [
    'admin.example.com',
    'admin@example.com',
    'https://admin.example.com',
    'DNS:admin.example.com',
    'URI:https://admin.example.com',
    'email:admin@example.com',
  ]
  for (const [type, prefix] of types) {
    it(`of type ${prefix} match no rule of another type`, async () => {
      for (const value of values) {
        const cert = await certificateNamed({ type, value })
        for (const [, other] of types.filter(([each]) => each !== type)) {
          for (const rule of values.filter((each) => other !== 'email' || each.includes('@'))) {
            expect(allowSAN(`${other}:${rule}`)(cert), `${value} is not ${other}:${rule}`).to.equal(
              false,
            )
          }
        }
        if (type !== 'email') expect(allowEmail('admin@example.com')(cert)).to.equal(false)
      }
    })

    const injections = [
      'x, DNS:admin.example.com',
      'x,DNS:admin.example.com',
      'x", DNS:admin.example.com',
      'x\\", DNS:admin.example.com',
      'x\\\\", DNS:admin.example.com, DNS:"y',
      '", DNS:admin.example.com, URI:"',
      'x\n, DNS:admin.example.com',
      'x\\u002c DNS:admin.example.com',
      'x, email:admin@example.com',
      'x, URI:https://admin.example.com, othername:UPN:admin@example.com',
      ', DNS:admin.example.com',
    ]
    const targets = [
      'DNS:admin.example.com',
      'email:admin@example.com',
      'URI:https://admin.example.com',
      'othername:UPN:admin@example.com',
    ]
    for (const injection of injections) {
      it(`stay one name with ${JSON.stringify(injection)} in a name of type ${prefix}`, async () => {
        const innocent: Name = { type: 'dns', value: 'innocent.example.com' }
        for (const names of [
          [{ type, value: injection }],
          [innocent, { type, value: injection }],
        ]) {
          const cert = await certificateNamed(...names)
          for (const rule of targets) expect(allowSAN(rule)(cert), rule).to.equal(false)
          expect(allowEmail('admin@example.com')(cert)).to.equal(false)
        }
      })
    }
  }

  it('compare names with special characters as they are in the certificate', async () => {
    for (const value of ['a, DNS:b', 'a"b', 'a\\b', 'a\\"b, c', 'a,b', "a'b", 'a\tb', 'a\nb']) {
      const cert = await certificateNamed({ type: 'url', value: `urn:${value}` })
      expect(allowSAN(`URI:urn:${value}`)(cert), JSON.stringify(value)).to.equal(true)
      expect(allowSAN(`URI:urn:x${value}`)(cert)).to.equal(false)
      const other = await certificateNamed({ type: 'upn', value })
      expect(allowSAN(`othername:UPN:${value}`)(other), JSON.stringify(value)).to.equal(true)
    }
    const directory = await certificateNamed({ type: 'dn', value: 'CN=a, O=b' })
    expect(allowSAN('DirName:O=b,CN=a')(directory)).to.equal(true)
  })

  it('may have any letters in a user principal name', async () => {
    const value = 'J\u00fcrgen\u4e2d@corp.example.com'
    const cert = await certificateNamed({ type: 'upn', value })
    expect(allowSAN(`othername:UPN:${value}`)(cert)).to.equal(true)
    expect(allowSAN('othername:UPN:Jurgen@corp.example.com')(cert)).to.equal(false)
  })

  it('are still found next to a name with special characters', async () => {
    const cert = await certificateNamed(
      { type: 'dns', value: 'first.example.com' },
      { type: 'url', value: 'urn:a, DNS:b"c\\' },
      { type: 'email', value: 'last@example.com' },
    )
    expect(allowSAN('DNS:first.example.com')(cert)).to.equal(true)
    expect(allowSAN('email:last@example.com')(cert)).to.equal(true)
    expect(allowEmail('last@example.com')(cert)).to.equal(true)
  })

  it('are all ignored when a part of the extension cannot be read', () => {
    for (const damaged of [
      'DNS:a.example.com, DNS:"b',
      'DNS:a.example.com, b',
      'DNS:"x\\q"',
      'x',
    ]) {
      const cert = certificateLike({ subjectaltname: damaged })
      expect(allowSAN('DNS:a.example.com')(cert), damaged).to.equal(false)
    }
  })

  it('differ when a letter only looks like another letter', async () => {
    // toLowerCase() turns the Kelvin sign into the letter k.
    const kelvin = '\u212a'
    const inSubject = await certificateWith({
      subject: [{ E: [{ utf8String: `admin@${kelvin}ernel.example` } as never] }],
    })
    expect(allowEmail('admin@kernel.example')(inSubject)).to.equal(false)
    const inName = await certificateNamed({ type: 'dns', value: 'kernel.example' })
    expect(allowSAN(`DNS:${kelvin}ernel.example`)(inName)).to.equal(false)
    const inUri = await certificateNamed({ type: 'url', value: 'https://kernel.example/' })
    expect(allowSAN(`URI:https://${kelvin}ernel.example/`)(inUri)).to.equal(false)
  })
})

describe('subject alternative names of an object with the bytes of a certificate', () => {
  const allows = (cert: object) => allowSAN('DNS:a.example.com')(certificateLike(cert))
  const allowsEmail = (cert: object) => allowEmail('ops@example.com')(certificateLike(cert))
  const text = 'DNS:a.example.com, email:ops@example.com'

  it('are read from the bytes, whatever the string says', async () => {
    const named = await certificateNamed(
      { type: 'dns', value: 'a.example.com' },
      { type: 'email', value: 'ops@example.com' },
    )
    const other = await certificateNamed({ type: 'dns', value: 'other.example.com' })
    const none = await certificateWith({ subject: 'CN=a.example.com' })
    for (const subjectaltname of [text, '', undefined, 'DNS:x', 'anything']) {
      expect(allows({ ...named, subjectaltname }), subjectaltname).to.equal(true)
      expect(allowsEmail({ ...named, subjectaltname }), subjectaltname).to.equal(true)
      for (const cert of [other, none]) {
        expect(allows({ ...cert, subjectaltname }), subjectaltname).to.equal(false)
        expect(allowsEmail({ ...cert, subjectaltname }), subjectaltname).to.equal(false)
      }
    }
  })

  it('are read from a Uint8Array too', async () => {
    const { raw } = await certificateNamed({ type: 'dns', value: 'a.example.com' })
    expect(allows({ raw: new Uint8Array(raw) })).to.equal(true)
  })

  it('are not read if the bytes are not a certificate', () => {
    for (const raw of [Buffer.alloc(0), Buffer.from('text'), {}, [], 'text', 7, false]) {
      expect(allows({ raw, subjectaltname: text }), typeof raw).to.equal(false)
    }
  })

  it('are read from the string if there are no bytes', () => {
    for (const fields of [{}, { raw: undefined }, { raw: null }]) {
      expect(allows({ ...fields, subjectaltname: text })).to.equal(true)
      expect(allowsEmail({ ...fields, subjectaltname: text })).to.equal(true)
    }
  })

  it('cannot be allowed if Node cannot convert them', async () => {
    const cert = await certificateNamed({ type: 'dns', value: 'a.example.com' })
    expect(allowSAN(['othername:UPN:u@b', 'DNS:a.example.com'])(cert)).to.equal(true)
    const subjectaltname = 'othername:<unsupported>, DNS:a.example.com'
    expect(allows({ subjectaltname })).to.equal(true)
    expect(() => allowSAN('othername:<unsupported>')).to.throw(TypeError, 'a valid othername name')
  })

  it('are compared in any spelling if they are IP addresses', () => {
    const spellings = ['2001:db8::7:0:0:1', '2001:DB8:0:0:7:0:0:1', '2001:db8:0:0:7::0.0.0.1']
    for (const rule of spellings) {
      for (const spelling of spellings) {
        const cert = certificateLike({ subjectaltname: `IP Address:${spelling}` })
        expect(allowSAN(`IP:${rule}`)(cert), `${rule} ${spelling}`).to.equal(true)
        expect(allowSAN('IP:2001:db8::7:0:0:2')(cert)).to.equal(false)
      }
    }
    for (const address of ['::', '::1', '1::', '::1.2.3.4', '1:2:3:4:5:6:7:8']) {
      const cert = certificateLike({ subjectaltname: `IP Address:${address}` })
      expect(allowSAN(`IP:${address}`)(cert), address).to.equal(true)
    }
  })
})
