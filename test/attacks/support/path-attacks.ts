import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readElement } from '../../../src/certificate/der.js'
import { generate, type Holder, issue } from '../../support/der-chain.js'
import {
  authorityKeyId,
  basicConstraints,
  certificateOf,
  extension,
  keyIdOf,
  nested,
  nothing,
  octets,
  oid,
  type Parts,
  seq,
  spkiOf,
  subjectKeyId,
  tlv,
  utcTime,
} from '../../support/der-writer.js'
import { caWith, CERT_SIGN, constraints, dns, keyUsage, purposes } from '../../support/paths.js'

/** A PKI with an honest client, and what an attacker who can ask its CA for one certificate can make. */

const key = generate()
export const root: Holder = issue({ subject: 'Root', ca: true })
const inner = (subject: string, ...further: Buffer[]): Holder =>
  issue({
    subject,
    by: root,
    privateKey: key,
    extensions: [basicConstraints(true), subjectKeyId(keyIdOf(spkiOf(key))), ...further],
  })
const honestCa: Holder = inner('Clients')
export const victim: Holder = issue({ subject: 'alice', by: honestCa })
export const VICTIM_PATH: readonly Buffer[] = [victim.der, honestCa.der]
/** The attacker's own certificate, which is genuine. */
const own: Holder = issue({ subject: 'mallory', by: honestCa })

/** The certificates that an attacker sends, and the detail of their rejection. */
export type Attack = readonly [title: string, detail: string, path: readonly Buffer[]]

function issuedBy(ca: Holder, further: { readonly extensions?: readonly Buffer[] } = {}): Buffer {
  return issue({ ...further, subject: 'admin', by: ca }).der
}

/** Issued with a key that isn't the CA's, although the name and the key identifier are. */
function pretendedBy({ subject, privateKey }: Holder, signer: KeyObject = generate()): Buffer {
  const extensions = [authorityKeyId(keyIdOf(spkiOf(privateKey)))]
  return issue({ subject: 'admin', by: { subject, privateKey: signer }, extensions }).der
}

/** A CA with the name and the key identifier of another, and a key of the attacker. */
function forge({ subject, privateKey }: Holder): Holder {
  const id = keyIdOf(spkiOf(privateKey))
  return issue({
    subject,
    extensions: [basicConstraints(true), subjectKeyId(id), authorityKeyId(id)],
  })
}

/** Like `issue()`, with a genuine signature over a digest that is too weak. */
function issueWith(
  digest: 'md5' | 'sha1',
  algorithm: Buffer,
  signer: KeyObject,
  parts: Partial<Parts>,
): Buffer {
  const whole: Parts = {
    subject: 'admin',
    spki: spkiOf(generate()),
    extensions: [basicConstraints(false)],
    algorithm,
    ...parts,
  }
  const unsigned = certificateOf({ ...whole, signature: Buffer.alloc(1) })
  const outer = readElement(unsigned, 0, unsigned.length)
  const signed = outer && readElement(unsigned, outer.start, outer.end)
  if (outer === undefined || signed === undefined) throw new Error("It isn't a certificate")
  const signature = sign(digest, unsigned.subarray(outer.start, signed.end), signer)
  return certificateOf({ ...whole, signature })
}

const RSA = '1.2.840.113549.1.1'
const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const rsaCa: Holder = issue({ subject: 'RSA CA', by: root, privateKey: rsaKey, ca: true })
const weak = (digest: 'md5' | 'sha1', last: string): Buffer =>
  issueWith(digest, seq(oid(`${RSA}.${last}`), nothing()), rsaKey, { issuer: rsaCa.subject })

/** CAs of the attacker, of which each has signed another. None has a path to the root. */
function makeRing(size: number): { leaf: Buffer; cas: Buffer[] } {
  const names = Array.from({ length: size }, (_, index) => `CA ${index}`)
  const keys = names.map(() => generate())
  const cas = names.map((subject, index) => {
    const next = (index + 1) % size
    const signer = { subject: names[next] as string, privateKey: keys[next] as KeyObject }
    return issue({ subject, privateKey: keys[index] as KeyObject, by: signer, ca: true }).der
  })
  const leaf = issue({
    subject: 'admin',
    by: { subject: 'CA 0', privateKey: keys[0] as KeyObject },
  })
  return { leaf: leaf.der, cas }
}

/** The outermost length in one byte more than it needs. */
function lengthen(der: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x30, 0x83, 0]), der.subarray(2, 4), der.subarray(4)])
}

