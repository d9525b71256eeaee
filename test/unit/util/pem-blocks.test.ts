import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { expect } from 'chai'
import { mtlsServerOptions } from '../../../src/server/options.js'
import { revoke } from '../../attacks/support/socket-crl.js'
import { type Authority, createAuthority, type Issued, testPki } from '../../support/pki.js'

type Pem = string | Uint8Array | (string | Uint8Array)[]
interface Texts {
  a: string
  b: string
  c: string
  key: string
}
type Layout = (texts: Texts) => unknown

const oneLine = (pem: string) => pem.replace(/([^-])\n(?!-)/g, '$1')
const labelled = (pem: string, label: string) => pem.replaceAll(' CERTIFICATE-', ` ${label}-`)
const inBody = (pem: string, text: string) => pem.replace(/\n(?=[A-Za-z0-9])/g, `\n${text}`)
const BLOCK = '-----BEGIN X-----\nAAAA\n-----END X-----\n'
const HEADERS = 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n'

/** Layouts of three CAs. All three must be read. */
const READ: Record<string, Layout> = {
  'one after another': ({ a, b, c }) => a + b + c,
  'without a final line break': ({ a, b, c }) => a + b + c.trimEnd(),
  'with Windows line ends': ({ a, b, c }) => (a + b + c).replaceAll('\n', '\r\n'),
  'with both kinds of line ends': ({ a, b, c }) => a + b.replaceAll('\n', '\r\n') + c,
  'with blank lines between them': ({ a, b, c }) => `\n${a}\n\n${b}\n \t\n${c}\n\n`,
  'with comments between them': ({ a, b, c }) => `# a\n${a}subject=CN=b\n${b}\n# c\n${c}# end`,
  'with long comments': ({ a, b, c }) => `${a}#${'x'.repeat(300)}\n${b}${'x'.repeat(254)}\n${c}`,
  'with a byte order mark before a comment': ({ a, b, c }) => `\uFEFF# ours\n${a}${b}${c}`,
  'with blanks at the ends of lines': ({ a, b, c }) => (a + b + c).replaceAll('\n', ' \t\n'),
  'with indented base64': ({ a, b, c }) => a + inBody(b, '  ') + inBody(c, '\t'),
  'with long lines': ({ a, b, c }) => oneLine(a) + oneLine(b) + c,
  'under older labels': ({ a, b, c }) =>
    labelled(a, 'X509 CERTIFICATE') + labelled(b, 'TRUSTED CERTIFICATE') + c,
  'with one CA twice': ({ a, b, c }) => a + b + a + c,
  'with a key between them': ({ a, b, c, key }) => a + key + b + key.replaceAll('\n', '\r\n') + c,
  'with an encrypted key between them': ({ a, b, c }) =>
    a + BLOCK.replace('AAAA', `${HEADERS}${'A'.repeat(64)}\nAA==`) + b + c,
  'as a list': ({ a, b, c }) => [a.trimEnd(), b.trimEnd(), c],
  'as a list of bundles': ({ a, b, c }) => [a + b, c],
  'as a list with empty strings': ({ a, b, c }) => ['', a, Buffer.alloc(0), b, '# none\n', c],
  'as a buffer': ({ a, b, c }) => Buffer.from(a + b + c),
  'as bytes': ({ a, b, c }) => new Uint8Array(Buffer.from(a + b + c)),
}

