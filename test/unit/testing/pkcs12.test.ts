import { createPrivateKey, X509Certificate } from 'node:crypto'
import tls from 'node:tls'
import { expect } from 'chai'
import { createTestCa } from '../../../src/testing/ca.js'
import { catchError, expectArgumentError } from '../../support/rejected-argument.js'

const PREFIX = 'p12(password): password'

describe('a PKCS #12 file for tests', () => {
  const intermediate = createTestCa().createIntermediate()
  const alice = intermediate.issue({ commonName: 'alice' })

  // Short and long passwords fill one block of the hash function, or more.
  for (const passphrase of [
    'a',
    'correct horse',
    'x'.repeat(31),
    'x'.repeat(32),
    'y'.repeat(100),
  ]) {
    it(`is read by Node with its password: ${passphrase.length} characters`, () => {
      const pfx = alice.p12(passphrase)
      expect(() => tls.createSecureContext({ pfx, passphrase })).not.to.throw()
    })
  }

  it("isn't read with another password, or after a change", () => {
    const pfx = alice.p12('secret')
    expect(() => tls.createSecureContext({ pfx, passphrase: 'Secret' })).to.throw(
      /mac verify failure/,
    )
    const changed = Buffer.from(pfx)
    const at = changed.indexOf(alice.raw) + alice.raw.length - 1
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(() => tls.createSecureContext({ pfx: changed, passphrase: 'secret' })).to.throw(
      /mac verify failure/,
    )
  })

  it('has another salt each time', () => {
    expect(alice.p12('secret').equals(alice.p12('secret'))).to.equal(false)
  })

  it('holds the certificate and the intermediate CAs, but no private key in the clear', () => {
    const pfx = alice.p12('secret')
    expect(pfx.includes(alice.raw)).to.equal(true)
    expect(pfx.includes(intermediate.raw)).to.equal(true)
    const jwk = createPrivateKey(alice.key).export({ format: 'jwk' })
    expect(pfx.includes(Buffer.from(String(jwk.d), 'base64url'))).to.equal(false)
  })

  it('works for RSA keys and for a CA', () => {
    const root = createTestCa({ keyType: 'rsa' })
    for (const { p12 } of [root, root.issue({ keyType: 'rsa' })]) {
      expect(() => tls.createSecureContext({ pfx: p12('x'), passphrase: 'x' })).not.to.throw()
    }
    expect(new X509Certificate(root.cert).ca).to.equal(true)
  })

  const cases: [password: unknown, code: 'TYPE' | 'VALUE', message: string][] = [
    [undefined, 'TYPE', `${PREFIX} must be a string. Received undefined`],
    ['', 'VALUE', `${PREFIX} must not be empty. Received ''`],
    [
      'p\u00e4ss',
      'VALUE',
      `${PREFIX} must consist of printable ASCII characters. Received a string`,
    ],
    ['a\n', 'VALUE', `${PREFIX} must consist of printable ASCII characters. Received a string`],
  ]
  for (const [password, code, message] of cases) {
    it(`needs a password that every program reads in the same way: ${JSON.stringify([password])}`, () => {
      expectArgumentError(
        catchError(() => alice.p12(password as string)),
        code,
        message,
      )
    })
  }
})
