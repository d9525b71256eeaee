import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect } from 'chai'
import { nameSignature } from '../../../../src/cli/inspect/algorithm-names.js'
import { describeCertificate, type Description } from '../../../../src/cli/inspect/describe.js'
import { showPurposes } from '../../../../src/cli/inspect/render.js'
import { describeUnusable, type Role } from '../../../../src/cli/inspect/problems.js'
import { isAffected } from '../../../../src/certificate/legacy-object.js'
import { TAG } from '../../../../src/certificate/der.js'
import {
  algorithmFor,
  basicConstraints,
  bits,
  certificateOf,
  extension,
  int,
  nothing,
  oid,
  type Parts,
  pointSpki,
  rsaSpki,
  seq,
  set,
  spkiOf,
} from '../../../support/der-writer.js'
import { generate, generateIfKnown } from '../../../support/der-chain.js'
import {
  altNames,
  caWith,
  CLIENT_AUTH,
  keyUsage,
  purposes,
  SERVER_AUTH,
  SIGNING,
} from '../../../support/paths.js'

const NOW = Date.UTC(2030, 0, 1)
const CA = generate()
const spki = spkiOf(generate())

function describeParts(parts: Partial<Parts>, role?: Role): Description {
  return describeCertificate(certificateOf({ spki, signer: CA, ...parts }), NOW, role)
}

const MALFORMED =
  "isn't encoded as RFC 5280 demands, so no path through it is valid; issue it again with other software"
const IS_CA = 'is a CA certificate, and not the certificate of a client'
const NO_KEY_USAGE =
  "its keyUsage allows neither digitalSignature nor keyAgreement, so a client can't authenticate with it"
const SERVERS = 'is for servers only, because its extendedKeyUsage lacks clientAuth'
const NOT_CLIENTS = "isn't for clients, because its extendedKeyUsage lacks clientAuth"
const CRITICAL = "has a critical extension that this package doesn't understand"
const SELF_SIGNED =
  'is self-signed, so no CA was needed to make it; compare its fingerprint, or make it with a CA'
const WEAK_KEY = 'its key is too weak; use RSA with at least 2,048 bits, P-256 or Ed25519'
const WEAK_SIGNATURE = 'its signature is too weak; let the CA sign with SHA-256'
const NAMES = "its subject alternative names can't be read, so no rule matches them"

const sha1Rsa = seq(oid('1.2.840.113549.1.1.5'), nothing())
const shortRsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
const signer = generate()
const selfSigned = { spki: spkiOf(signer), signer }

describe('the problems of a certificate', () => {
  const cases: [title: string, parts: Partial<Parts>, problems: string[]][] = [
    ['none', {}, []],
    ['none of one for clients', { extensions: [SIGNING, purposes(SERVER_AUTH, CLIENT_AUTH)] }, []],
    ['a CA', { extensions: [basicConstraints(true)] }, [IS_CA]],
    ['a CA that is self-signed', { ...selfSigned, extensions: [caWith()] }, [IS_CA]],
    ['self-signed', selfSigned, [SELF_SIGNED]],
    ['for servers', { extensions: [purposes(SERVER_AUTH)] }, [SERVERS]],
    ['for mail', { extensions: [purposes('1.3.6.1.5.5.7.3.4')] }, [NOT_CLIENTS]],
    ['keyEncipherment alone', { extensions: [keyUsage(0x20, 5)] }, [NO_KEY_USAGE]],
    ['keyAgreement', { extensions: [keyUsage(0x08, 3)] }, []],
    [
      'an unknown critical extension',
      { extensions: [extension('1.2.3.4', nothing(), true)] },
      [CRITICAL],
    ],
    ['an extension twice', { extensions: [SIGNING, SIGNING] }, [MALFORMED]],
    ['unreadable names', { extensions: [extension('2.5.29.17', seq())] }, [MALFORMED, NAMES]],
    ['a short RSA key', { spki: spkiOf(shortRsa) }, [WEAK_KEY]],
    ['SHA-1', { algorithm: sha1Rsa }, [WEAK_SIGNATURE]],
    [
      'a key that is malformed',
      { spki: rsaSpki(int(5), int(3)) },
      [
        "its key can't be used (its modulus isn't 512 to 16,384 bits long), so every strategy rejects it",
      ],
    ],
  ]
  for (const [title, parts, problems] of cases) {
    it(`are found: ${title}`, () => {
      expect(describeParts(parts).problems).to.deep.equal(problems)
    })
  }

  it('depend on the role, because only a client has to be suitable as one', () => {
    expect(
      describeParts({ ...selfSigned, extensions: [purposes(SERVER_AUTH)] }, 'other').problems,
    ).to.deep.equal([])
    expect(describeParts({ extensions: [caWith()] }, 'other').problems).to.deep.equal([])
    expect(describeParts({ algorithm: sha1Rsa }, 'other').problems).to.deep.equal([WEAK_SIGNATURE])
  })

  it('are those of the time that is given', () => {
    const der = certificateOf({ spki, signer: CA })
    expect(describeCertificate(der, Date.UTC(2050, 0, 3)).problems).to.deep.equal([
      'expired on 2049-12-31, 2 days ago',
    ])
    expect(describeCertificate(der, Date.UTC(2023, 11, 1))).to.deep.include({
      validity: 'not_yet_valid',
      problems: ['not valid before 2024-01-01, in 31 days'],
    })
  })

  it('include a key that this version of Node crashes on', () => {
    const { problems, key } = describeParts({ spki: pointSpki('secp256k1', 'uncompressed') })
    expect(key).to.deep.equal({ type: 'EC', curve: 'secp256k1' })
    const crashes =
      "its key can't be used (this version of Node crashes on it), so every strategy rejects it"
    expect(problems).to.deep.equal(isAffected() ? [crashes] : [])
    expect(describeUnusable({ kind: 'other', oid: '2a' })).to.equal(crashes)
  })

  it("include that Node can't read the certificate at all", () => {
    // OpenSSL reads the extensions' critical flag, and our reader of the fields doesn't.
    const odd = seq(oid('1.2.3'), int(1), seq())
    expect(describeParts({ extensions: [odd] }).problems).to.deep.equal([
      MALFORMED,
      "Node's OpenSSL can't read it, so every strategy rejects it",
      NAMES,
    ])
  })
})

