import diagnosticsChannel from 'node:diagnostics_channel'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { expect } from 'chai'
import { mtlsServerOptions, type RejectedHandshake } from '../../../src/server/index.js'
import { reportRejectedHandshakes } from '../../../src/server/rejected-handshakes.js'
import { createAuthority, type Issued, testPki, type TestPki } from '../../support/pki.js'
import { closeServers, listen } from '../../support/servers.js'
import { withTrace } from '../../support/with-trace.js'

const CHANNEL = 'passport-client-certificate-auth:handshake-rejected'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
type Client = tls.ConnectionOptions

describe('reportRejectedHandshakes()', () => {
  let pki: TestPki
  let forServers: Issued
  let future: Issued
  const consoleError = console.error
  const { NODE_ENV } = process.env
  let lines: string[]

  before(async () => {
    pki = await testPki()
    forServers = await pki.root.issue({ subject: 'CN=x', extendedKeyUsage: [SERVER_AUTH] })
    const [notBefore, notAfter] = [new Date('2090-01-01'), new Date('2091-01-01')]
    future = await pki.root.issue({ subject: 'CN=x', notBefore, notAfter })
  })
  beforeEach(() => {
    lines = []
    console.error = (line: string) => lines.push(line)
    delete process.env['NODE_ENV']
  })
  afterEach(async () => {
    console.error = consoleError
    if (NODE_ENV === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = NODE_ENV
    await closeServers()
  })

  function createServer(own: Partial<https.ServerOptions> = {}): https.Server {
    const { server, root } = pki
    const options = mtlsServerOptions({ key: server.key, cert: server.cert, ca: root.cert })
    return https.createServer({ ...options, ...own }, (_req, res) => res.end('hello'))
  }

  /** Starts a server whose next rejected handshake resolves the promise. */
  async function start(server = createServer(), options?: { certificates: boolean }) {
    const reports: RejectedHandshake[] = []
    const stop = reportRejectedHandshakes(server, (handshake) => reports.push(handshake), options)
    const { port } = await listen(server)
    return { port, reports, server, stop }
  }

  /** Connects, and waits until both sides have closed the connection. */
  async function connect(server: https.Server | tls.Server, client: Client): Promise<void> {
    const ended = Promise.race([once(server, 'tlsClientError'), once(server, 'secureConnection')])
    const { port } = server.address() as AddressInfo
    const socket = tls.connect({ host: '127.0.0.1', port, ca: pki.root.cert, ...client })
    socket.on('error', () => undefined).resume()
    await ended
    socket.destroy()
  }

  const versions = ['TLSv1.2', 'TLSv1.3'] as const
  const kinds = [
    ['untrusted_ca', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', () => pki.unknown],
    ['self_signed', 'DEPTH_ZERO_SELF_SIGNED_CERT', () => pki.selfSigned],
    ['expired', 'CERT_HAS_EXPIRED', () => pki.expired],
    ['not_yet_valid', 'CERT_NOT_YET_VALID', () => future],
    ['wrong_purpose', 'INVALID_PURPOSE', () => forServers],
    ['no_certificate', 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', () => ({})],
  ] as const
  for (const version of versions) {
    for (const [detail, code, client] of kinds) {
      it(`tells the cause over ${version}: ${detail}`, async () => {
        const { reports, server } = await start()
        const { key, cert } = client() as Partial<Issued>
        const tlsOptions = { key, cert, minVersion: version, maxVersion: version }
        await connect(server, { ...tlsOptions, servername: 'localhost' })
        const address = '127.0.0.1'
        expect(reports).to.deep.equal([{ detail, code, address, servername: 'localhost' }])
        expect(lines).to.deep.equal([])
      })
    }
  }

  async function sendPlain(port: number, text: string): Promise<void> {
    const socket = net.connect(port, '127.0.0.1', () => socket.end(text))
    await once(socket.on('error', () => undefined).resume(), 'close')
  }

  it('tells a client that speaks HTTP, or nothing, from one that has no certificate', async () => {
    const { port, reports, server } = await start()
    for (const text of [
      'GET / HTTP/1.1\r\n\r\n',
      'CONNECT x:1 HTTP/1.1\r\n\r\n',
      'SSH-2.0-x\r\n',
      '',
    ]) {
      const failed = once(server, 'tlsClientError')
      await sendPlain(port, text)
      await failed
    }
    const details = ['not_tls', 'not_tls', 'not_tls', 'connection_lost']
    expect(reports.map(({ detail }) => detail)).to.deep.equal(details)
    expect(reports.map(({ servername }) => servername)).to.deep.equal([null, null, null, null])
    // The other codes depend on the version of OpenSSL.
    expect(reports[0]?.code).to.equal('ERR_SSL_HTTP_REQUEST')
    expect(reports[3]?.code).to.equal('ECONNRESET')
  })

  it('reports nothing about a client that is accepted', async () => {
    const { reports, server } = await start(undefined, { certificates: true })
    await connect(server, { key: pki.ec.key, cert: pki.ec.cert })
    expect(reports).to.deep.equal([])
  })

  for (const version of versions) {
    it(`shows the certificate that was rejected, if you ask for it, over ${version}`, async () => {
      const { reports, server } = await start(undefined, { certificates: true })
      for (const client of [pki.expired, pki.unknown, {}] as Partial<Issued>[]) {
        const { key, cert } = client
        await connect(server, { key, cert, minVersion: version, maxVersion: version })
      }
      const names = reports.map(({ certificate }) => certificate?.subject.CN)
      expect(names).to.deep.equal(['expired-client', 'rsa-client', undefined])
      expect(reports[2]).not.to.have.property('certificate')
      expect(reports[0]?.certificate).not.to.have.property('issuerCertificate')
    })
  }

  it('does not listen for the keys of connections unless you ask for certificates', async () => {
    const { server, stop } = await start(undefined, { certificates: true })
    expect(server.listenerCount('keylog')).to.equal(1)
    stop()
    expect((await start()).server.listenerCount('keylog')).to.equal(0)
  })

  it('stops when you call the function that it returned', async () => {
    const { reports, server, stop } = await start(undefined, { certificates: true })
    stop()
    await connect(server, { key: pki.expired.key, cert: pki.expired.cert })
    expect(reports).to.deep.equal([])
    for (const event of ['connection', 'tlsClientError', 'keylog']) {
      expect(server.listenerCount(event)).to.equal(createServer().listenerCount(event))
    }
  })

  it('publishes the same to a diagnostics channel', async () => {
    const published: unknown[] = []
    const subscriber = (message: unknown) => published.push(message)
    diagnosticsChannel.subscribe(CHANNEL, subscriber)
    const { reports, server } = await start()
    await connect(server, { key: pki.expired.key, cert: pki.expired.cert })
    diagnosticsChannel.unsubscribe(CHANNEL, subscriber)
    expect(published).to.have.lengthOf(1)
    expect(published).to.deep.equal(reports)
  })

  it('works for servers of node:http2 and node:tls', async () => {
    const { server, root } = pki
    const options = mtlsServerOptions({ key: server.key, cert: server.cert, ca: root.cert })
    for (const each of [http2.createSecureServer(options), tls.createServer(options)]) {
      const reports: RejectedHandshake[] = []
      reportRejectedHandshakes(each, (handshake) => reports.push(handshake))
      await once(each.listen(0, '127.0.0.1'), 'listening')
      await connect(each, { key: pki.expired.key, cert: pki.expired.cert, ALPNProtocols: ['h2'] })
      each.close()
      expect(reports.map(({ detail }) => detail)).to.deep.equal(['expired'])
    }
  })

  it('writes a line that says what to do, in development and without a listener', async () => {
    const server = createServer()
    reportRejectedHandshakes(server)
    await listen(server)
    await connect(server, { ...pki.selfSigned, servername: 'localhost' })
    await connect(server, {})
    expect(lines).to.deep.equal([
      "passport-client-certificate-auth: rejected a handshake: the client's certificate is self-signed; " +
        "use one from a CA that is in the server's option ca (self_signed, " +
        'DEPTH_ZERO_SELF_SIGNED_CERT, from 127.0.0.1, for localhost)',
      'passport-client-certificate-auth: rejected a handshake: the client sent no certificate; pass --cert ' +
        'and --key to curl, or import a .p12 file into the browser (no_certificate, ' +
        'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE, from 127.0.0.1)',
    ])
  })

  it('writes the fingerprint and the serial number of the certificate, if you ask for it', async () => {
    const server = createServer()
    reportRejectedHandshakes(server, undefined, { certificates: true })
    await listen(server)
    await connect(server, { key: pki.expired.key, cert: pki.expired.cert })
    expect(lines[0]).to.match(
      /, from 127\.0\.0\.1, with the certificate [0-9A-F:]{95}, serial number /,
    )
    expect(lines[0]).not.to.include('expired-client')
  })

  it('writes no line in production', async () => {
    process.env['NODE_ENV'] = 'production'
    const server = createServer()
    reportRejectedHandshakes(server)
    await listen(server)
    await connect(server, { key: pki.expired.key, cert: pki.expired.cert })
    expect(lines).to.deep.equal([])
  })

  it('writes to the trace instead where NODE_DEBUG asks for it, in production too', async () => {
    process.env['NODE_ENV'] = 'production'
    const server = createServer()
    const listener = () => undefined
    await withTrace(async () => {
      reportRejectedHandshakes(server, listener)
      await listen(server)
      await connect(server, { key: pki.expired.key, cert: pki.expired.cert })
    })
    expect(lines).to.deep.equal([])
  })

  it('writes the error of a listener, and goes on', async () => {
    const server = createServer()
    reportRejectedHandshakes(server, () => {
      throw new Error('boom')
    })
    await listen(server)
    await connect(server, { key: pki.expired.key, cert: pki.expired.cert })
    await connect(server, { key: pki.ec.key, cert: pki.ec.cert })
    expect(lines).to.deep.equal([
      'passport-client-certificate-auth: the listener of rejected handshakes failed:',
    ])
  })

  it('leaves the address open if the connection does not show it', async () => {
    const server = tls.createServer()
    const reports: RejectedHandshake[] = []
    reportRejectedHandshakes(server, (handshake) => reports.push(handshake))
    const connection = new net.Socket()
    server.emit('connection', connection.destroy())
    const error = new Error('closed')
    const rejected = { authorizationError: 'CERT_REVOKED', servername: false, _parent: connection }
    for (const socket of [rejected, { _parent: null }, { _parent: {} }]) {
      server.emit('tlsClientError', error, socket)
    }
    await new Promise(setImmediate)
    const unknown = { detail: 'other', code: null, address: null, servername: null }
    expect(reports).to.deep.equal([
      { detail: 'revoked', code: 'CERT_REVOKED', address: null, servername: null },
      unknown,
      unknown,
    ])
  })

  it('writes no name that could be something else than that of a host', () => {
    const server = tls.createServer()
    reportRejectedHandshakes(server)
    for (const servername of ['a\u001b[31m', 'x'.repeat(256), '\u202e', null]) {
      server.emit('tlsClientError', new Error('closed'), { servername })
    }
    const line =
      'passport-client-certificate-auth: rejected a handshake: the handshake failed (other'
    const strange = `${line}, for a name that isn't a host's)`
    expect(lines).to.deep.equal([strange, strange, strange, `${line})`])
  })

  const wrong: [title: string, args: unknown[], message: RegExp][] = [
    ['no server', [], /server must be a server of node:https, node:http2 or node:tls/],
    [
      'a server of node:http, without showing its members',
      [http.createServer()],
      /because only they have TLS handshakes\. Received an object$/,
    ],
    [
      'a listener that is not a function',
      [tls.createServer(), 'log'],
      /listener must be a function/,
    ],
    [
      'an unknown option',
      [tls.createServer(), undefined, { certificate: true }],
      /did you mean 'certificates'/,
    ],
    [
      'an option of the wrong type',
      [tls.createServer(), undefined, { certificates: 1 }],
      /option "certificates" must be a boolean/,
    ],
  ]
  for (const [title, args, message] of wrong) {
    it(`throws for ${title}`, () => {
      expect(() => reportRejectedHandshakes(...(args as [tls.Server]))).to.throw(TypeError, message)
    })
  }

  it('takes a chain, of which it shows the leaf', async () => {
    const other = await createAuthority({ subject: 'CN=Other root' })
    const leaf = await other.issue({ subject: 'CN=leaf' })
    const { reports, server } = await start(undefined, { certificates: true })
    await connect(server, { key: leaf.key, cert: leaf.cert + other.cert })
    expect(
      reports.map(({ detail, certificate }) => [detail, certificate?.subject.CN]),
    ).to.deep.equal([['untrusted_ca', 'leaf']])
  })
})