/** Node ignores at least one CA in these layouts, or might. */
const NOT_READ: Record<string, Layout> = {
  'the first glued to the second': ({ a, b, c }) => a.trimEnd() + b + c,
  'the second glued to the third': ({ a, b, c }) => a + b.trimEnd() + c,
  'all of them glued': ({ a, b, c }) => a.trimEnd() + b.trimEnd() + c,
  'glued within a list': ({ a, b, c }) => [a, b.trimEnd() + c],
  'glued in a buffer': ({ a, b, c }) => Buffer.from(a + b.trimEnd() + c),
  'a key glued to the first': ({ a, b, c, key }) => a + key.trimEnd() + b + c,
  'in quotes': ({ a, b, c }) => `"${a}${b}${c}"`,
  'in Unicode quotes': ({ a, b, c }) => `\u201c${a}${b}${c}\u201d`,
  'a byte order mark before it': ({ a, b, c }) => `\uFEFF${a}${b}${c}`,
  'a byte order mark between files': ({ a, b, c }) => `${a}\uFEFF${b}${c}`,
  'an assignment before it': ({ a, b, c }) => `ca=${a}${b}${c}`,
  'text before the second': ({ a, b, c }) => `${a}b: ${b}${c}`,
  'a comment with the BEGIN line in it': ({ a, b, c }) => `${a}# ${b}${c}`,
  'a long string before it': ({ a, b, c }) => `${a}${'x'.repeat(253)}${b}${c}`,
  'blanks before it': ({ a, b, c }) => ` ${a}${b}\t${c}`,
  indented: ({ a, b, c }) => (a + b + c).replace(/^/gm, '  '),
  'text after a BEGIN line': ({ a, b, c }) =>
    a + b.replace('CERTIFICATE-----\n', 'CERTIFICATE----- b\n') + c,
  'text after an END line': ({ a, b, c }) => `${a}${b.trimEnd()} b\n${c}`,
  'a form feed before it': ({ a, b, c }) => `${a}\f${b}${c}`,
  'a zero byte before it': ({ a, b, c }) => `${a}\0${b}${c}`,
  'a Unicode blank before it': ({ a, b, c }) => `${a}\u00a0${b}${c}`,
  'a Unicode line end': ({ a, b, c }) => a.trimEnd() + '\u2028' + b + c,
  'line ends of classic Mac OS': ({ a, b, c }) => (a + b + c).replaceAll('\n', '\r'),
  'escaped line ends': ({ a, b, c }) => (a + b + c).replaceAll('\n', '\\n'),
  'too many dashes': ({ a, b, c }) => a + b.replaceAll('-----', '------') + c,
  'too few dashes': ({ a, b, c }) => a + b.replaceAll('-----', '----') + c,
  'other dashes': ({ a, b, c }) => a + b.replaceAll('-----', '\u2014') + c,
  'lower case': ({ a, b, c }) => a + b.replace('BEGIN', 'begin').replace('END', 'end') + c,
  'no BEGIN line': ({ a, b, c }) => a + b.slice(b.indexOf('\n') + 1) + c,
  'no END line': ({ a, b, c }) => a + b.slice(0, b.indexOf('-----END')) + c,
  'an END line with another label': ({ a, b, c }) =>
    a + b.replace('END CERTIFICATE', 'END X509 CERTIFICATE') + c,
  'an extra END line': ({ a, b, c }) => `${a}-----END CERTIFICATE-----\n${b}${c}`,
  'cut off': ({ a, b }) => a + b.slice(0, 200),
  damaged: ({ a, b, c }) => a + b.replace(/\n\w/, '\n#') + c,
  'with headers': ({ a, b, c }) => a + inBody(b, 'A: b\n\n') + c,
  'an undecodable block between them': ({ a, b, c }) => a + BLOCK.replace('AAAA', 'AAA') + b + c,
  'an empty block between them': ({ a, b, c }) => a + BLOCK.replace('AAAA\n', '') + b + c,
  'a block with blank lines between them': ({ a, b, c }) =>
    a + BLOCK.replace('AAAA', `${HEADERS}\nAAAA`) + b + c,
  'a block with headers and a short line between them': ({ a, b, c }) =>
    a + BLOCK.replace('AAAA', `${HEADERS}AAAA\nAA==`) + b + c,
  'under a label that Node ignores': ({ a, b, c }) => a + labelled(b, 'NEW CERTIFICATE') + c,
  'as PKCS #7': ({ a, b, c }) => a + labelled(b, 'PKCS7') + c,
  'a file name in a list': ({ a, b }) => [a, b, 'c.pem'],
  'DER in a list': ({ a, b, c }) => [
    a,
    b,
    Buffer.from(c.split('\n').slice(1, -2).join(), 'base64'),
  ],
}

