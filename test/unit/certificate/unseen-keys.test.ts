import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { expect } from 'chai'
import { parseIssuers } from '../../../src/certificate/chain.js'
import { parseCertificate } from '../../../src/certificate/peer-certificate.js'
import { generate, issue } from '../../support/der-chain.js'
import {
  CA_EXTENSIONS,
  certificateOf,
  ecSpki,
  int,
  oid,
  rsaSpki,
  seq,
  spkiOf,
  utcTime,
} from '../../support/der-writer.js'
import { slowSpki } from '../../support/slow-curve.js'

const { X509Certificate } = crypto

/** Counts the certificates that OpenSSL is given during a call. */
function countParsed(run: () => void): number {
  let parsed = 0
  class Counting extends X509Certificate {
    constructor(...args: ConstructorParameters<typeof X509Certificate>) {
      super(...args)
      parsed += 1
    }
  }
  // Without this, modules would keep the class that they have already imported.
  Object.assign(crypto, { X509Certificate: Counting })
  syncBuiltinESMExports()
  try {
    run()
  } finally {
    Object.assign(crypto, { X509Certificate })
    syncBuiltinESMExports()
  }
  return parsed
}

describe('a certificate that our own reader rejects', () => {
  const { der } = issue({ subject: 'root', ca: true })
  const withKey = (spki: Buffer): Buffer =>
    certificateOf({ subject: 'root', issuer: 'root', spki, extensions: CA_EXTENSIONS })
  const E = int(65_537)
  const rejected: [what: string, der: Buffer, fault: string][] = [
    [
      'the point at infinity',
      withKey(ecSpki(oid('1.2.840.10045.3.1.7'), Buffer.from([0]))),
      'unsupported_key',
    ],
    ['explicit curve parameters', withKey(slowSpki()), 'unsupported_key'],
    ['an unknown curve', withKey(ecSpki(oid('1.2.3'), Buffer.alloc(65, 4))), 'unsupported_key'],
    ['an RSA modulus of 17,000 bits', withKey(rsaSpki(int(1n << 16_999n), E)), 'unsupported_key'],
    [
      'an RSA exponent of 65 bits',
      withKey(rsaSpki(int(1n << 2047n), int(1n << 64n))),
      'unsupported_key',
    ],
    ['an empty key', withKey(seq()), 'not_a_certificate'],
    [
      "a date that isn't a date",
      issue({ subject: 'x', notAfter: utcTime('soon') }).der,
      'not_a_certificate',
    ],
    ['a byte after it', Buffer.concat([der, Buffer.alloc(1)]), 'not_a_certificate'],
  ]
  for (const [what, odd, fault] of rejected) {
    it(`is never given to OpenSSL: ${what}`, () => {
      let found: unknown
      expect(countParsed(() => (found = parseCertificate(odd)))).to.equal(0)
      expect(found).to.equal(fault)
      expect(countParsed(() => parseIssuers([odd]))).to.equal(0)
    })
  }

  it('is not parsed as an issuer if signatures are never verified with its key', () => {
    for (const curve of ['secp256k1', 'brainpoolP256r1', 'sect571r1']) {
      const odd = withKey(spkiOf(generate(curve)))
      expect(countParsed(() => expect(parseIssuers([odd])).to.deep.equal([]))).to.equal(0)
    }
  })

  it('differs from a valid certificate, which is parsed once', () => {
    expect(countParsed(() => parseCertificate(der))).to.equal(1)
    expect(countParsed(() => parseIssuers([der]))).to.equal(1)
  })
})
