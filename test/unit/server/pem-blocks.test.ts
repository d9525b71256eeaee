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

/** Layouts of three authorities, of which each has to be read. */
const READ: Record<string, Layout> = {
  'one after another': ({ a, b, c }) => a + b + c,
  'without a final line break': ({ a, b, c }) => a + b + c.trimEnd(),
  'with line ends of Windows': ({ a, b, c }) => (a + b + c).replaceAll('\n', '\r\n'),
  'with line ends of both kinds': ({ a, b, c }) => a + b.replaceAll('\n', '\r\n') + c,
  'with blank lines between them': ({ a, b, c }) => `\n${a}\n\n${b}\n \t\n${c}\n\n`,
  'with comments between them': ({ a, b, c }) => `# a\n${a}subject=CN=b\n${b}\n# c\n${c}# end`,
  'with long comments': ({ a, b, c }) => `${a}#${'x'.repeat(300)}\n${b}${'x'.repeat(254)}\n${c}`,
  'with a byte order mark in front of a comment': ({ a, b, c }) => `\uFEFF# ours\n${a}${b}${c}`,
  'with blanks at the ends of lines': ({ a, b, c }) => (a + b + c).replaceAll('\n', ' \t\n'),
  'with indented base64': ({ a, b, c }) => a + inBody(b, '  ') + inBody(c, '\t'),
  'with long lines': ({ a, b, c }) => oneLine(a) + oneLine(b) + c,
  'under older labels': ({ a, b, c }) =>
    labelled(a, 'X509 CERTIFICATE') + labelled(b, 'TRUSTED CERTIFICATE') + c,
  'with one of them twice': ({ a, b, c }) => a + b + a + c,
  'with a key between them': ({ a, b, c, key }) => a + key + b + key.replaceAll('\n', '\r\n') + c,
  'with an encrypted key between them': ({ a, b, c }) =>
    a + BLOCK.replace('AAAA', `${HEADERS}${'A'.repeat(64)}\nAA==`) + b + c,
  'as a list': ({ a, b, c }) => [a.trimEnd(), b.trimEnd(), c],
  'as a list of bundles': ({ a, b, c }) => [a + b, c],
  'as a list with empty ones': ({ a, b, c }) => ['', a, Buffer.alloc(0), b, '# none\n', c],
  'as a buffer': ({ a, b, c }) => Buffer.from(a + b + c),
  'as bytes': ({ a, b, c }) => new Uint8Array(Buffer.from(a + b + c)),
}

