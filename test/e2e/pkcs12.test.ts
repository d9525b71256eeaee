import { spawnSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createTestCa } from '../../src/testing/ca.js'

/** Runs a program, and returns what it printed. */
function run(debianPackage: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (error) throw new Error(`${command} isn't installed; run apt-get install ${debianPackage}`)
  expect(status, stdout + stderr).to.equal(0)
  return stdout
}

describe('a PKCS #12 file for tests, in other programs', () => {
  const intermediate = createTestCa().createIntermediate()
  const clients = [
    intermediate.issue({ commonName: 'alice' }),
    intermediate.issue({ commonName: 'J\u00fcrgen', keyType: 'rsa' }),
  ]
  const password = 'open $esame '
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pkcs12-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const write = (name: string, contents: Uint8Array) => {
    const file = join(folder, name)
    writeFileSync(file, contents)
    return file
  }

  for (const [index, client] of clients.entries()) {
    it(`is read by OpenSSL, with key and certificates: ${new X509Certificate(client.cert).subject}`, () => {
      const file = write(`openssl-${index}.p12`, client.p12(password))
      const args = ['pkcs12', '-in', file, '-passin', `pass:${password}`, '-nodes']
      const pem = run('openssl', 'openssl', ...args)
      const blocks = pem.match(/-----BEGIN [^]+?-----END [A-Z ]+-----\n/g) ?? []
      const [own, issuer, key] = blocks as [string, string, string]
      expect(blocks).to.have.lengthOf(3)
      expect(new X509Certificate(own).raw.equals(client.raw)).to.equal(true)
      expect(new X509Certificate(issuer).raw.equals(intermediate.raw)).to.equal(true)
      expect(createPrivateKey(key).equals(createPrivateKey(client.key))).to.equal(true)
    })
  }

  it('is read by NSS, which Firefox and Chromium use', () => {
    const database = `sql:${folder}`
    run('libnss3-tools', 'certutil', '-N', '-d', database, '--empty-password')
    for (const [index, client] of clients.entries()) {
      const file = write(`nss-${index}.p12`, client.p12(password))
      run('libnss3-tools', 'pk12util', '-i', file, '-d', database, '-W', password)
    }
    // "u" marks a certificate whose private key is there.
    const list = run('libnss3-tools', 'certutil', '-L', '-d', database)
    expect(list).to.match(/^alice +u,u,u$/m)
    expect(list).to.match(/^J\S+rgen +u,u,u$/m)
  })
})
