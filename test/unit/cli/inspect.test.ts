import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { unreadable } from '../../../src/cli/input.js'
import { readCapture, readCertificate } from '../../support/captures.js'
import { failureOf, runCommand } from '../../support/run-command.js'

const AT = ['--at', '2026-11-27T12:00:00Z']
const rsa = readCertificate('rsa.crt')
const chain = readCertificate('chainleaf.crt') + readCertificate('inter.crt')

/** The value of a header in a capture. */
function captured(capture: string, header: string): string {
  const { rawHeaders } = readCapture(capture)
  const index = rawHeaders.findIndex((name) => name.toLowerCase() === header)
  return rawHeaders[index + 1] as string
}

const escaped = captured('nginx-required-ec', 'x-ssl-client-cert')

async function text(input: string | Uint8Array, ...argv: string[]): Promise<string> {
  const { status, out, err } = await runCommand(['inspect', ...AT, ...argv], input)
  expect({ status, err }).to.deep.equal({ status: 0, err: '' })
  return out
}

const RSA = `certificate
  subject      CN=rsa-client,OU=Clients,O=Example,C=US
  issuer       CN=Test root CA,O=Test PKI
  names        DNS: client.example.org
               URI: spiffe://example.org/ns/default/sa/web
  validity     valid until 2032-05-13, 5 years left
  purpose      client authentication
  key          RSA, 2,048 bits
  signature    RSA with SHA-256
  serial       7C26477BA9B47555593DDA577DBA164C97D730CC
  SHA-256      ${new X509Certificate(rsa).fingerprint256}
`

// Not a key, but marked like one.
const KEY_PEM = ['BEGIN', 'MC4CAQ', 'END'].map(toKeyLine).join('')

function toKeyLine(part: string): string {
  return part === 'MC4CAQ' ? `${part}\n` : `-----${part} PRIVATE KEY-----\n`
}

