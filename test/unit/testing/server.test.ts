import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import type { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { PeerCertificate } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import {
  createSelfSignedCertificate,
  createTestCa,
  startMtlsServer,
  type TestServer,
  type TestServerOptions,
} from '../../../src/testing.js'
import { expectArgumentError } from '../../support/rejected-argument.js'
import { tlsSocketOf } from '../../support/tls-visit.js'

const ca = createTestCa()
const alice = ca.issue({ commonName: 'alice' })

/** Answers with what it got. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const socket = tlsSocketOf(request)
  const { authorized, authorizationError: error } = socket
  const peer: Partial<PeerCertificate> = socket.getPeerCertificate()
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk as Uint8Array)
  const { method, url, headers } = request
  response.writeHead(201, { 'x-test': 'yes' })
  response.end(
    JSON.stringify({
      method,
      url,
      headers,
      body: Buffer.concat(chunks).toString(),
      authorized,
      error,
      // Node shows an empty object for a client without a certificate.
      cn: peer.subject?.CN,
    }),
  )
}

describe('an mTLS server for tests', () => {
  const running: TestServer[] = []
  const start = async (options: Partial<TestServerOptions> = {}) => {
    const server = await startMtlsServer({ ca, handler: echo, ...options })
    running.push(server)
    return server
  }
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.close()))
  })

  it('answers a client of the CA on loopback', async () => {
    const server = await start()
    const { status, headers, body, json } = await server.get('/me?a=b', alice)
    expect(status).to.equal(201)
    expect(headers['x-test']).to.equal('yes')
    expect(json()).to.deep.equal(JSON.parse(body))
    expect(json()).to.deep.include({
      method: 'GET',
      url: '/me?a=b',
      body: '',
      authorized: true,
      cn: 'alice',
      headers: { host: `localhost:${server.port}`, connection: 'close' },
    })
    expect(server.url).to.equal(`https://localhost:${server.port}`)
    expect((server.server.address() as AddressInfo).address).to.equal('127.0.0.1')
  })

  it('sends a method, headers and a body', async () => {
    const server = await start()
    for (const body of ['text \u00e4', Buffer.from('text \u00e4')]) {
      const { json } = await server.request('/', {
        client: alice,
        method: 'POST',
        headers: { 'X-Own': 'a', host: 'example.com' },
        body,
      })
      const seen = json() as { headers: Record<string, string> }
      expect(seen).to.deep.include({ method: 'POST', body: 'text \u00e4', cn: 'alice' })
      expect(seen.headers).to.include({ 'x-own': 'a', host: 'example.com' })
    }
  })

  it('throws for a body that is not JSON only if it is read as JSON', async () => {
    const server = await start({ handler: (_req, res) => res.end('text') })
    const { body, json, status } = await server.get('/', alice)
    expect({ body, status }).to.deep.equal({ body: 'text', status: 200 })
    expect(json).to.throw(SyntaxError)
  })

  const strangers = {
    'of another CA': createTestCa().issue(),
    'whose certificate is self-signed': createSelfSignedCertificate(),
    'whose certificate has expired': ca.issue({ notAfter: new Date(Date.now() - 60_000) }),
    'whose certificate is not valid yet': ca.issue({
      notBefore: new Date(Date.now() + 86_400_000),
    }),
    'whose certificate is for servers': ca.issue({ usage: 'server' }),
    'without a certificate': undefined,
  }
  for (const [title, client] of Object.entries(strangers)) {
    it(`rejects a client ${title} in the handshake`, async () => {
      let calls = 0
      const server = await start({ handler: () => (calls += 1) })
      const error = (await server.get('/', client).catch((reason: unknown) => reason)) as Error
      expect(error).to.be.instanceOf(Error).with.property('code').that.is.a('string')
      expect(calls).to.equal(0)
    })

    it(`leaves a client ${title} to the application with rejectUnauthorized: false`, async () => {
      const server = await start({ tls: { rejectUnauthorized: false } })
      const { json } = await server.request('/', { client })
      expect(json()).to.deep.include({ authorized: false })
    })
  }

  it('accepts a client that presents its intermediate CA, and no other', async () => {
    const server = await start({ tls: { rejectUnauthorized: false } })
    const { cert, key, chain } = ca.createIntermediate().issue({ commonName: 'bob' })
    expect((await server.get('/', { cert, key, chain })).json()).to.include({ authorized: true })
    expect((await server.get('/', { cert, key })).json()).to.include({ authorized: false })
  })

  for (const [title, own] of [
    ['a root', ca],
    ['an intermediate', ca.createIntermediate()],
  ] as const) {
    it(`has a certificate of the CA for this machine: ${title}`, async () => {
      const server = await start({ ca: own })
      const { chain: cert, key } = own.issue()
      for (const host of ['localhost', '127.0.0.1']) {
        const options = { host, port: server.port, ca: ca.cert, cert, key, agent: false }
        const [response] = (await once(https.get(options), 'response')) as [IncomingMessage]
        const peer = new X509Certificate(tlsSocketOf(response).getPeerCertificate().raw)
        response.resume()
        expect(peer.issuer).to.equal(new X509Certificate(own.cert).subject)
        expect(peer.checkIP('127.0.0.1')).to.equal('127.0.0.1')
        expect(peer.checkIP('::1')).to.equal('::1')
        expect(peer.checkHost('localhost')).to.equal('localhost')
        expect(peer.toLegacyObject().ext_key_usage).to.deep.equal(['1.3.6.1.5.5.7.3.1'])
      }
      expect((await server.get('/', own.issue())).status).to.equal(201)
    })
  }

  it('passes further options to mtlsServerOptions(), which completes and checks them', async () => {
    const other = createTestCa()
    const server = await start({ tls: { ca: [ca.cert, other.cert], maxVersion: 'TLSv1.2' } })
    expect((await server.get('/', other.issue())).json()).to.include({ authorized: true })
    const error: unknown = await start({ tls: { requestCert: false } }).catch(
      (reason: unknown) => reason,
    )
    expectArgumentError(error, 'VALUE', 'option "requestCert" must not be false. Received false')
  })

  it('shows a handler that ends the connection as an error', async () => {
    const server = await start({ handler: (req: IncomingMessage) => req.socket.destroy() })
    const error: unknown = await server.get('/', alice).catch((reason: unknown) => reason)
    expect(error).to.have.property('code', 'ECONNRESET')
  })

  it('shows a response that breaks off as an error', async () => {
    const server = await start({
      handler: (_req, res) => {
        res.writeHead(200, { 'content-length': 10 })
        res.write('12345', () => res.socket?.destroy())
      },
    })
    const error: unknown = await server.get('/', alice).catch((reason: unknown) => reason)
    expect(error).to.have.property('code', 'ECONNRESET')
  })

  it('closes with connections that are open, or still in the handshake', async () => {
    const server = await startMtlsServer({ ca, handler: () => undefined })
    const waiting = net.connect(server.port, '127.0.0.1')
    const accepted = once(server.server, 'connection')
    await once(waiting, 'connect')
    await accepted
    const arrived = once(server.server, 'request')
    const unanswered = server.get('/', alice).catch((reason: unknown) => reason)
    await arrived
    const closed = once(waiting, 'close')
    await Promise.all([server.close(), server.close()])
    expect(server.server.listening).to.equal(false)
    expect(await unanswered).to.have.property('code', 'ECONNRESET')
    await closed
    await server.close()
  })

  const wrongOptions: [options: object, code: 'TYPE' | 'VALUE', message: string][] = [
    [[], 'TYPE', 'options must be an object. Received []'],
    [{ handler: echo }, 'TYPE', 'option "ca" must be a CA of createTestCa(). Received undefined'],
    [{ ca: null }, 'TYPE', 'option "ca" must be a CA of createTestCa(). Received null'],
    [{ ca: ca.cert }, 'TYPE', 'option "ca" must be a CA of createTestCa(). Received a string'],
    [{ ca: alice }, 'TYPE', 'option "ca" must be a CA of createTestCa(). Received an object'],
    [
      { ca: { ca: 1, issue: ca.issue } },
      'TYPE',
      'option "ca" must be a CA of createTestCa(). Received an object',
    ],
    [
      { ca: { ca: 'a', issue: 1 } },
      'TYPE',
      'option "ca" must be a CA of createTestCa(). Received an object',
    ],
    [{ ca }, 'TYPE', 'option "handler" must be a function. Received undefined'],
    [{ ca, handler: {} }, 'TYPE', 'option "handler" must be a function. Received {}'],
    [{ ca, handler: echo, tls: 'x' }, 'TYPE', 'option "tls" must be an object. Received a string'],
  ]
  for (const [options, code, message] of wrongOptions) {
    it(`rejects its options: ${message}`, async () => {
      const error: unknown = await startMtlsServer(options as TestServerOptions).catch(
        (reason: unknown) => reason,
      )
      expectArgumentError(error, code, message)
    })
  }

  const wrongRequests: [
    args: [path: unknown, options?: unknown],
    code: 'TYPE' | 'VALUE',
    message: string,
  ][] = [
    [[1], 'TYPE', 'path must be a string. Received 1'],
    [['me'], 'VALUE', "path must begin with '/'. Received 'me'"],
    [['/', []], 'TYPE', 'options must be an object. Received []'],
    [['/', { client: 'PEM' }], 'TYPE', 'option "client" must be an object. Received a string'],
    [
      ['/', { client: {} }],
      'TYPE',
      'option "client".cert must be a string with PEM. Received undefined',
    ],
    [
      ['/', { client: { cert: 'a', key: Buffer.from('secret') } }],
      'TYPE',
      'option "client".key must be a string with PEM. Received an object',
    ],
    [
      ['/', { client: { ...alice, chain: 1 } }],
      'TYPE',
      'option "client".chain must be a string with PEM. Received a number',
    ],
    [['/', { method: 1 }], 'TYPE', 'option "method" must be a string. Received 1'],
    [['/', { headers: 'a' }], 'TYPE', 'option "headers" must be an object. Received a string'],
    [['/', { body: {} }], 'TYPE', 'option "body" must be a string or bytes. Received {}'],
  ]
  for (const [args, code, message] of wrongRequests) {
    it(`rejects a request: ${message}`, async () => {
      const { request } = await start()
      const error: unknown = await request(...(args as Parameters<typeof request>)).catch(
        (reason: unknown) => reason,
      )
      expectArgumentError(error, code, message)
    })
  }
})