const [forgedCa, forgedRoot] = [forge(honestCa), forge(root)]
const ring = makeRing(9)
const noCertSign = inner('No keyCertSign', keyUsage(0x80, 7))
const noBasic = issue({ subject: 'v3 without basicConstraints', by: root, extensions: [CERT_SIGN] })
const short = issue({ subject: 'Short', by: root, extensions: [caWith(0)] })
const below = issue({ subject: 'Below', by: short, ca: true })
const serverCa = inner('Servers', purposes('1.3.6.1.5.5.7.3.1'))
const constrained = inner('Constrained', constraints({ permitted: [dns('example.com')] }))
const expiredCa = issue({
  subject: 'Expired',
  by: root,
  ca: true,
  notAfter: utcTime('250101000000Z'),
})
const san = (...names: Buffer[]): Buffer => extension('2.5.29.17', seq(...names))

export const ATTACKS: readonly Attack[] = [
  ['a self-signed certificate', 'unknown_issuer', [issue({ subject: 'admin' }).der]],
  [
    "a self-signed certificate, and the victim's path behind it",
    'unknown_issuer',
    [issue({ subject: 'admin' }).der, ...VICTIM_PATH],
  ],
  [
    "a certificate that names the victim's CA as its issuer, and the victim's path",
    'bad_signature',
    [pretendedBy(honestCa), ...VICTIM_PATH],
  ],
  [
    'a CA with the name and the key identifier of the intermediate CA',
    'bad_signature',
    [pretendedBy(honestCa, forgedCa.privateKey), forgedCa.der, honestCa.der],
  ],
  [
    'a CA with the name and the key identifier of the root',
    'bad_signature',
    [pretendedBy(root, forgedRoot.privateKey), forgedRoot.der],
  ],
  ['a certificate that a leaf issued', 'not_a_ca', [issuedBy(own), own.der, honestCa.der]],
  ['a CA without basicConstraints', 'not_a_ca', [issuedBy(noBasic), noBasic.der]],
  ['a CA without keyCertSign', 'key_usage', [issuedBy(noCertSign), noCertSign.der]],
  [
    'a CA below one with a path length of 0',
    'path_length',
    [issuedBy(below), below.der, short.der],
  ],
  ['a CA for servers only', 'extended_key_usage', [issuedBy(serverCa), serverCa.der]],
  ['a CA that has expired', 'expired', [issuedBy(expiredCa), expiredCa.der]],
  [
    'a name that the CA must not issue',
    'name_constraints',
    [
      issuedBy(constrained, { extensions: [san(dns('example.com'), dns('example.com.evil'))] }),
      constrained.der,
    ],
  ],
  ['a genuine signature with MD5', 'weak_algorithm', [weak('md5', '4'), rsaCa.der]],
  ['a genuine signature with SHA-1', 'weak_algorithm', [weak('sha1', '5'), rsaCa.der]],
  ['nine CAs that sign each other', 'path_too_long', [ring.leaf, ...ring.cas]],
  [
    'an extension twice',
    'malformed',
    [
      issuedBy(honestCa, { extensions: [basicConstraints(false), basicConstraints(false)] }),
      honestCa.der,
    ],
  ],
  [
    'an extension whose length is longer than it needs to be',
    'malformed',
    [
      issuedBy(honestCa, {
        extensions: [extension('2.5.29.15', Buffer.from('0381020780', 'hex'))],
      }),
      honestCa.der,
    ],
  ],
  [
    'bytes behind the value of an extension',
    'malformed',
    [
      issuedBy(honestCa, { extensions: [extension('2.5.29.19', Buffer.from('30000500', 'hex'))] }),
      honestCa.der,
    ],
  ],
  [
    'a name with two thousand marks that would have to be sorted',
    'malformed',
    [issue({ subject: `a${'\u0344'.repeat(1000)}${'\u0323'.repeat(1000)}` }).der],
  ],
  [
    'an unknown critical extension',
    'unknown_critical_extension',
    [
      issuedBy(honestCa, { extensions: [extension('1.2.3', octets(nothing()), true)] }),
      honestCa.der,
    ],
  ],
  [
    'a thousand nested sequences in an extension that is read',
    'malformed',
    [issuedBy(honestCa, { extensions: [extension('2.5.29.30', nested(1000))] }), honestCa.der],
  ],
]

/** Certificates that no reader of DER accepts, whatever their signature. */
export const UNREADABLE: readonly (readonly [title: string, path: readonly Buffer[]])[] = [
  ['a byte behind its end', [Buffer.concat([victim.der, Buffer.alloc(1)]), honestCa.der]],
  ['a length that is longer than it needs to be', [lengthen(victim.der), honestCa.der]],
  ['an indefinite length', [tlv(0x30, victim.der).fill(0x80, 1, 2), honestCa.der]],
]