describe('inspect', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inspect-'))
  })
  after(() => rm(folder, { recursive: true }))

  async function fileOf(name: string, contents: string | Uint8Array): Promise<string> {
    const path = join(folder, name)
    await writeFile(path, contents)
    return path
  }

  it('shows a file in PEM', async () => {
    expect(await text('', await fileOf('rsa.pem', rsa))).to.equal(`PEM\n\n${RSA}`)
  })

  it('shows a file in DER', async () => {
    const { raw } = new X509Certificate(rsa)
    expect(await text('', await fileOf('rsa.der', raw))).to.equal(`DER\n\n${RSA}`)
    expect(await text(raw)).to.equal(`DER\n\n${RSA}`)
  })

  it('shows a header line, the presets that read it, and options to paste', async () => {
    const value = captured('nginx-required-rsa', 'x-ssl-client-cert')
    expect(await text(`X-SSL-Client-Cert: ${value}\n`, '-')).to.equal(
      `a header value, url-pem, in the header X-SSL-Client-Cert

${RSA}
read by
  encoding     url-pem
  presets      nginx, ingress-nginx, cloudfront, kong, aws-alb, aws-alb-verify
  also needs   x-ssl-client-verify: SUCCESS

new Strategy({
  certificateSource: 'nginx',
  trustedProxies: '10.0.0.0/8', // the address of your proxy
}, verify)
`,
    )
  })

  it('shows a chain, numbered, and a CA that the proxy has to name', async () => {
    const value = captured('traefik-middleware-required-chain', 'x-forwarded-tls-client-cert')
    const out = await text(`x-arr-clientcert: ${value}`)
    expect(out).to.match(/^a header value, base64-der, in the header x-arr-clientcert\n/)
    expect(out).to.include('\ncertificate 1 of 2\n  subject      CN=chain-client,O=Example,C=US\n')
    expect(out).to.include(
      '\ncertificate 2 of 2\n  subject      CN=Test Intermediate CA,O=Test PKI\n',
    )
    expect(out).to.include('  names        none\n')
    expect(out).to.include('  purpose      CA\n')
    expect(out).to.include('  key          EC, P-256\n')
    expect(out.slice(out.indexOf('new Strategy'))).to.equal(`new Strategy({
  certificateSource: 'azure-app-service',
  trustedProxies: '10.0.0.0/8', // the address of your proxy
  ca: readFileSync('clients-ca.pem'),
}, verify)
`)
  })

  it('prints JSON with documented names', async () => {
    const line = `ssl_client_cert: ${captured('apache-required-ec', 'ssl_client_cert')}`
    const data = JSON.parse(await text(line, '--json')) as Record<string, unknown>
    const certificate = new X509Certificate(readCertificate('ec.crt'))
    expect(data).to.deep.equal({
      source: 'header',
      header: 'ssl_client_cert',
      encoding: 'apache-pem',
      presets: ['apache'],
      strategyOptions: {
        certificateSource: 'apache',
        certificateHeader: 'ssl_client_cert',
        trustedProxies: '10.0.0.0/8',
      },
      requiredHeaders: [{ header: 'x-ssl-client-verify', value: 'SUCCESS' }],
      certificates: [
        {
          subject: 'CN=ec-client,OU=Clients,O=Example,C=US',
          issuer: 'CN=Test root CA,O=Test PKI',
          names: [
            { type: 'DNS', value: 'client.example.org' },
            { type: 'URI', value: 'spiffe://example.org/ns/default/sa/web' },
          ],
          validFrom: new Date(certificate.validFrom).toISOString().replace('.000Z', 'Z'),
          validTo: new Date(certificate.validTo).toISOString().replace('.000Z', 'Z'),
          validity: 'valid',
          validityText: 'valid until 2032-05-13, 5 years left',
          isCa: false,
          purposes: ['clientAuth'],
          key: { type: 'EC', curve: 'P-256' },
          signatureAlgorithm: 'RSA with SHA-256',
          serialNumber: certificate.serialNumber,
          fingerprint256: certificate.fingerprint256,
          problems: [],
        },
      ],
      problems: [],
    })
    expect(JSON.parse(await text(rsa, '--json'))).to.deep.include({
      source: 'pem',
      header: null,
      encoding: null,
      presets: [],
      strategyOptions: null,
      requiredHeaders: [],
    })
  })

  it('lists problems of each certificate, and of the input', async () => {
    const out = await text(readCertificate('root.crt') + readCertificate('root.crt') + rsa)
    expect(out.slice(out.indexOf('\nproblems'))).to.equal(`
problems
  - the same certificate is there more than once
  - a chain must begin with the client's certificate, and this one begins with a CA
  - certificate 1 of 3: is a CA certificate, and not the certificate of a client
`)
  })

  it('takes the current time without --at', async () => {
    const { out } = await runCommand(['inspect', '--json'], rsa)
    const now = (JSON.parse(out) as { certificates: [{ validityText: string }] }).certificates[0]
    const [, at] = /(\d+) \w+ left|ended/.exec(now.validityText) ?? []
    expect(at).not.to.equal(undefined)
  })

  const mistakes: [title: string, argv: (folder: string) => string[], line: RegExp][] = [
    [
      'a missing file',
      (at) => [join(at, 'no')],
      /^\S{1,43}: there is no such file; pass a header value on/,
    ],
    [
      'a value as the argument',
      () => [escaped],
      /^-----BEGIN%20CERTIFICATE-----%0AMI[\w%]{0,8}\.\.\.: there is no such file; p/,
    ],
    ['a directory', (at) => [at], /^\S+: this is a directory; pass a file in it$/],
    [
      'two files',
      () => ['a', 'b'],
      /^inspect takes one file, one host:port, or - for standard input$/,
    ],
    [
      'a date that is none',
      () => ['--at', 'soon'],
      /^--at needs a date such as 2027-01-31 or .*, not soon$/,
    ],
    [
      'plain HTTP',
      () => ['http://localhost'],
      /^plain HTTP has no certificates; pass host:port or/,
    ],
    [
      'a port that is none',
      () => ['localhost:65536'],
      /^65536 isn't a port; ports are 1 to 65535$/,
    ],
    ['port 0', () => ['localhost:0'], /^0 isn't a port; ports are 1 to 65535$/],
    ['a broken address', () => ['https://a b:x'], /^https:\/\/a b:x isn't a valid address$/],
  ]
  for (const [title, argv, line] of mistakes) {
    it(`explains ${title}`, async () => {
      // A quoted value begins with hyphens, which are those of an option before `--`.
      expect(failureOf(await runCommand(['inspect', ...splitOptions(argv(folder))]))).to.match(line)
    })
  }

  it('explains an empty file and an empty input', async () => {
    expect(failureOf(await runCommand(['inspect', await fileOf('e.pem', '')]))).to.match(
      /^\S+: the file is empty; pass a certificate or a header value$/,
    )
    expect(failureOf(await runCommand(['inspect']))).to.equal(
      'standard input is empty; pass a file, or pipe a certificate or a header value in',
    )
  })

  it('reads at most 1 MiB', async () => {
    const most = Buffer.alloc(1024 * 1024, '\n')
    most.write(rsa)
    const path = await fileOf('most.pem', most)
    expect(await text('', path)).to.equal(`PEM\n\n${RSA}`)
    expect(await text(most)).to.equal(`PEM\n\n${RSA}`)
    const more = Buffer.concat([most, Buffer.from('\n')])
    expect(failureOf(await runCommand(['inspect'], more))).to.equal(
      'standard input has more than 1 MiB; pass only the certificate or header value',
    )
    expect(failureOf(await runCommand(['inspect', await fileOf('more.pem', more)]))).to.match(
      /^\S+ has more than 1 MiB; pass only the certificate or header value$/,
    )
    if (process.platform !== 'win32') {
      expect(failureOf(await runCommand(['inspect', '/dev/zero']))).to.match(
        /^\/dev\/zero has more/,
      )
    }
  })

  it('explains other faults of files by their code', async () => {
    const path = await fileOf('file', 'x')
    expect(failureOf(await runCommand(['inspect', join(path, 'below')]))).to.match(
      /^\S+: the file can't be read \(ENOTDIR\)$/,
    )
    expect(failureOf(await runCommand(['inspect', 'a\0b']))).to.match(
      /^a b: the file can't be read \(ERR_INVALID_ARG_VALUE\)$/,
    )
  })

  it('explains a file without permission, and an error without a code', () => {
    const error = Object.assign(new Error(), { code: 'EACCES' })
    expect(unreadable('a', error).message).to.equal(
      'a: this user may not read the file; change its permissions',
    )
    expect(unreadable('a', new Error()).message).to.equal(
      "a: the file can't be read (unknown error)",
    )
  })

  it('prefers a file to a server with its name', async () => {
    const before = process.cwd()
    process.chdir(folder)
    try {
      await writeFile('localhost:1', rsa)
      expect(await text('', 'localhost:1')).to.equal(`PEM\n\n${RSA}`)
    } finally {
      process.chdir(before)
    }
  })
})

