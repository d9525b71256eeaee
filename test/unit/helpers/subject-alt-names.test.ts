import { Extension } from '@peculiar/x509'
import { expect } from 'chai'
import type { ChainedPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { allowSAN } from '../../../src/helpers/index.js'
import { certificateLike, certificateWith } from '../../support/certificates.js'

describe('allowing by subject alternative name', () => {
  let cert: ChainedPeerCertificate
  before(async () => {
    cert = await certificateWith({
      subject: 'CN=cn.example.com, E=subject@example.com',
      subjectAltName: [
        { type: 'dns', value: 'api.example.com' },
        { type: 'dns', value: '*.wild.example.com' },
        { type: 'dns', value: 'UPPER.Example.com' },
        { type: 'email', value: 'Ops.Team@Mail.Example.com' },
        { type: 'email', value: 'mixed@example.com' },
        { type: 'url', value: 'spiffe://Example.com/ns/Prod/api' },
        { type: 'url', value: 'HTTPS://User@Host.Example.com:8443/Path?Query#Fragment' },
        { type: 'url', value: 'urn:uuid:F81D4FAE' },
        { type: 'url', value: 'https://bare.example.com' },
        { type: 'ip', value: '192.0.2.7' },
        { type: 'ip', value: '2001:db8::1' },
        { type: 'ip', value: '::ffff:c000:209' },
        { type: 'upn', value: 'User@corp.example.com' },
        { type: 'id', value: '1.2.3.4' },
        { type: 'dn', value: 'CN=Directory' },
      ],
    })
  })

  const allowed = [
    ['DNS:api.example.com', 'dns:API.Example.COM', 'Dns:upper.example.com'],
    ['DNS:*.wild.example.com', 'DNS:*.WILD.example.com'],
    [
      'email:Ops.Team@mail.example.com',
      'EMAIL:Ops.Team@MAIL.EXAMPLE.COM',
      'email:mixed@example.com',
    ],
    ['URI:spiffe://example.com/ns/Prod/api', 'uri:SPIFFE://EXAMPLE.COM/ns/Prod/api'],
    ['URI:https://User@host.example.com:8443/Path?Query#Fragment'],
    ['URI:urn:uuid:F81D4FAE', 'URI:URN:uuid:F81D4FAE'],
    ['URI:https://bare.example.com', 'URI:HTTPS://BARE.example.com'],
    ['IP:192.0.2.7', 'ip:192.0.2.7', 'IP Address:192.0.2.7', 'ip address:192.0.2.7'],
    ['IP:2001:db8::1', 'IP:2001:DB8:0:0:0:0:0:1', 'IP:2001:0db8:0000::0001'],
    ['IP:::ffff:192.0.2.9', 'IP:::FFFF:c000:209'],
    ['othername:UPN:User@corp.example.com', 'otherName:UPN:User@corp.example.com'],
    ['Registered ID:1.2.3.4', 'registered id:1.2.3.4'],
    ['DirName:CN=Directory', 'dirname:CN=Directory'],
  ]
  for (const rule of allowed.flat()) {
    it(`allows ${rule}`, () => {
      expect(allowSAN(rule)(cert)).to.equal(true)
      expect(allowSAN(['DNS:nobody.example.com', rule])(cert)).to.equal(true)
    })
  }

  const others: [why: string, rules: string[]][] = [
    [
      'which is not in the certificate',
      ['DNS:other.example.com', 'IP:192.0.2.8', 'IP:192.0.2.9', 'IP:2001:db8::2'],
    ],
    [
      'which is only a part of a name',
      ['DNS:example.com', 'DNS:api.example', 'DNS:api.example.com.'],
    ],
    ['which is the common name, not a subject alternative name', ['DNS:cn.example.com']],
    ['which is only in the subject', ['email:subject@example.com']],
    [
      'because wildcards are never expanded',
      ['DNS:x.wild.example.com', 'DNS:*.example.com', 'DNS:*'],
    ],
    [
      'because local parts are compared exactly',
      ['email:ops.team@mail.example.com', 'email:MIXED@example.com'],
    ],
    [
      'because a URI is compared exactly, except for scheme and host',
      [
        'URI:spiffe://example.com/ns/prod/api',
        'URI:spiffe://example.com/ns/Prod/api/',
        'URI:spiffe://example.com/ns/Prod/../Prod/api',
        'URI:spiffe://example.com/ns/Prod/%61pi',
        'URI:https://user@host.example.com:8443/Path?Query#Fragment',
        'URI:https://User@host.example.com:8443/path?Query#Fragment',
        'URI:https://User@host.example.com:8443/Path?query#Fragment',
        'URI:https://User@host.example.com:8443/Path?Query#fragment',
        'URI:https://host.example.com:8443/Path?Query#Fragment',
        'URI:urn:UUID:F81D4FAE',
        'URI:urn:uuid:f81d4fae',
        'URI:https://bare.example.com/',
        'URI://bare.example.com',
      ],
    ],
    [
      'because other names are compared exactly',
      [
        'othername:UPN:user@corp.example.com',
        'othername:UPN:User@CORP.example.com',
        'othername:User@corp.example.com',
        'DirName:cn=Directory',
      ],
    ],
  ]
  for (const [why, rules] of others) {
    for (const rule of rules) {
      it(`does not allow ${rule}, ${why}`, () => {
        expect(allowSAN(rule)(cert)).to.equal(false)
      })
    }
  }

  describe('by the host of a URI', () => {
    const uris: [inCertificate: string, rule: string, same: boolean][] = [
      ['https://e.example/', 'httpx://e.example/', false],
      ['https://e.example/', 'https//e.example/', false],
      ['https://E.example?Q', 'https://e.EXAMPLE?Q', true],
      ['https://E.example?Q', 'https://e.example?q', false],
      ['https://E.example#F', 'https://e.example#F', true],
      ['https://E.example#F', 'https://e.example#f', false],
      ['https://A@B@C.example/x', 'https://A@B@c.example/x', true],
      ['https://A@B@C.example/x', 'https://A@b@c.example/x', false],
      ['https://e.example/A@B', 'https://e.example/A@b', false],
      ['Mailto:Someone@Example.com', 'mailto:Someone@Example.com', true],
      ['Mailto:Someone@Example.com', 'mailto:Someone@example.com', false],
      ['file:/A//B', 'file:/A//b', false],
      ['relative/Path', 'relative/Path', true],
      ['relative/Path', 'relative/path', false],
      ['//Host/Path', '//host/Path', true],
      ['//Host/Path', '//host/path', false],
    ]
    for (const [inCertificate, rule, same] of uris) {
      it(`${same ? 'equals' : 'differs'}: ${inCertificate} and ${rule}`, async () => {
        const withUri = await certificateWith({
          subjectAltName: [{ type: 'url', value: inCertificate }],
        })
        expect(allowSAN(`URI:${rule}`)(withUri)).to.equal(same)
      })
    }
  })

  it('ignores later changes to the list', () => {
    const list = ['DNS:api.example.com']
    const isAllowed = allowSAN(list)
    list[0] = 'DNS:other.example.com'
    expect(isAllowed(cert)).to.equal(true)
    expect(isAllowed(certificateLike({ subjectaltname: 'DNS:other.example.com' }))).to.equal(false)
  })

  it('does not allow a certificate without the extension', async () => {
    const isAllowed = allowSAN('DNS:cn.example.com')
    expect(isAllowed(await certificateWith({ subject: 'CN=cn.example.com' }))).to.equal(false)
    for (const subjectaltname of [undefined, null, '', 7, ['DNS:cn.example.com']]) {
      expect(isAllowed(certificateLike({ subjectaltname }))).to.equal(false)
    }
  })

  it('ignores names of unsupported types', async () => {
    // RFC 5280 4.2.1.6 allows an X.400 address next to `DNS:api.example.com`.
    const names = Buffer.from('3013a300820f6170692e6578616d706c652e636f6d', 'hex')
    const both = await certificateWith({ extensions: [new Extension('2.5.29.17', false, names)] })
    expect(both.subjectaltname).to.equal('X400Name:<unsupported>, DNS:api.example.com')
    expect(allowSAN('DNS:api.example.com')(both)).to.equal(true)
    expect(allowSAN('DNS:other.example.com')(both)).to.equal(false)
  })

  it('ignores an invalid address', () => {
    const subjectaltname = 'IP Address:<invalid>, email:nobody, DNS:api.example.com'
    expect(allowSAN('DNS:api.example.com')(certificateLike({ subjectaltname }))).to.equal(true)
  })

  const rejected: [rule: string, problem: string][] = [
    ...['admin@example.com', 'api.example.com', ':api', '2001:db8::1', 'CN:alice', 'https://x'].map(
      (rule): [string, string] => [rule, 'must begin with its type, such as "DNS:" or "URI:"'],
    ),
    ...[
      ' DNS:x',
      'DNS :x',
      'constructor:x',
      '__proto__:x',
      'IPAddress:192.0.2.7',
      'x400name:x',
    ].map((rule): [string, string] => [rule, 'must begin with its type, such as "DNS:" or "URI:"']),
    ['DNS:', 'must be a valid DNS name'],
    ['URI:', 'must be a valid URI name'],
    ['othername:', 'must be a valid othername name'],
    ['dirname:', 'must be a valid DirName name'],
    ['registered id:', 'must be a valid Registered ID name'],
    ...['example.com', '@example.com', 'ops@', '@', ''].map((rule): [string, string] => [
      `email:${rule}`,
      'must be a valid email name',
    ]),
    ...['host', '192.0.2', '192.0.2.256', '192.0.2.0/24', '[::1]', '12345::', ' ::1', ''].map(
      (rule): [string, string] => [`IP:${rule}`, 'must be a valid IP Address name'],
    ),
  ]
  for (const [rule, problem] of rejected) {
    it(`rejects the rule '${rule}'`, () => {
      const message = `passport-client-certificate-auth: allowSAN(names) ${problem}. Received '${rule}'`
      for (const list of [rule, ['DNS:api.example.com', rule]]) {
        expect(() => allowSAN(list))
          .to.throw(TypeError, message)
          .with.property('code', 'ERR_INVALID_ARG_VALUE')
      }
    })
  }
})
