import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { extension, nothing, oid, octets, seq, utcTime } from '../../support/der-writer.js'
import {
  caWith,
  CERT_SIGN,
  CLIENT_AUTH,
  issuePath,
  keyUsage,
  type Level,
  outcome,
  purposes,
  SERVER_AUTH,
  SIGNING,
  validatePath,
} from '../../support/paths.js'

const ROOT: Level = { subject: 'root' }
const CA: Level = { subject: 'ca' }
const LEAF: Level = { subject: 'leaf' }
const ANY = '2.5.29.37.0'

/** Validates root, intermediate and leaf, of which some have other parts. */
function verdictOf(
  parts: { root?: Partial<Level>; ca?: Partial<Level>; leaf?: Partial<Level> },
  options: Parameters<typeof validatePath>[1] = {},
): string {
  const path = issuePath(
    { ...ROOT, ...parts.root },
    { ...CA, ...parts.ca },
    { ...LEAF, ...parts.leaf },
  )
  return outcome(validatePath(path, options))
}

describe('the rules for certificates on a path', () => {
  it('accept a leaf under an intermediate CA and tell its path', () => {
    const path = issuePath(ROOT, CA, LEAF)
    const verdict = validatePath(path)
    if (!verdict.ok) throw new Error(verdict.detail)
    expect(verdict.path.map(({ raw }) => raw)).to.deep.equal(path.map(({ der }) => der).reverse())
    expect(verdict).to.include({
      revocation: 'unchecked',
      validUntilMs: Date.UTC(2049, 11, 31, 23, 59, 59),
    })
    expect(verdict.policies).to.deep.equal([])
  })

  const ecKey = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey
  const rsaKey = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey
  const dsaKey = () =>
    generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey
  const sha1 = seq(oid('1.2.840.10045.4.1'))
  const pss = (...parameters: Buffer[]) => seq(oid('1.2.840.113549.1.1.10'), ...parameters)
  const critical = extension('1.2.3.4', nothing(), true)

  const cases: [outcome: string, title: string, parts: Parameters<typeof verdictOf>[0]][] = [
    ['ok', 'a CA that may sign certificates', { ca: { with: [CERT_SIGN] } }],
    ['ok', 'a leaf that may sign', { leaf: { with: [SIGNING] } }],
    ['ok', 'a leaf that may agree on keys', { leaf: { with: [keyUsage(0x08, 3)] } }],
    ['key_usage', 'a leaf that may only encipher keys', { leaf: { with: [keyUsage(0x20, 5)] } }],
    ['key_usage', 'a CA that may not sign certificates', { ca: { with: [keyUsage(0x02, 1)] } }],
    ['not_a_ca', 'an issuer without basicConstraints', { ca: { basic: null } }],
    ['not_a_ca', 'an issuer that is not a CA', { ca: { basic: extension('2.5.29.19', seq()) } }],
    [
      'ok',
      'clientAuth in all certificates',
      {
        root: { with: [purposes(CLIENT_AUTH)] },
        ca: { with: [purposes(SERVER_AUTH, CLIENT_AUTH)] },
        leaf: { with: [purposes(CLIENT_AUTH)] },
      },
    ],
    [
      'extended_key_usage',
      'a leaf with serverAuth only',
      { leaf: { with: [purposes(SERVER_AUTH)] } },
    ],
    ['extended_key_usage', 'a CA with serverAuth only', { ca: { with: [purposes(SERVER_AUTH)] } }],
    [
      'extended_key_usage',
      'an anchor with serverAuth only',
      { root: { with: [purposes(SERVER_AUTH)] } },
    ],
    ['extended_key_usage', 'anyExtendedKeyUsage', { leaf: { with: [purposes(ANY)] } }],
    ['path_length', 'a CA below a CA that allows none', { root: { basic: caWith(0) } }],
    ['ok', 'as many CAs as are allowed', { root: { basic: caWith(1) }, ca: { basic: caWith(0) } }],
    ['unknown_critical_extension', 'a leaf with one', { leaf: { with: [critical] } }],
    ['unknown_critical_extension', 'a CA with one', { ca: { with: [critical] } }],
    [
      'ok',
      'an unknown extension that is not critical',
      { leaf: { with: [extension('1.2.3.4', nothing())] } },
    ],
    [
      'malformed',
      'an extension that occurs twice',
      { leaf: { with: [purposes(CLIENT_AUTH), purposes(CLIENT_AUTH)] } },
    ],
    [
      'malformed',
      'an unknown extension that occurs twice',
      { leaf: { with: [extension('1.2.3.4', octets()), extension('1.2.3.4', octets())] } },
    ],
    ['expired', 'a CA that has expired', { ca: { notAfter: utcTime('250101000000Z') } }],
    ['expired', 'an anchor that has expired', { root: { notAfter: utcTime('290101000000Z') } }],
    [
      'not_yet_valid',
      'a CA that is not valid yet',
      { ca: { notBefore: utcTime('310101000000Z') } },
    ],
    [
      'certificate_expired',
      'a leaf that has expired',
      { leaf: { notAfter: utcTime('250101000000Z') } },
    ],
    [
      'certificate_not_yet_valid',
      'a leaf that is not valid yet',
      { leaf: { notBefore: utcTime('310101000000Z') } },
    ],
    ['weak_algorithm', 'a leaf with RSA of 1,024 bits', { leaf: { privateKey: rsaKey(1024) } }],
    [
      'ok',
      'RSA of 2,048 bits',
      { ca: { privateKey: rsaKey(2048) }, leaf: { privateKey: rsaKey(2048) } },
    ],
    ['weak_algorithm', 'a CA with RSA of 1,024 bits', { ca: { privateKey: rsaKey(1024) } }],
    ['weak_algorithm', 'a leaf with DSA', { leaf: { privateKey: dsaKey() } }],
    ['weak_algorithm', 'a leaf on P-192', { leaf: { privateKey: ecKey('prime192v1') } }],
    ['ok', 'a CA on P-384', { ca: { privateKey: ecKey('P-384') } }],
    ['weak_algorithm', 'a leaf signed with SHA-1', { leaf: { algorithm: sha1 } }],
    ['weak_algorithm', 'a CA signed with SHA-1', { ca: { algorithm: sha1 } }],
    ['ok', 'an anchor signed with SHA-1', { root: { algorithm: sha1 } }],
    [
      'weak_algorithm',
      'RSASSA-PSS without parameters, which means SHA-1',
      { leaf: { algorithm: pss() } },
    ],
    ['weak_algorithm', 'an unknown algorithm', { leaf: { algorithm: seq(oid('1.2.3')) } }],
    ['ok', 'Ed25519', { ca: { privateKey: generateKeyPairSync('ed25519').privateKey } }],
    ['bad_signature', 'a leaf with another signature', { leaf: { signature: Buffer.alloc(64) } }],
    ['bad_signature', 'a CA with another signature', { ca: { signature: Buffer.alloc(64) } }],
  ]
  for (const [expected, title, parts] of cases) {
    it(`answer ${expected} for ${title}`, () => {
      expect(verdictOf(parts)).to.equal(expected)
    })
  }

  it('accept RSASSA-PSS with SHA-256', () => {
    const { privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    expect(verdictOf({ ca: { privateKey } })).to.equal('ok')
  })

  it('accept anyExtendedKeyUsage if the application does', () => {
    const parts = { leaf: { with: [purposes(ANY)] } }
    expect(verdictOf(parts, { anyExtendedKeyUsage: true })).to.equal('ok')
    const other = { leaf: { with: [purposes(SERVER_AUTH)] } }
    expect(verdictOf(other, { anyExtendedKeyUsage: true })).to.equal('extended_key_usage')
  })

  it('need all extended key usages that the application asks for', () => {
    const extendedKeyUsage = [CLIENT_AUTH, SERVER_AUTH]
    const one = { leaf: { with: [purposes(CLIENT_AUTH)] } }
    const both = { leaf: { with: [purposes(SERVER_AUTH, CLIENT_AUTH)] } }
    expect(verdictOf(one, { extendedKeyUsage })).to.equal('extended_key_usage')
    expect(verdictOf(both, { extendedKeyUsage })).to.equal('ok')
  })
})
