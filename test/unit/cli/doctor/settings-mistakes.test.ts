import { expect } from 'chai'
import { UsageError } from '../../../../src/cli/command.js'
import { type Files, files, read, URL_, type Values } from '../../../support/doctor-settings.js'
import { removeFiles, runDoctor } from '../../../support/doctor.js'

describe('the settings of doctor', () => {
  after(removeFiles)

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
      'a file that is too large',
      (all) => ({ ca: all['large.pem'] }),
      /^the file of --ca has more than 1 MiB: .*large\.pem$/,
    ],
    [
      'a file of 1 MiB without a certificate',
      (all) => ({ ca: all['most.pem'] }),
      'the file of --ca holds no certificate in PEM',
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
