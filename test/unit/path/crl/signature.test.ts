import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { type PathCertificate, toPathCertificate } from '../../../../src/path/certificate.js'
import type { RevocationList } from '../../../../src/path/crl/reader.js'
import { isListSignedBy, knownSigner } from '../../../../src/path/crl/signature.js'
import { runAtOnce, SLICE } from '../../../../src/path/crl/slices.js'
import { type CrlParts, entryOf } from '../../../support/crl-writer.js'
import { generate, generateIfKnown } from '../../../support/der-chain.js'
import {
  bits,
  certificateOf,
  int,
  nothing,
  oid,
  seq,
  spkiOf,
  tlv,
} from '../../../support/der-writer.js'
import { usableList } from '../../../support/read-list.js'

function holderOf(key: KeyObject): PathCertificate {
  const der = certificateOf({ spki: spkiOf(key) })
  return toPathCertificate(new X509Certificate(der)) as PathCertificate
}

const verify = (list: RevocationList, key: KeyObject): boolean =>
  runAtOnce(isListSignedBy(list, holderOf(key)))

/** A list that is signed with these options of Node, under this algorithm. */
function signedList(
  algorithm: Buffer,
  digest: string,
  key: Parameters<typeof sign>[2],
  parts: Partial<CrlParts> = {},
): RevocationList {
  // The first list only shows what has to be signed.
  const draft = usableList({ algorithm, signature: bits(Buffer.alloc(8)), ...parts })
  const signed = draft.bytes.subarray(draft.signed.start, draft.signed.end)
  return usableList({ algorithm, signature: bits(sign(digest, signed, key)), ...parts })
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ec = generate()
const hash = (last: number): Buffer => seq(oid(`2.16.840.1.101.3.4.2.${last}`), nothing())
const pss = (digest: Buffer, ...salt: Buffer[]): Buffer =>
  seq(
    oid('1.2.840.113549.1.1.10'),
    seq(
      tlv(0xa0, digest),
      tlv(0xa1, seq(oid('1.2.840.113549.1.1.8'), digest)),
      ...salt.map((one) => tlv(0xa2, one)),
    ),
  )

const algorithms: [name: string, algorithm: Buffer, digest: string, key: KeyObject][] = [
  ...['sha256', 'sha384', 'sha512', 'sha224'].map((digest, index): (typeof algorithms)[number] => [
    `RSA with ${digest}`,
    seq(oid(`1.2.840.113549.1.1.${11 + index}`), nothing()),
    digest,
    rsa,
  ]),
  ...['sha224', 'sha256', 'sha384', 'sha512'].map((digest, index): (typeof algorithms)[number] => [
    `ECDSA with ${digest}`,
    seq(oid(`1.2.840.10045.4.3.${index + 1}`)),
    digest,
    ec,
  ]),
  ...['sha3-224', 'sha3-256', 'sha3-384', 'sha3-512'].flatMap(
    (digest, index): (typeof algorithms)[number][] => [
      [`ECDSA with ${digest}`, seq(oid(`2.16.840.1.101.3.4.3.${9 + index}`)), digest, ec],
      [`RSA with ${digest}`, seq(oid(`2.16.840.1.101.3.4.3.${13 + index}`)), digest, rsa],
    ],
  ),
]

describe('the signature of a list', () => {
  for (const [name, algorithm, digest, key] of algorithms) {
    it(`is verified with ${name}`, () => {
      expect(verify(signedList(algorithm, digest, key), key)).to.equal(true)
      const other = digest === 'sha256' ? 'sha512' : 'sha256'
      expect(verify(signedList(algorithm, other, key), key)).to.equal(false)
    })
  }

  for (const [digest, last] of [
    ['sha256', 1],
    ['sha384', 2],
    ['sha512', 3],
    ['sha224', 4],
  ] as const) {
    it(`is verified with RSASSA-PSS and ${digest}`, () => {
      const key = { key: rsa, padding: 6 }
      const algorithm = pss(hash(last), int(32))
      expect(verify(signedList(algorithm, digest, { ...key, saltLength: 32 }), rsa)).to.equal(true)
      expect(verify(signedList(algorithm, digest, { ...key, saltLength: 20 }), rsa)).to.equal(false)
      const byDefault = signedList(pss(hash(last)), digest, { ...key, saltLength: 20 })
      expect(verify(byDefault, rsa)).to.equal(true)
      expect(verify(signedList(algorithm, digest, rsa), rsa)).to.equal(false)
    })
  }

  it('is verified with a key that is for RSASSA-PSS only', () => {
    const key = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey
    expect(verify(usableList({ signer: key }), key)).to.equal(true)
    const algorithm = seq(oid('1.2.840.113549.1.1.11'), nothing())
    expect(verify(usableList({ signer: key, algorithm }), key)).to.equal(false)
  })

  for (const salt of [int(-1), int(2n ** 40n), tlv(0x04, Buffer.from([32]))]) {
    it(`is not that of RSASSA-PSS with the salt length ${salt.toString('hex')}`, () => {
      const key = { key: rsa, padding: 6, saltLength: 32 }
      expect(verify(signedList(pss(hash(1), salt), 'sha256', key), rsa)).to.equal(false)
    })
  }

  for (const type of ['ed25519', 'ed448', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']) {
    const key = generateIfKnown(type)
    ;(key === undefined ? it.skip : it)(`is verified with ${type}`, () => {
      const signer = key as KeyObject
      expect(verify(usableList({ signer }), signer)).to.equal(true)
      expect(verify(usableList({ signer }), generateIfKnown(type) as KeyObject)).to.equal(false)
    })
  }

  it('is not that of another key, or of a key of another type', () => {
    const list = usableList({ signer: ec })
    for (const key of [generate(), rsa, generateKeyPairSync('ed25519').privateKey])
      expect(verify(list, key)).to.equal(false)
    expect(
      verify(usableList({ signer: rsa, algorithm: seq(oid('1.2.840.10045.4.3.2')) }), rsa),
    ).to.equal(false)
  })

  it("is not there if its bytes can't be one, or its algorithm is too weak", () => {
    expect(verify(usableList({ signer: ec, signature: bits(Buffer.alloc(0)) }), ec)).to.equal(false)
    const sha1 = seq(oid('1.2.840.10045.4.1'))
    expect(verify(signedList(sha1, 'sha1', ec), ec)).to.equal(false)
  })

  it('is not there for a certificate whose key Node cannot read', () => {
    const certificate = {
      get publicKey() {
        throw new Error('no')
      },
    }
    const signer = { ...holderOf(ec), certificate } as unknown as PathCertificate
    expect(runAtOnce(isListSignedBy(usableList({ signer: ec }), signer))).to.equal(false)
  })

  it('is verified once for each key, whatever the certificate', () => {
    const list = usableList({ signer: ec })
    expect(knownSigner(list, holderOf(ec))).to.equal(undefined)
    expect(verify(list, ec)).to.equal(true)
    expect(knownSigner(list, holderOf(ec))).to.equal(true)
    const forgotten = { ...list, signature: Buffer.alloc(8) }
    expect(verify(forgotten, ec)).to.equal(true)
  })

  it('is remembered for the last sixteen keys', () => {
    const list = usableList({ signer: ec })
    const keys = Array.from({ length: 17 }, () => holderOf(generate()))
    for (const key of keys) runAtOnce(isListSignedBy(list, key))
    const known = keys.map((key) => knownSigner(list, key))
    expect(known).to.deep.equal([undefined, ...Array.from({ length: 16 }, () => false)])
  })

  it('is hashed in slices', () => {
    const entry = entryOf(7)
    const entries = [
      Buffer.alloc(entry.length * Math.ceil((SLICE.bytes * 2.5) / entry.length), entry),
    ]
    const list = usableList({ signer: ec, entries })
    const work = isListSignedBy(list, holderOf(ec))
    expect([work.next().done, work.next().done]).to.deep.equal([false, false])
    expect(work.next()).to.deep.equal({ done: true, value: true })
  }).timeout(20_000)
})
