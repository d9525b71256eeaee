import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { readSettings, type Settings } from '../../../../src/cli/doctor/settings.js'
import { UsageError } from '../../../../src/cli/command.js'
import { removeFiles, runDoctor, writeFiles } from '../../../support/doctor.js'
import { testPki } from '../../../support/pki.js'

type Values = Parameters<typeof readSettings>[0]['values']

const URL_ = 'https://api.example.com/me'

interface Files {
  readonly cert: string
  readonly key: string
  readonly [name: string]: string
}

async function files(): Promise<Files> {
  const { ec, rsa, chained, intermediate, root, expired } = await testPki()
  const passphrase = { cipher: 'aes-256-cbc', passphrase: 'x' }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return writeFiles({
    cert: ec.cert,
    key: ec.key,
    'chained.pem': chained.cert + intermediate.cert,
    'chained.key': chained.key,
    'combined.pem': rsa.key + rsa.cert,
    'ca.pem': root.cert,
    'expired.pem': expired.cert,
    'expired.key': expired.key,
    'encrypted.key': privateKey.export({ type: 'pkcs8', format: 'pem', ...passphrase }).toString(),
    'older.key': privateKey.export({ type: 'sec1', format: 'pem', ...passphrase }).toString(),
    'cut.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n',
    'text.pem': 'hello\n',
    'broken.pem': ec.cert.replace('MII', 'AII'),
  })
}

async function read(values: Values, url: string = URL_, now = Date.now()): Promise<Settings> {
  const { cert, key } = await files()
  return readSettings({ values: { cert, key, ...values }, positionals: [url] }, now)
}