/** Of these, Node passes over an authority or more, or stands in danger of it. */
const NOT_READ: Record<string, Layout> = {
  'the first glued to the second': ({ a, b, c }) => a.trimEnd() + b + c,
  'the second glued to the third': ({ a, b, c }) => a + b.trimEnd() + c,
  'all of them glued': ({ a, b, c }) => a.trimEnd() + b.trimEnd() + c,
  'glued within a list': ({ a, b, c }) => [a, b.trimEnd() + c],
  'glued in a buffer': ({ a, b, c }) => Buffer.from(a + b.trimEnd() + c),
  'a key glued in front': ({ a, b, c, key }) => a + key.trimEnd() + b + c,
  'in quotes': ({ a, b, c }) => `"${a}${b}${c}"`,
  'in quotes of Unicode': ({ a, b, c }) => `\u201c${a}${b}${c}\u201d`,
  'a byte order mark in front': ({ a, b, c }) => `\uFEFF${a}${b}${c}`,
  'a byte order mark between files': ({ a, b, c }) => `${a}\uFEFF${b}${c}`,
  'an assignment in front': ({ a, b, c }) => `ca=${a}${b}${c}`,
  'text in front of the second': ({ a, b, c }) => `${a}b: ${b}${c}`,
  'a comment with the BEGIN line in it': ({ a, b, c }) => `${a}# ${b}${c}`,
  'a long text in front': ({ a, b, c }) => `${a}${'x'.repeat(253)}${b}${c}`,
  'blanks in front': ({ a, b, c }) => ` ${a}${b}\t${c}`,
  indented: ({ a, b, c }) => (a + b + c).replace(/^/gm, '  '),
  'text behind a BEGIN line': ({ a, b, c }) =>
    a + b.replace('CERTIFICATE-----\n', 'CERTIFICATE----- b\n') + c,
  'text behind an END line': ({ a, b, c }) => `${a}${b.trimEnd()} b\n${c}`,
  'a form feed in front': ({ a, b, c }) => `${a}\f${b}${c}`,
  'a zero byte in front': ({ a, b, c }) => `${a}\0${b}${c}`,
  'a blank of Unicode in front': ({ a, b, c }) => `${a}\u00a0${b}${c}`,
  'a line end of Unicode': ({ a, b, c }) => a.trimEnd() + '\u2028' + b + c,
  'line ends of old Macs': ({ a, b, c }) => (a + b + c).replaceAll('\n', '\r'),
  'line ends written out': ({ a, b, c }) => (a + b + c).replaceAll('\n', '\\n'),
  'too many dashes': ({ a, b, c }) => a + b.replaceAll('-----', '------') + c,
  'too few dashes': ({ a, b, c }) => a + b.replaceAll('-----', '----') + c,
  'other dashes': ({ a, b, c }) => a + b.replaceAll('-----', '\u2014') + c,
  'lower case': ({ a, b, c }) => a + b.replace('BEGIN', 'begin').replace('END', 'end') + c,
  'no BEGIN line': ({ a, b, c }) => a + b.slice(b.indexOf('\n') + 1) + c,
  'no END line': ({ a, b, c }) => a + b.slice(0, b.indexOf('-----END')) + c,
  'an END line of another kind': ({ a, b, c }) =>
    a + b.replace('END CERTIFICATE', 'END X509 CERTIFICATE') + c,
  'an END line too many': ({ a, b, c }) => `${a}-----END CERTIFICATE-----\n${b}${c}`,
  'cut off': ({ a, b }) => a + b.slice(0, 200),
  damaged: ({ a, b, c }) => a + b.replace(/\n\w/, '\n#') + c,
  'with headers': ({ a, b, c }) => a + inBody(b, 'A: b\n\n') + c,
  'a block between that cannot be decoded': ({ a, b, c }) =>
    a + BLOCK.replace('AAAA', 'AAA') + b + c,
  'a block between that is empty': ({ a, b, c }) => a + BLOCK.replace('AAAA\n', '') + b + c,
  'a block between with blank lines': ({ a, b, c }) =>
    a + BLOCK.replace('AAAA', `${HEADERS}\nAAAA`) + b + c,
  'a block between with headers and a line that is too short': ({ a, b, c }) =>
    a + BLOCK.replace('AAAA', `${HEADERS}AAAA\nAA==`) + b + c,
  'under a label that Node does not read': ({ a, b, c }) => a + labelled(b, 'NEW CERTIFICATE') + c,
  'as PKCS #7': ({ a, b, c }) => a + labelled(b, 'PKCS7') + c,
  'a file name in a list': ({ a, b }) => [a, b, 'c.pem'],
  'DER in a list': ({ a, b, c }) => [
    a,
    b,
    Buffer.from(c.split('\n').slice(1, -2).join(), 'base64'),
  ],
}

describe('authorities in PEM', () => {
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

  /** Whether Node lets a client of each authority in. */
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
    it(`are taken as Node reads them: ${how}`, async () => {
      const ca = layout(texts) as string
      expect(mtlsServerOptions({ ...base, ca }).ca).to.equal(ca)
      expect(await measure(ca)).to.deep.equal(['yes', 'yes', 'yes'])
      const plain = mtlsServerOptions({ ...base, ca: [texts.a, texts.b, texts.c] })
      expect(mtlsServerOptions({ ...base, ca }).sessionIdContext).to.equal(plain.sessionIdContext)
    })
  }

  for (const [how, layout] of Object.entries(NOT_READ)) {
    it(`are an error where Node may pass over one: ${how}`, () => {
      const ca = layout(texts) as string
      expect(() => mtlsServerOptions({ ...base, ca }))
        .to.throw(TypeError, 'option "ca"')
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    })
  }

  it('are named by number and line in the error, and nothing of them is quoted', () => {
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
        `line, each on a line of its own (see line ${line}); otherwise Node passes over it, or over ` +
        'all that follows. Put a line break between files that you join. Received a string',
    )
    expect(message([a, ` ${b}`])).to.include('CA certificate 2 of option "ca"')
    expect(message([a, ` ${b}`])).to.include('(see line 1)')
    expect(message(a + b.slice(0, 90))).to.include('CA certificate 2 of option "ca"')
    expect(message(a + labelled(b, 'PKCS7'))).to.include(
      'option "ca" must hold nothing but CA certificates in PEM: Node can\'t read its PKCS7 block',
    )
  })
})

describe('other options in PEM', () => {
  it('are errors where Node may pass over something in them', async () => {
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
