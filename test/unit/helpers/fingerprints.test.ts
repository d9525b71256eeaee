import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { ChainedPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { allowFingerprints } from '../../../src/helpers/index.js'
import { certificateLike, certificateWith } from '../../support/certificates.js'

describe('allowing by fingerprint', () => {
  let cert: ChainedPeerCertificate
  let other: ChainedPeerCertificate
  before(async () => {
    cert = await certificateWith({ subject: 'CN=alice' })
    other = await certificateWith({ subject: 'CN=alice' })
  })

  const digests = [
    ['SHA256', 'fingerprint256', 64],
    ['SHA1', 'fingerprint', 40],
  ] as const

  for (const [algorithm, property, digits] of digests) {
    describe(`of ${algorithm}`, () => {
      const hex = () => createHash(algorithm).update(cert.raw).digest('hex')
      const colons = (text: string) => text.replace(/..(?=.)/g, '$&:')

      it('allows exactly the certificate with that fingerprint', () => {
        const isAllowed = allowFingerprints(cert[property])
        expect(isAllowed(cert)).to.equal(true)
        expect(isAllowed(other)).to.equal(false)
        expect(allowFingerprints([other[property], cert[property]])(cert)).to.equal(true)
      })

      it('accepts fingerprints with or without colons and prefix, in any case', () => {
        const written = [hex(), colons(hex())].flatMap((text) => [
          text,
          `${algorithm}:${text}`,
          `${algorithm.toLowerCase()}:${text}`,
        ])
        for (const text of written.flatMap((each) => [each, each.toUpperCase()])) {
          expect(allowFingerprints(text)(cert), text).to.equal(true)
          expect(allowFingerprints(text)(other), text).to.equal(false)
        }
      })

      it('does not allow a certificate whose fingerprint differs in one digit', () => {
        const text = hex()
        for (const at of [0, 1, digits / 2, digits - 1]) {
          const changed = text[at] === '0' ? '1' : '0'
          const wrong = text.slice(0, at) + changed + text.slice(at + 1)
          expect(allowFingerprints(wrong)(cert), wrong).to.equal(false)
        }
      })

      it('compares a fingerprint with the digest of the same algorithm', () => {
        const isAllowed = allowFingerprints('A'.repeat(digits))
        const value = colons('A'.repeat(digits))
        expect(isAllowed(certificateLike({ [property]: value }))).to.equal(true)
        expect(isAllowed(certificateLike({ fingerprint512: value }))).to.equal(false)
      })
    })
  }

  it('accepts a list with both algorithms', () => {
    const isAllowed = allowFingerprints([cert.fingerprint, other.fingerprint256])
    expect(isAllowed(cert)).to.equal(true)
    expect(isAllowed(other)).to.equal(true)
  })

  it('does not allow a certificate without fingerprints', () => {
    const isAllowed = allowFingerprints('A'.repeat(64))
    for (const fields of [{}, { fingerprint256: undefined }, { fingerprint256: null }]) {
      expect(isAllowed(certificateLike(fields))).to.equal(false)
    }
  })

  it('ignores later changes to the list', () => {
    const list = [cert.fingerprint256]
    const isAllowed = allowFingerprints(list)
    list[0] = other.fingerprint256
    expect(isAllowed(cert)).to.equal(true)
    expect(isAllowed(other)).to.equal(false)
  })

  const a = (count: number) => 'A'.repeat(count)
  const pairs = (count: number) => Array<string>(count).fill('AA').join(':')
  const rejected: [what: string, text: string][] = [
    ...[1, 2, 32, 38, 39, 41, 42, 56, 62, 63, 65, 66, 96, 128].map((count): [string, string] => [
      `${count} digits`,
      a(count),
    ]),
    ['19 bytes with colons', pairs(19)],
    ['21 bytes with colons', pairs(21)],
    ['31 bytes with colons', pairs(31)],
    ['33 bytes with colons', pairs(33)],
    ['SHA-1 with the prefix of SHA-256', `SHA256:${a(40)}`],
    ['SHA-256 with the prefix of SHA-1', `SHA1:${a(64)}`],
    ['a prefix alone', 'SHA256:'],
    ['another algorithm', `SHA512:${a(128)}`],
    ['another algorithm with the right length', `SHA512:${a(64)}`],
    ['a prefix without a colon', `SHA256${a(64)}`],
    ['a prefix twice', `SHA256:SHA256:${a(64)}`],
    ['a colon before it', `:${a(64)}`],
    ['a colon after it', `${a(64)}:`],
    ['a colon before pairs', `:${pairs(32)}`],
    ['a colon after pairs', `${pairs(32)}:`],
    ['one colon', `AA:${a(62)}`],
    ['a missing colon', `${pairs(30)}:AAAA`],
    ['colons in the wrong place', `A:${pairs(31)}:A`],
    ['colons between single digits', Array<string>(64).fill('A').join(':')],
    ['two colons in a row', `${pairs(16)}::${pairs(16)}`],
    ["a letter that isn't a digit", `G${a(63)}`],
    ["a letter at the end that isn't a digit", `${a(63)}G`],
    ['an empty pair', `${pairs(31)}:AG`],
    ['dashes', pairs(32).replaceAll(':', '-')],
    ['a space before it', ` ${a(64)}`],
    ['a space after it', `${a(64)} `],
    ['a line end after it', `${a(64)}\n`],
    ['a line end after pairs', `${pairs(32)}\n`],
    ['base64', Buffer.alloc(32, 0xaa).toString('base64')],
  ]
  for (const [what, text] of rejected) {
    it(`rejects ${what}`, () => {
      const message =
        'passport-client-certificate-auth: allowFingerprints(fingerprints) must be 64 hex digits ' +
        '(SHA-256) or 40 (SHA-1), with or without colons between the bytes. Received '
      for (const list of [text, [a(64), text]]) {
        expect(() => allowFingerprints(list))
          .to.throw(TypeError, message)
          .with.property('code', 'ERR_INVALID_ARG_VALUE')
      }
    })
  }

  it('rejects an empty list, which would allow no client', () => {
    const what = 'allowFingerprints(fingerprints)'
    expect(() => allowFingerprints([])).to.throw(TypeError, `${what} must not be empty`)
    expect(() => allowFingerprints('')).to.throw(TypeError, `${what} must not be empty`)
    expect(() => allowFingerprints(7 as never)).to.throw(TypeError, `${what} must be a string`)
  })
})