describe('the settings of doctor', () => {
  after(removeFiles)

  it('take host, port, name, path and query from the URL', async () => {
    const { target, url, direct } = await read({}, 'https://api.example.com:8443/me?a=b#c')
    expect(target).to.deep.equal({
      isTls: true,
      host: 'api.example.com',
      port: 8443,
      name: 'api.example.com',
      path: '/me?a=b',
      authority: 'api.example.com:8443',
      ca: undefined,
      isInsecure: false,
      timeoutMs: 10_000,
    })
    expect(url).to.equal('https://api.example.com:8443/me')
    expect(direct).to.equal(undefined)
  })

  it('have the usual port, and no brackets around an IPv6 address', async () => {
    const { target } = await read({}, 'https://[::1]')
    expect(target).to.include({
      host: '::1',
      name: '::1',
      port: 443,
      path: '/',
      authority: '[::1]',
    })
  })

  it('connect to another host with --connect, but expect the same name', async () => {
    const { target } = await read({ connect: '10.0.0.1' })
    expect(target).to.include({
      host: '10.0.0.1',
      name: 'api.example.com',
      authority: 'api.example.com',
    })
  })

  it('read the CAs of the server, --insecure and --timeout', async () => {
    const { root } = await testPki()
    const { 'ca.pem': ca = '' } = await files()
    const { target } = await read({ ca, insecure: true, timeout: '60' })
    expect(target).to.include({ ca: root.cert, isInsecure: true, timeoutMs: 60_000 })
    expect((await read({ timeout: '1' })).target.timeoutMs).to.equal(1000)
  })

  it('ask the direct port for the same path of the same site, unless it names another path', async () => {
    const url = `${URL_}?a=b`
    expect((await read({ direct: 'http://10.0.1.7:3000' }, url)).direct).to.include({
      isTls: false,
      host: '10.0.1.7',
      name: '10.0.1.7',
      port: 3000,
      path: '/me?a=b',
      authority: 'api.example.com',
    })
    expect((await read({ direct: 'http://node/x?y' }, url)).direct).to.include({
      port: 80,
      path: '/x?y',
    })
    expect((await read({ direct: 'https://node/' }, url)).direct).to.include({
      port: 443,
      isTls: true,
    })
  })

  it('load a certificate with its intermediate, and one in the file of its key', async () => {
    const { chained, intermediate, rsa } = await testPki()
    const all = await files()
    const { identities } = await read({ cert: all['chained.pem'], key: all['chained.key'] })
    expect(identities.good).to.deep.include({
      leaf: chained.raw,
      issuer: intermediate.raw,
      key: chained.key,
    })
    expect(identities.good.cert).to.equal(chained.cert + intermediate.cert)
    const both = all['combined.pem']
    expect((await read({ cert: both, key: both })).identities.good).to.deep.include({
      leaf: rsa.raw,
      issuer: undefined,
    })
  })

  it('load the other certificate', async () => {
    const { chained } = await testPki()
    const all = await files()
    const { other } = await read({
      'other-cert': all['chained.pem'],
      'other-key': all['chained.key'],
    })
    expect(other?.leaf).to.deep.equal(chained.raw)
    expect((await read({})).other).to.equal(undefined)
  })

  it('try names in every encoding, and send lines with a value as they are', async () => {
    const { variants, extra } = await read({ header: ['X-Own', 'X-DN:  CN=a: b ', 'X-Empty:'] })
    const names = new Set(variants.map(({ header }) => header))
    expect([...names]).to.include.members(['x-own', 'x-empty'])
    expect(extra).to.deep.equal([['x-dn', 'CN=a: b']])
    expect(names.has('x-dn')).to.equal(false)
  })

  const mistakes: readonly (readonly [
    title: string,
    change: (all: Files) => Values,
    message: string | RegExp,
    url?: string,
  ])[] = [
    [
      'an http URL',
      () => ({}),
      /^the URL must begin with https:.*http:\/\/a\/; test a port without TLS with --direct$/,
      'http://a/',
    ],
    [
      'another scheme',
      () => ({}),
      'the URL must be like https://api.example.com/me: ftp://a',
      'ftp://a',
    ],
    ['a URL without a scheme', () => ({}), /^the URL must be like/, 'api.example.com'],
    ['a URL that is none', () => ({}), /^the URL must be like/, 'https://a:b'],
    ['a user name', () => ({}), 'the URL must not hold a user name or a password', 'https://u@a'],
    ['a password', () => ({}), 'the URL must not hold a user name or a password', 'https://:p@a'],
    ['a direct URL that is none', () => ({ direct: 'node:3000' }), /^--direct must be like/],
    ['no certificate', () => ({ cert: undefined }), '--cert FILE is missing; see doctor --help'],
    ['no key', () => ({ key: undefined }), '--key FILE is missing; see doctor --help'],
    [
      'no key for the other certificate',
      ({ cert }) => ({ 'other-cert': cert }),
      '--other-key FILE is missing; see doctor --help',
    ],
    [
      'no certificate for the other key',
      ({ key }) => ({ 'other-key': key }),
      '--other-cert FILE is missing; see doctor --help',
    ],
    [
      'a file that is missing',
      () => ({ cert: '/missing.pem' }),
      "the file of --cert can't be read (ENOENT): /missing.pem",
    ],
    [
      'a CA file that is missing',
      () => ({ ca: '/missing.pem' }),
      "the file of --ca can't be read (ENOENT): /missing.pem",
    ],
    [
      'a CA file without a certificate',
      ({ key }) => ({ ca: key }),
      'the file of --ca must hold at least one certificate in PEM',
    ],
    [
      'a certificate file without one',
      (all) => ({ cert: all['text.pem'] }),
      'the file of --cert holds no certificate in PEM',
    ],
    [
      'a broken certificate',
      (all) => ({ cert: all['broken.pem'] }),
      "the first certificate of --cert can't be read; export it again",
    ],
    [
      'an expired certificate',
      (all) => ({ cert: all['expired.pem'], key: all['expired.key'] }),
      'the certificate of --cert has expired; pass one that is valid now',
    ],
    [
      "another certificate's key",
      (all) => ({ key: all['chained.key'] }),
      "the key of --key doesn't belong to the certificate of --cert",
    ],
    [
      'a certificate without its last line',
      (all) => ({ cert: all['cut.pem'] }),
      'certificate 1 of the file of --cert must have a BEGIN and an END line, each on its own line (see line 3); otherwise Node ignores it, or everything after it. Put a line break between files that you join',
    ],
    [
      'an encrypted key of the older form',
      (all) => ({ key: all['older.key'] }),
      'the key of --key is encrypted; write a copy without a passphrase: openssl pkey -in FILE',
    ],
    [
      'an encrypted key',
      (all) => ({ key: all['encrypted.key'] }),
      'the key of --key is encrypted; write a copy without a passphrase: openssl pkey -in FILE',
    ],
    [
      'a key file without one',
      (all) => ({ key: all['text.pem'] }),
      'the file of --key holds no private key in PEM',
    ],
    [
      'a name that no header has',
      () => ({ header: ['a b'] }),
      "--header must be the name of a header, or 'NAME: VALUE': a b",
    ],
    [
      'an empty name',
      () => ({ header: [': x'] }),
      "--header must be the name of a header, or 'NAME: VALUE': ",
    ],
    [
      'a value with a line break',
      () => ({ header: ['x: a\r\nb: c'] }),
      'the value in --header must be printable ASCII',
    ],
    [
      'a value that is not ASCII',
      () => ({ header: ['x: \u00e9'] }),
      'the value in --header must be printable ASCII',
    ],
    ...['0', '61', '1.5', 'ten', '', '100'].map(
      (timeout) =>
        [
          `the timeout '${timeout}'`,
          () => ({ timeout }),
          `--timeout must be a whole number of seconds from 1 to 60: ${timeout}`,
        ] as const,
    ),
    ...[
      'Host',
      'connection',
      'Content-Length',
      'TRANSFER-ENCODING',
      'te',
      'trailer',
      'upgrade',
      'expect',
      'keep-alive',
    ].map(
      (name) =>
        [
          `the header ${name}`,
          () => ({ header: [`${name}: x`] }),
          `--header can't forge ${name.toLowerCase()}; name another header`,
        ] as const,
    ),
  ]
  for (const [title, change, message, url] of mistakes) {
    it(`reject ${title}`, async () => {
      const error: unknown = await read(change(await files()), url).catch(
        (thrown: unknown) => thrown,
      )
      expect(error).to.be.instanceOf(Error)
      if (typeof message === 'string')
        expect(error).to.be.instanceOf(UsageError).with.property('message', message)
      else expect((error as Error).message).to.match(message)
    })
  }

  it("reject a certificate that isn't valid yet", async () => {
    const error: unknown = await read({}, URL_, 0).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(UsageError)
    expect(error).to.have.property(
      'message',
      "the certificate of --cert isn't valid yet; pass one that is valid now",
    )
  })

  it('name the options of the other certificate in messages', async () => {
    const all = await files()
    const values = { 'other-cert': all['chained.pem'], 'other-key': all.key }
    const error: unknown = await read(values).catch((thrown: unknown) => thrown)
    expect(error).to.have.property(
      'message',
      "the key of --other-key doesn't belong to the certificate of --other-cert",
    )
  })

  for (const [title, urls] of [
    ['no URL', []],
    ['two URLs', [URL_, URL_]],
  ] as const) {
    it(`reject ${title}`, async () => {
      const { cert, key } = await files()
      const args = ['--cert', cert, '--key', key]
      expect(await runDoctor(...urls, ...args)).to.deep.equal({
        status: 2,
        out: '',
        err: 'passport-client-certificate-auth: name one URL, such as https://api.example.com/me\n',
      })
    })
  }
})