describe('the description of a certificate', () => {
  const keys: [type: string, options: () => KeyObject | undefined, key: object][] = [
    ['P-384', () => generate('P-384'), { type: 'EC', curve: 'P-384' }],
    ['Ed25519', () => generateIfKnown('ed25519'), { type: 'Ed25519' }],
    ['Ed448', () => generateIfKnown('ed448'), { type: 'Ed448' }],
    ['ML-DSA', () => generateIfKnown('ml-dsa-65'), { type: 'ML-DSA-65' }],
  ]
  for (const [type, make, key] of keys) {
    it(`names the key: ${type}`, function () {
      const made = make()
      if (made === undefined) this.skip()
      expect(describeParts({ spki: spkiOf(made) }).key).to.deep.equal(key)
    })
  }

  it('shows the identifier of an unknown type of key, and that a key is unusable', () => {
    const other = (id: Buffer) => seq(seq(id), bits(Buffer.from([1])))
    expect(describeParts({ spki: other(oid('1.2.3.4')) }).key).to.deep.equal({ type: '1.2.3.4' })
    const long = Buffer.concat([Buffer.from([TAG.oid, 2, 0x80, 1])])
    expect(describeParts({ spki: other(long) }).key).to.deep.equal({ type: 'unknown' })
    expect(describeParts({ spki: rsaSpki(int(5), int(3)) }).key).to.deep.equal({ type: 'unusable' })
  })

  it('names the algorithm of the signature, or shows its identifier', () => {
    const names: [algorithm: Buffer, name: string][] = [
      [algorithmFor('ec'), 'ECDSA with SHA-256'],
      [algorithmFor('rsa'), 'RSA with SHA-256'],
      [algorithmFor('ed25519'), 'Ed25519'],
      [algorithmFor('rsa-pss'), 'RSA-PSS'],
      [algorithmFor('ml-dsa-44'), 'ML-DSA-44'],
      [algorithmFor('ml-dsa-87'), 'ML-DSA-87'],
      [seq(oid('1.2.840.113549.1.1.5')), 'RSA with SHA-1'],
      [seq(oid('1.2.840.113549.1.1.4')), 'RSA with MD5'],
      [seq(oid('1.2.840.10045.4.3.4')), 'ECDSA with SHA-512'],
      [seq(oid('2.16.840.1.101.3.4.3.9')), 'ECDSA with SHA3-224'],
      [seq(oid('2.16.840.1.101.3.4.3.16')), 'RSA with SHA3-512'],
      [seq(oid('1.2.3.4')), '1.2.3.4'],
      [seq(), 'unknown'],
      [seq(Buffer.from([TAG.oid, 0])), 'unknown'],
    ]
    for (const [algorithm, name] of names) {
      expect(describeParts({ algorithm }).signatureAlgorithm).to.equal(name)
    }
    expect(nameSignature(Buffer.from('0201', 'hex'), { tag: 0x30, start: 0, end: 2 })).to.equal(
      'unknown',
    )
  })

  it('names purposes, or shows their identifiers', () => {
    const ids = ['2.5.29.37.0', SERVER_AUTH, CLIENT_AUTH, '1.2.3.4']
    const all = purposes(...ids)
    expect(describeParts({ extensions: [all] }).purposes).to.deep.equal([
      'any',
      'serverAuth',
      'clientAuth',
      '1.2.3.4',
    ])
    const odd = extension('2.5.29.37', seq(Buffer.from([TAG.oid, 1, 0x80])))
    expect(describeParts({ extensions: [odd] }).purposes).to.deep.equal(['80'])
    expect(describeParts({}).purposes).to.equal(null)
  })

  it('shows purposes in words, those of a CA too', () => {
    const show = (...extensions: Buffer[]) => showPurposes(describeParts({ extensions }))
    expect(show()).to.equal('any, because it has no extendedKeyUsage')
    expect(show(purposes(CLIENT_AUTH, '2.5.29.37.0', '1.2.3.4'))).to.equal(
      'client authentication, any purpose, 1.2.3.4',
    )
    expect(show(caWith())).to.equal('CA')
    expect(show(caWith(), purposes(SERVER_AUTH))).to.equal('CA for server authentication')
  })

  it('shows names that are empty, or that it cannot read', () => {
    expect(describeParts({ subject: seq() }).subject).to.equal('')
    expect(describeParts({ subject: seq(set(int(1))) }).subject).to.equal('(not readable)')
    expect(
      describeParts({ extensions: [altNames(Buffer.from([0x82, 1, 0x61]))] }).names,
    ).to.deep.equal([{ type: 'DNS', value: 'a' }])
  })
})
