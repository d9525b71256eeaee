import { expect } from 'chai'
import { allowEmail } from '../../../src/helpers/index.js'
import { certificateLike, certificateWith } from '../../support/certificates.js'

describe('allowing by e-mail address', () => {
  const places = {
    'a subject alternative name': (address: string) =>
      certificateWith({ subjectAltName: [{ type: 'email', value: address }] }),
    "the subject's emailAddress": (address: string) =>
      certificateWith({ subject: [{ CN: ['someone'] }, { E: [{ ia5String: address } as never] }] }),
  }

  for (const [place, certificateOf] of Object.entries(places)) {
    describe(`in ${place}`, () => {
      const rules: [rule: string, allowed: boolean][] = [
        ['Ops.Team@mail.example.com', true],
        ['Ops.Team@MAIL.Example.COM', true],
        ['ops.team@mail.example.com', false],
        ['OPS.TEAM@mail.example.com', false],
        ['Ops.Team@example.com', false],
        ['Team@mail.example.com', false],
        ['Ops.Team@mail.example.com.', false],
        ['Ops.Team@mail.example.co', false],
        ['*@mail.example.com', false],
      ]
      for (const [rule, allowed] of rules) {
        it(`${allowed ? 'allows' : 'does not allow'} Ops.Team@Mail.Example.com by ${rule}`, async () => {
          const cert = await certificateOf('Ops.Team@Mail.Example.com')
          expect(allowEmail(rule)(cert)).to.equal(allowed)
          expect(allowEmail(['nobody@example.com', rule])(cert)).to.equal(allowed)
        })
      }

      it('compares everything before the last @ exactly', async () => {
        const cert = await certificateOf('"a@B"@Example.com')
        expect(allowEmail('"a@B"@example.com')(cert)).to.equal(true)
        expect(allowEmail('"a@b"@example.com')(cert)).to.equal(false)
      })

      it('does not allow a name that is not an address', async () => {
        for (const value of ['example.com', '@example.com', 'ops@']) {
          const cert = await certificateOf(value)
          expect(allowEmail(['ops@example.com', 'a@b'])(cert), value).to.equal(false)
        }
      })
    })
  }

  it('allows any of several addresses in the certificate', async () => {
    const cert = await certificateWith({
      subject: [{ E: ['one@example.com'] }, { E: ['two@example.com'] }],
      subjectAltName: [
        { type: 'email', value: 'three@example.com' },
        { type: 'email', value: 'four@example.com' },
      ],
    })
    for (const name of ['one', 'two', 'three', 'four']) {
      expect(allowEmail(`${name}@example.com`)(cert), name).to.equal(true)
    }
    expect(allowEmail('five@example.com')(cert)).to.equal(false)
  })

  it('ignores an address anywhere else', async () => {
    const address = 'ops@example.com'
    const cert = await certificateWith({
      subject: [{ CN: [address] }, { OU: [address] }],
      subjectAltName: [
        { type: 'dns', value: address },
        { type: 'url', value: `mailto:${address}` },
        { type: 'upn', value: address },
      ],
    })
    expect(allowEmail(address)(cert)).to.equal(false)
  })

  it('does not allow a certificate without an address', async () => {
    const isAllowed = allowEmail('ops@example.com')
    expect(isAllowed(await certificateWith({ subject: 'CN=ops' }))).to.equal(false)
    for (const fields of [{}, { subject: undefined }, { subject: null }, { subject: {} }]) {
      expect(isAllowed(certificateLike(fields))).to.equal(false)
    }
  })

  it('ignores an inherited address', () => {
    const subject: unknown = Object.create({ emailAddress: 'ops@example.com' })
    expect(allowEmail('ops@example.com')(certificateLike({ subject }))).to.equal(false)
  })

  it('ignores later changes to the list', async () => {
    const list = ['ops@example.com']
    const isAllowed = allowEmail(list)
    list[0] = 'eve@example.com'
    const eve = await certificateWith({
      subjectAltName: [{ type: 'email', value: 'eve@example.com' }],
    })
    expect(isAllowed(eve)).to.equal(false)
  })

  for (const rule of ['example.com', '@example.com', 'ops@', '@', 'email:', 'ops']) {
    it(`rejects '${rule}', which isn't an address`, () => {
      expect(() => allowEmail(['ops@example.com', rule]))
        .to.throw(
          TypeError,
          'passport-client-certificate-auth: allowEmail(addresses) must be a valid email name. ' +
            `Received 'email:${rule}'`,
        )
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    })
  }
})