function splitOptions(argv: string[]): string[] {
  return argv[0]?.startsWith('-----') ? ['--', ...argv] : argv
}

describe('inspect finds a header value', () => {
  const fingerprint = new X509Certificate(readCertificate('ec.crt')).fingerprint256
  const der = captured('haproxy-required-ec', 'x-ssl-client-cert-der')
  const spaced = captured('apache-required-ec', 'ssl_client_cert')
  const xfcc = `By=spiffe://a/b;Hash=${fingerprint.replaceAll(':', '').toLowerCase()};Cert="${escaped}";Subject="CN=\\"a\\"";URI=spiffe://example.org/ns/default/sa/web`
  const pem = readCertificate('ec.crt')
  const folded = pem.trimEnd().replaceAll('\n', '\n\t')

  const BREAKS = 'the value has line breaks or white space in it, which no strategy accepts'
  const TWICE =
    'the value is percent-encoded more than once; a strategy reads it only if it is encoded once'
  const FORM = 'the value is encoded like a form, with + for a space; a strategy needs %20'
  const STRICT =
    "the value isn't quite valid, so a strategy rejects it although it can be read here"
  const PERCENT =
    'the value is percent-encoded base64, which no strategy reads; send plain base64 (Traefik does so since 2.9.4)'
  const SENT_TWICE =
    'the header has two values, joined by a comma, so it was sent twice; a strategy rejects it, because one of them may be forged'
  const IN_HEADER =
    'PEM with line breaks is in a header, and Node answers 400 to that; let the proxy escape it, on nginx with $ssl_client_escaped_cert'
  const FOLLOWED =
    "something follows the certificate directly; if it belongs to the header's value, a strategy rejects it"
  const KEY = "a private key is in there too; don't share it, not even with this program"
  const LOST = 'the PEM has lost its line breaks, so neither Node nor a strategy reads it'
  const CHAIN =
    "this header holds only the chain; the client's certificate is in another header, so inspect that too"

  const inputs: [
    title: string,
    input: string | Buffer,
    form: string,
    header: string | null,
    problems?: string[],
  ][] = [
    [
      'in a line of curl -v',
      `* Trying\n> GET / HTTP/1.1\n> X-SSL-Client-Cert: ${escaped}\n> Host: a\n`,
      'url-pem',
      'X-SSL-Client-Cert',
    ],
    ['in a line that curl received', `< X-Echo-Cert: ${der}\r\n`, 'base64-der', 'X-Echo-Cert'],
    [
      'in curl -v for HTTP/2',
      `* [HTTP/2] [1] [x-ssl-client-cert: ${escaped}]\n`,
      'url-pem',
      'x-ssl-client-cert',
    ],
    [
      'in a log, quoted',
      `10.0.0.1 [27/Nov/2026] "GET /" 200 "${der}" "curl/8"\n`,
      'base64-der',
      null,
    ],
    [
      'in a log, not quoted',
      `ts=1 path=/ x-client-cert-der=${der} status=200\n`,
      'base64-der',
      'x-client-cert-der',
    ],
    [
      'in a log, behind a variable of nginx',
      `ssl_client_escaped_cert: ${escaped} ok`,
      'url-pem',
      null,
    ],
    [
      'in a log, behind a variable with its sign',
      `$ssl_client_raw_cert: ${escaped} ok`,
      'url-pem',
      null,
    ],
    ['in a log with commas', `a,b,${der},c\n`, 'base64-der', null],
    [
      'in a JSON log',
      JSON.stringify({ level: 30, headers: { 'x-forwarded-client-cert': xfcc } }),
      'xfcc',
      'x-forwarded-client-cert',
    ],
    [
      "in a JSON log, under a name that isn't a header's",
      JSON.stringify({ client_cert: der }),
      'base64-der',
      null,
    ],
    [
      'in a JSON log with escaped slashes',
      JSON.stringify({ 'client-cert': `:${der}:` }).replaceAll('/', '\\/'),
      'rfc9440',
      'client-cert',
    ],
    ['in a JSON event of API Gateway', JSON.stringify({ clientCertPem: pem }), 'pem', null],
    [
      'in a log of nginx, which escapes quotes',
      `"${xfcc.replaceAll('"', '\\x22')}" 200`,
      'xfcc',
      null,
    ],
    ['in XFCC', xfcc, 'xfcc', null],
    ['in a log of Envoy', `[2026-11-27] "GET /" 200 "${xfcc}" "10.0.0.1"`, 'xfcc', null],
    ['in RFC 9440', `Client-Cert: :${der}:`, 'rfc9440', 'Client-Cert'],
    ['in RFC 9440 without padding', `:${der.replace(/=+$/, '')}:`, 'rfc9440', null],
    ['in PEM with spaces', spaced, 'apache-pem', null],
    ['in base64 of PEM', Buffer.from(pem).toString('base64'), 'base64-pem', null],
    ['in PEM with CRLF', pem.replaceAll('\n', '\r\n'), 'pem', null],
    ['in PEM with a byte order mark', `\u00ef\u00bb\u00bf${pem}`, 'pem', null],
    ['in PEM in UTF-16', Buffer.from(`\ufeff${pem}`, 'utf16le'), 'pem', null],
    ['in PEM in big-endian UTF-16', Buffer.from(`\ufeff${pem}`, 'utf16le').swap16(), 'pem', null],
    ['in PEM with comments', `# mine\nsubject=/CN=x\n${pem}# end\n`, 'pem', null],
    ['in PEM beside a private key', `${KEY_PEM}${pem}`, 'pem', null, [KEY]],
    [
      'in PEM after the parameters of a curve',
      `-----BEGIN EC PARAMETERS-----\nBggq\n-----END EC PARAMETERS-----\n${pem}`,
      'pem',
      null,
    ],
    ['in PEM of X509', pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE'), 'pem', null],
    ['in PEM that has lost its line breaks', pem.replaceAll('\n', ''), 'pem', null, [LOST]],
    [
      'in PEM in a folded header',
      `X-SSL-Client-Cert: ${folded}`,
      'pem',
      'X-SSL-Client-Cert',
      [IN_HEADER],
    ],
    [
      'that a terminal has wrapped',
      `X-SSL-Client-Cert: ${wrap(escaped)}`,
      'url-pem',
      'X-SSL-Client-Cert',
      [BREAKS],
    ],
    ['in base64 with line breaks', wrap(der), 'base64-der', null, [BREAKS]],
    ['in base64 with spaces', wrap(der).replaceAll('\n', ' '), 'base64-der', null, [BREAKS]],
    ['that was percent-encoded twice', encodeURIComponent(escaped), 'url-pem', null, [TWICE]],
    [
      'that was percent-encoded three times',
      encodeURIComponent(encodeURIComponent(escaped)),
      'url-pem',
      null,
      [TWICE],
    ],
    ['that was encoded like a form', escaped.replaceAll('%20', '+'), 'url-pem', null, [FORM]],
    [
      'with spaces inside of percent-encoding',
      escaped.replaceAll('%0A', '%0A%20'),
      'url-pem',
      null,
      [STRICT],
    ],
    ['in PEM with double spaces', spaced.replaceAll(' M', '  M'), 'apache-pem', null, [STRICT]],
    ['in percent-encoded base64', encodeURIComponent(der), 'base64-der', null, [PERCENT]],
    ['in percent-encoded RFC 9440', encodeURIComponent(`:${der}:`), 'rfc9440', null, [PERCENT]],
    [
      'that was sent twice',
      `X-Client-Cert: ${der}, ${der}`,
      'base64-der',
      'X-Client-Cert',
      [SENT_TWICE],
    ],
    ['with something behind it', `${der}!`, 'base64-der', null, [FOLLOWED]],
    [
      'in a header of a chain',
      `Client-Cert-Chain: :${der}:`,
      'rfc9440',
      'Client-Cert-Chain',
      [CHAIN],
    ],
  ]
  for (const [title, input, form, header, problems = []] of inputs) {
    it(title, async () => {
      const data = JSON.parse(await text(input, '--json')) as {
        source: string
        encoding: string | null
        header: string | null
        certificates: { fingerprint256: string }[]
        problems: string[]
      }
      expect(data.encoding ?? data.source).to.equal(form)
      expect(data.header).to.equal(header)
      expect(data.certificates.map(({ fingerprint256 }) => fingerprint256)).to.deep.equal([
        fingerprint,
      ])
      expect(data.problems).to.deep.equal(problems)
    })
  }

  it('with a chain in RFC 9440, in one header or joined from several', async () => {
    const [leaf, inter] = chain
      .split(/(?<=END CERTIFICATE-----\n)/)
      .map((one) => new X509Certificate(one).raw.toString('base64'))
    for (const separator of [',', ', ', ' ,\t']) {
      const out = await text(`:${leaf}:${separator.trimStart()}:${inter}:`)
      expect(out).to.include('certificate 2 of 2\n  subject      CN=Test Intermediate CA')
      expect(out).not.to.include('problems\n  - the')
    }
  })

  it('with the chain of HAProxy, in which certificates follow directly', async () => {
    const value = captured('haproxy-required-fullchain', 'x-ssl-client-chain-der')
    const out = await text(`x-ssl-client-chain-der: ${value}`)
    expect(out).to.include('certificate 2 of 2\n  subject      CN=Test root CA,O=Test PKI\n')
    expect(out).not.to.include('new Strategy')
    expect(out).to.include(`  - ${CHAIN}\n`)
  })

  it('in the element of the nearest hop that has a certificate', async () => {
    const gateway = `Hash=${'0'.repeat(64)};Subject="CN=gateway"`
    const out = await text(`x-forwarded-client-cert: ${xfcc},${gateway}`)
    expect(out).to.include("  certificateSource: 'envoy',\n  xfccHop: 1,\n")
    expect(out).to.include('  - it has 2 elements where one was expected. Set xfccHop to say which')
  })

  it('in an encoding that no preset reads', async () => {
    const out = await text(`X-B64-Pem: ${captured('apache-expr-b64-escape-rsa', 'x-b64-pem')}`)
    expect(out).to.include('  presets      none\n')
    expect(out.slice(out.indexOf('new Strategy'))).to.equal(`new Strategy({
  certificateHeader: 'X-B64-Pem',
  headerEncoding: 'base64-pem',
  trustedProxies: '10.0.0.0/8', // the address of your proxy
}, verify)
`)
    const alone = await text(captured('apache-expr-b64-escape-rsa', 'x-b64-pem'))
    expect(alone).to.include("  certificateHeader: 'X-SSL-Client-Cert',\n")
  })
})

function wrap(value: string): string {
  return value.replaceAll(/.{76}/g, '$&\n')
}
