import { X509Certificate, createPrivateKey } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import tls from 'node:tls'
import { expect } from 'chai'
import { run } from '../../../src/cli/run.js'
import { testCerts } from '../../../src/cli/test-certs.js'

interface Data {
  readonly directory: string
  readonly files: readonly string[]
  readonly days: number
  readonly hosts: readonly string[]
  readonly password: string
  readonly clients: readonly {
    readonly name: string
    readonly description: string
    readonly code?: string
    readonly fingerprint256?: string
    readonly curl: string
  }[]
}

const NAMES = ['ca', 'server', 'alice', 'bob', 'expired', 'self-signed', 'other-ca', 'server-only']
const FILES = [...NAMES.flatMap((name) => [`${name}.pem`, `${name}.key`]), 'alice.p12']
const DAY_MS = 24 * 60 * 60 * 1000

describe('the command test-certs', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'test-certs-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const inFolder = (...path: string[]) => join(folder, ...path)
  const read = (name: string) => readFileSync(inFolder('certs', name), 'latin1')
  const certificate = (name: string) => new X509Certificate(read(`${name}.pem`))

  async function call(...argv: string[]) {
    let out = ''
    let err = ''
    const status = await run(
      ['test-certs', ...argv],
      { 'test-certs': testCerts },
      {
        stdin: (async function* () {})(),
        stdout: { write: (text) => (out += text) },
        stderr: { write: (text) => (err += text) },
      },
    )
    return { status, out, err }
  }

  async function callJson(...argv: string[]): Promise<Data> {
    const { out, err } = await call(inFolder('certs'), '--json', ...argv)
    expect(err).to.equal('')
    return JSON.parse(out) as Data
  }

  it('writes every certificate with its key, and nothing else', async () => {
    const { files } = await callJson()
    expect(files).to.have.members(FILES)
    expect(readdirSync(inFolder('certs'))).to.have.members(FILES)
    for (const name of NAMES) {
      const key = createPrivateKey(read(`${name}.key`))
      expect(certificate(name).checkPrivateKey(key), name).to.equal(true)
    }
  })

  it('writes certificates that differ as their names say', async () => {
    await callJson()
    const ca = certificate('ca')
    const { publicKey } = ca
    const own = ['server', 'alice', 'bob', 'expired', 'server-only']
    for (const name of own) expect(certificate(name).verify(publicKey), name).to.equal(true)
    expect(certificate('other-ca').issuer).to.equal('CN=Other test CA')
    expect(certificate('self-signed').issuer).to.equal('CN=alice')
    expect(Date.parse(certificate('expired').validTo)).to.be.below(Date.now())
    expect(certificate('bob').subject).to.equal('CN=bob')
    const others = ['alice', 'expired', 'self-signed', 'other-ca', 'server-only']
    for (const name of others) expect(certificate(name).subject, name).to.equal('CN=alice')
    const usages = [...others, 'server'].map(
      (name) => certificate(name).toLegacyObject().ext_key_usage,
    )
    const [client, server] = [['1.3.6.1.5.5.7.3.2'], ['1.3.6.1.5.5.7.3.1']]
    expect(usages).to.deep.equal([client, client, client, client, server, server])
  })

  it('lets only the owner read private keys', async function () {
    // Windows has other permissions.
    if (process.platform === 'win32') this.skip()
    mkdirSync(inFolder('certs'))
    // A readable file that was there before.
    writeFileSync(inFolder('certs', 'bob.key'), '')
    chmodSync(inFolder('certs', 'bob.key'), 0o644)
    await callJson('--force')
    for (const name of FILES) {
      const mode = statSync(inFolder('certs', name)).mode & 0o077
      expect(name.endsWith('.pem') || mode === 0, name).to.equal(true)
    }
  })

  it('writes a PKCS #12 file with the password that it shows', async () => {
    const { password } = await callJson()
    const pfx = readFileSync(inFolder('certs', 'alice.p12'))
    expect(password).to.equal('test')
    expect(() => tls.createSecureContext({ pfx, passphrase: password })).not.to.throw()
    await callJson('--force', '--password', 'open sesame')
    const other = readFileSync(inFolder('certs', 'alice.p12'))
    expect(() => tls.createSecureContext({ pfx: other, passphrase: 'open sesame' })).not.to.throw()
    expect(other.includes(certificate('alice').raw)).to.equal(true)
  })

  it('makes the certificates valid for 30 days, or for as many as it is told', async () => {
    for (const [days, args] of [
      [30, []],
      [1, ['--days', '1']],
      [3650, ['--days', '3650']],
    ] as const) {
      expect((await callJson('--force', ...args)).days).to.equal(days)
      for (const name of NAMES.filter((each) => each !== 'expired')) {
        const left = Date.parse(certificate(name).validTo) - Date.now()
        expect(Math.round(left / DAY_MS), name).to.equal(days)
      }
    }
  })

  it('names loopback in the certificate of the server, and the hosts that it is told', async () => {
    await callJson()
    const loopback = 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1'
    expect(certificate('server').subjectAltName).to.equal(loopback)
    const args = ['--host', 'web.test', '--host', '192.0.2.7', '--host', 'localhost']
    const { hosts } = await callJson('--force', ...args)
    expect(hosts).to.deep.equal(['web.test', '192.0.2.7', 'localhost', '127.0.0.1', '::1'])
    const [localhost, ...addresses] = loopback.split(', ')
    expect(certificate('server').subjectAltName?.split(', ')).to.deep.equal([
      'DNS:web.test',
      'IP Address:192.0.2.7',
      localhost,
      ...addresses,
    ])
  })

  it('shows the fingerprints as verify compares them', async () => {
    const { clients } = await callJson()
    for (const { name, fingerprint256 } of clients) {
      const expected = name === 'anonymous' ? undefined : certificate(name).fingerprint256
      expect(fingerprint256, name).to.equal(expected)
    }
    expect(clients.map(({ name, code }) => [name, code])).to.deep.equal([
      ['alice', undefined],
      ['bob', undefined],
      ['expired', 'CERT_HAS_EXPIRED'],
      ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      ['other-ca', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      ['server-only', 'INVALID_PURPOSE'],
      ['anonymous', 'UNABLE_TO_GET_ISSUER_CERT'],
    ])
  })

  const urls: [args: string[], url: string][] = [
    [[], 'https://localhost:3443/me'],
    [['--port', '8443'], 'https://localhost:8443/me'],
    [['--port', '65535', '--host', 'web.test', '--host', 'b.test'], 'https://web.test:65535/me'],
    [['--host', '2001:db8::1'], 'https://[2001:db8::1]:3443/me'],
  ]
  for (const [args, url] of urls) {
    it(`writes curl commands for ${url}`, async () => {
      const { clients, directory } = await callJson(...args)
      const [alice, anonymous] = [clients[0]?.curl, clients.at(-1)?.curl]
      const file = (name: string) => join(directory, name)
      const shown = alice?.replaceAll(/['"]/g, '')
      expect(shown).to.equal(
        `curl --cacert ${file('ca.pem')} --cert ${file('alice.pem')} --key ${file('alice.key')} ${url}`,
      )
      expect(anonymous?.replaceAll(/['"]/g, '')).to.equal(`curl --cacert ${file('ca.pem')} ${url}`)
    })
  }

  it('explains everything as text', async () => {
    const { out, status } = await call(inFolder('certs'), '--days', '7', '--password', 'hush')
    expect(status).to.equal(0)
    const lines = out.split('\n')
    expect(lines.slice(0, 8)).to.deep.equal([
      `Wrote 17 files to ${inFolder('certs')}, for tests only.`,
      'The certificates are valid for 7 days, except expired.pem.',
      '',
      'The server reads ca.pem, server.pem and server.key. Its names are:',
      '  localhost, 127.0.0.1, ::1',
      'A browser reads alice.p12. Its password is:',
      '  hush',
      'Verify compares cert.fingerprint256, which is:',
    ])
    expect(lines[8]).to.equal(`  alice  ${certificate('alice').fingerprint256}`)
    expect(lines[9]).to.equal(`  bob    ${certificate('bob').fingerprint256}`)
    expect(lines.slice(10, 15)).to.deep.equal([
      '',
      'Try each client:',
      '',
      'alice, a client: Node accepts it, so verify decides: 200 for a user, 401 otherwise',
      `  curl --cacert ${inFolder('certs', 'ca.pem')} --cert ${inFolder('certs', 'alice.pem')} ` +
        `--key ${inFolder('certs', 'alice.key')} https://localhost:3443/me`,
    ])
    expect(out).to.include(
      'anonymous, no certificate: no answer, because Node ends the connection; with rejectUnauthorized: false, 401 and the code UNABLE_TO_GET_ISSUER_CERT\n' +
        `  curl --cacert ${inFolder('certs', 'ca.pem')} https://localhost:3443/me\n`,
    )
    expect(out.endsWith('/me\n')).to.equal(true)
  })

  it('prints no control characters from the name of the directory', async function () {
    if (process.platform === 'win32') this.skip()
    const { out } = await call(inFolder('a\u001b[2Jb'))
    expect(out).to.include('a [2Jb').and.not.include('\u001b')
  })

  it('replaces no file without --force, and then writes nothing at all', async () => {
    mkdirSync(inFolder('certs'))
    writeFileSync(inFolder('certs', 'bob.key'), 'mine')
    const { status, out, err } = await call(inFolder('certs'))
    expect({ status, out }).to.deep.equal({ status: 2, out: '' })
    expect(err).to.equal(
      `passport-client-certificate-auth: ${inFolder('certs')} already has bob.key; ` +
        'name another directory, or pass --force to replace the files\n',
    )
    expect(readdirSync(inFolder('certs'))).to.deep.equal(['bob.key'])
    expect(read('bob.key')).to.equal('mine')
    writeFileSync(inFolder('certs', 'server.key'), '')
    expect((await call(inFolder('certs'))).err).to.include(
      'already has server.key and 1 more of the',
    )
  })

  it('replaces its files with --force, and leaves others alone', async () => {
    await callJson()
    const before = read('alice.pem')
    writeFileSync(inFolder('certs', 'notes.txt'), 'mine')
    await callJson('--force')
    expect(read('alice.pem')).not.to.equal(before)
    expect(read('notes.txt')).to.equal('mine')
  })

  it("doesn't write through a link", async function () {
    if (process.platform === 'win32') this.skip()
    mkdirSync(inFolder('certs'))
    symlinkSync(inFolder('elsewhere'), inFolder('certs', 'alice.key'))
    expect((await call(inFolder('certs'))).status).to.equal(2)
    await callJson('--force')
    expect(existsSync(inFolder('elsewhere'))).to.equal(false)
    expect(lstatSync(inFolder('certs', 'alice.key')).isFile()).to.equal(true)
  })

  it('makes the directory test-certs, or the directories that it is told', async () => {
    const before = process.cwd()
    process.chdir(folder)
    try {
      expect((await call()).out).to.include('files to test-certs, for')
      expect((await call(join('a', 'b'))).status).to.equal(0)
    } finally {
      process.chdir(before)
    }
    expect(readdirSync(inFolder('test-certs'))).to.have.members(FILES)
    expect(readdirSync(inFolder('a', 'b'))).to.have.members(FILES)
  })

  const HOST = '--host must be a host name or an IP address, such as web.example.com'
  const mistakes: [argv: string[], line: string][] = [
    [['a', 'b'], 'name one directory; test-certs --help explains it'],
    [[''], 'the name of the directory is empty; name one'],
    [['--days', '0'], '--days must be a whole number from 1 to 3650, but is 0'],
    [['--days', '3651'], '--days must be a whole number from 1 to 3650, but is 3651'],
    [['--days', '1.5'], '--days must be a whole number from 1 to 3650, but is 1.5'],
    [['--days', ''], '--days must be a whole number from 1 to 3650, but is'],
    [['--days', '0x10'], '--days must be a whole number from 1 to 3650, but is 0x10'],
    [['--days', '5 '], '--days must be a whole number from 1 to 3650, but is 5'],
    [['--port', '0'], '--port must be a whole number from 1 to 65535, but is 0'],
    [['--port', '65536'], '--port must be a whole number from 1 to 65535, but is 65536'],
    [['--host', 'web.test', '--host', 'a b'], HOST],
    [['--host', ''], HOST],
    [['--host', 'fe80::1%eth0'], HOST],
    [['--password', ''], '--password must consist of one or more printable ASCII characters'],
    [['--password', '\u00e4'], '--password must consist of one or more printable ASCII characters'],
    [['--dayz', '1'], "unknown option '--dayz' (did you mean '--days'?)"],
  ]
  for (const [argv, line] of mistakes) {
    it(`explains a mistake: ${JSON.stringify(argv)}`, async () => {
      const before = process.cwd()
      process.chdir(folder)
      try {
        expect(await call(...argv)).to.deep.equal({
          status: 2,
          out: '',
          err: `passport-client-certificate-auth: ${line}\n`,
        })
      } finally {
        process.chdir(before)
      }
      expect(readdirSync(folder)).to.deep.equal([])
    })
  }

  it('has a help that names every option', async () => {
    const { out } = await call('--help')
    for (const name of Object.keys(testCerts.options)) expect(out).to.include(`  --${name} `)
    expect(testCerts.summary).to.match(/^[a-z].*[a-z]$/)
  })
})