describe('CAs in PEM', () => {
  let texts: Texts
  let server: tls.Server
  let base: { key: string; cert: string; ca: string; maxVersion: 'TLSv1.2' }
  const clients: Issued[] = []

  before(async () => {
    const authorities: Authority[] = []
    for (const name of ['a', 'b', 'c']) {
      const authority = await createAuthority({ subject: `CN=Authority ${name}` })
      authorities.push(authority)
      clients.push(await authority.issue({ subject: `CN=client of ${name}` }))
    }
    const [a = '', b = '', c = ''] = authorities.map(({ cert }) => cert)
    const { server: identity, root } = await testPki()
    texts = { a, b, c, key: identity.key }
    base = { key: identity.key, cert: identity.cert, ca: root.cert, maxVersion: 'TLSv1.2' }
    server = tls.createServer(
      { ...base, requestCert: true, rejectUnauthorized: false },
      (socket) => {
        socket.on('error', () => undefined)
        socket.end(socket.authorized ? 'yes' : 'no')
      },
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })

  after(() => {
    server.close()
  })

  /** Whether Node accepts a client of each CA. */
  async function measure(ca: Pem): Promise<string[]> {
    const answers: string[] = []
    server.setSecureContext({ ...base, ca: ca as string })
    for (const { key, cert } of clients) {
      const { port } = server.address() as AddressInfo
      const socket = tls.connect({ port, host: '127.0.0.1', key, cert, rejectUnauthorized: false })
      answers.push(await text(socket))
    }
    return answers
  }

  for (const [how, layout] of Object.entries(READ)) {
    it(`are accepted if Node reads all of them: ${how}`, async () => {
      const ca = layout(texts) as string
      expect(mtlsServerOptions({ ...base, ca }).ca).to.equal(ca)
      expect(await measure(ca)).to.deep.equal(['yes', 'yes', 'yes'])
      const plain = mtlsServerOptions({ ...base, ca: [texts.a, texts.b, texts.c] })
      expect(mtlsServerOptions({ ...base, ca }).sessionIdContext).to.equal(plain.sessionIdContext)
    })
  }

  for (const [how, layout] of Object.entries(NOT_READ)) {
    it(`are rejected if Node may ignore one: ${how}`, () => {
      const ca = layout(texts) as string
      expect(() => mtlsServerOptions({ ...base, ca }))
        .to.throw(TypeError, 'option "ca"')
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    })
  }

  it('are named by number and line in the error, but not quoted', () => {
    const { a, b, c } = texts
    const line = (a + b).trimEnd().split('\n').length
    const message = (ca: string | string[]) => {
      try {
        return mtlsServerOptions({ ...base, ca }).sessionIdContext
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(message(a + b.trimEnd() + c)).to.equal(
      'passport-client-certificate-auth: CA certificate 2 of option "ca" must have a BEGIN and an END ' +
        `line, each on its own line (see line ${line}); otherwise Node ignores it, or everything after ` +
        'it. Put a line break between files that you join. Received a string',
    )
    expect(message([a, ` ${b}`])).to.include('CA certificate 2 of option "ca"')
    expect(message([a, ` ${b}`])).to.include('(see line 1)')
    expect(message(a + b.slice(0, 90))).to.include('CA certificate 2 of option "ca"')
    expect(message(a + labelled(b, 'PKCS7'))).to.include(
      'option "ca" must hold only CA certificates in PEM: Node can\'t read its PKCS7 block',
    )
  })
})

describe('other options in PEM', () => {
  it('are rejected if Node may ignore a part of them', async () => {
    const { server, root, stranger } = await testPki()
    const { key, cert } = server
    const material = { key, cert, ca: root.cert }
    const glued = { cert: cert.trimEnd() + root.cert, crl: (await revoke(root)).trimEnd() }
    const bad: [option: string, given: object][] = [
      ['certificate 1 of option "cert"', { cert: glued.cert }],
      ['certificate 1 of option "cert"', { cert: `"${cert}"` }],
      ['certificate 2 of option "cert"', { cert: [cert, Buffer.from(`\uFEFF${root.cert}`)] }],
      ['certificate 2 of option "cert"', { cert: cert + root.cert.replace(/\n\w/, '\n#') }],
      ['revocation list 1 of option "crl"', { crl: glued.crl + (await revoke(stranger)) }],
      ['revocation list 2 of option "crl"', { crl: [await revoke(root), ` ${glued.crl}`] }],
    ]
    for (const [what, given] of bad) {
      expect(() => mtlsServerOptions({ ...material, ...given }), what)
        .to.throw(TypeError, `${what} `)
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    }
  })

  it('may hold other blocks', async () => {
    const { server, root } = await testPki()
    const crl = await revoke(root)
    const cert = server.cert + root.cert + server.key
    const ca = server.key + root.cert
    const options = mtlsServerOptions({ key: server.key, cert, ca, crl: root.cert + crl + '# x' })
    expect(options).to.include({ cert, ca })
    expect(options.crl).to.deep.equal([crl.trim()])
  })
})
