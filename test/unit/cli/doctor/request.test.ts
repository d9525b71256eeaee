import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import tls from 'node:tls'
import { expect } from 'chai'
import { type Answer, sendRequest, type Target } from '../../../../src/cli/doctor/request.js'
import { testPki } from '../../../support/pki.js'

const servers: Server[] = []
const sockets = new Set<Socket>()

async function listen(server: Server): Promise<number> {
  servers.push(server)
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A server that answers every request with these bytes, and doesn't close the connection. */
async function answering(
  ...chunks: readonly string[]
): Promise<{ port: number; requests: string[] }> {
  const requests: string[] = []
  const port = await listen(
    createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (data) => {
        requests.push(data.toString('latin1'))
        for (const chunk of chunks) socket.write(chunk)
      })
    }),
  )
  return { port, requests }
}

const target = (port: number, changes: Partial<Target> = {}): Target => ({
  isTls: false,
  host: '127.0.0.1',
  port,
  name: '127.0.0.1',
  path: '/me?a=b',
  authority: 'api.example.com',
  ca: undefined,
  isInsecure: false,
  timeoutMs: 60_000,
  ...changes,
})

/** An HTTPS server, with the options of the test. */
async function startTls(options: tls.TlsOptions, onSocket: (socket: tls.TLSSocket) => void) {
  const { server, root } = await testPki()
  const started = tls.createServer({
    key: server.key,
    cert: server.cert,
    ca: root.cert,
    ...options,
  })
  started.on('secureConnection', onSocket)
  started.on('tlsClientError', () => undefined)
  return listen(started)
}

describe('sendRequest()', () => {
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    await Promise.all(
      servers.splice(0).map(async (server) => {
        const closed = once(server, 'close')
        server.close()
        await closed
      }),
    )
  })

  it('sends exactly the given lines, and asks for the end of the connection', async () => {
    const { port, requests } = await answering('HTTP/1.1 204 No Content\r\n\r\n')
    await sendRequest(target(port), undefined, [
      ['x_A', ''],
      ['X-A', '1'],
      ['x-a', '2'],
    ])
    expect(requests).to.deep.equal([
      'GET /me?a=b HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\nAccept: */*\r\n' +
        'User-Agent: passport-client-certificate-auth-doctor\r\nx_A: \r\nX-A: 1\r\nx-a: 2\r\n\r\n',
    ])
  })

  it("sends the caller's Connection header instead of `Connection: close`", async () => {
    const { port, requests } = await answering('HTTP/1.1 204 No Content\r\n\r\n')
    await sendRequest(target(port), undefined, [['Connection', 'close, x']])
    expect(requests[0]?.match(/^connection: .*$/gim)).to.deep.equal(['Connection: close, x'])
  })

  const answers: readonly (readonly [title: string, chunks: string[], answer: Answer])[] = [
    [
      'a status',
      ['HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody'],
      { kind: 'status', status: 200, location: undefined },
    ],
    [
      'a status without a reason',
      ['HTTP/1.0 404\r\n\r\n'],
      { kind: 'status', status: 404, location: undefined },
    ],
    [
      'an answer in pieces',
      ['HTT', 'P/1.1 401 No\r\n', '\r', '\n'],
      { kind: 'status', status: 401, location: undefined },
    ],
    [
      'a redirect',
      ['HTTP/1.1 302 Found\r\nLocation: /a?b\r\nX: y\r\n\r\n'],
      { kind: 'status', status: 302, location: '/a?b' },
    ],
    [
      'the first header called location',
      ['HTTP/1.1 302 Found\r\nX-Location: /b\r\nlOcation:/a\r\n\r\nLocation: /c'],
      { kind: 'status', status: 302, location: '/a' },
    ],
    [
      'a body with a header in it',
      ['HTTP/1.1 200 OK\r\n\r\nX\r\nLocation: /c\r\n'],
      { kind: 'status', status: 200, location: undefined },
    ],
    [
      'the answer behind interim ones',
      [
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLocation: /x\r\n\r\n',
        'HTTP/1.1 200 OK\r\n\r\n',
      ],
      { kind: 'status', status: 200, location: undefined },
    ],
    ['something else than HTTP', ['SSH-2.0\r\n\r\n'], { kind: 'closed', code: 'NOT_HTTP' }],
    [
      'a status that HTTP has not',
      ['HTTP/1.1 600 OK\r\n\r\n'],
      { kind: 'closed', code: 'NOT_HTTP' },
    ],
    ['a longer number', ['HTTP/1.1 2000 OK\r\n\r\n'], { kind: 'closed', code: 'NOT_HTTP' }],
    [
      'a status that comes later',
      ['x\r\nHTTP/1.1 200 OK\r\n\r\n'],
      { kind: 'closed', code: 'NOT_HTTP' },
    ],
    [
      'a header without end',
      [`HTTP/1.1 200 OK\r\nA: ${'b'.repeat(65_536)}`],
      { kind: 'closed', code: 'NOT_HTTP' },
    ],
    [
      'interim answers without end',
      ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(100_000)],
      { kind: 'closed', code: 'NOT_HTTP' },
    ],
  ]
  for (const [title, chunks, answer] of answers) {
    it(`reads ${title}`, async () => {
      const { port } = await answering(...chunks)
      expect(await sendRequest(target(port), undefined, [])).to.deep.equal(answer)
    })
  }

  it('reads a header of 65,536 characters', async () => {
    const start = 'HTTP/1.1 200 OK\r\nA: '
    const { port } = await answering(start + 'b'.repeat(65_536 - start.length), '\r\n\r\n')
    expect(await sendRequest(target(port), undefined, [])).to.include({ status: 200 })
  })

  it('tells that the server closed the connection, completely or on its side', async () => {
    const half = await listen(
      createServer({ allowHalfOpen: true }, (socket) => socket.resume().end()),
    )
    expect(await sendRequest(target(half), undefined, [])).to.deep.equal({
      kind: 'closed',
      code: undefined,
    })
    const reset = await listen(
      createServer((socket) => socket.on('data', () => socket.resetAndDestroy())),
    )
    expect(await sendRequest(target(reset), undefined, [])).to.deep.equal({
      kind: 'closed',
      code: 'ECONNRESET',
    })
  })

  it('tells that there is no connection', async () => {
    const { port } = await answering()
    const [server] = servers.splice(0)
    server?.close()
    if (server) await once(server, 'close')
    const expected = { kind: 'unreachable', code: 'ECONNREFUSED' }
    expect(await sendRequest(target(port), undefined, [])).to.deep.equal(expected)
    expect(await sendRequest(target(port, { isTls: true }), undefined, [])).to.deep.equal(expected)
  })

  it('gives up after the time-out', async () => {
    const { port } = await answering()
    expect(await sendRequest(target(port, { timeoutMs: 1 }), undefined, [])).to.deep.equal({
      kind: 'timeout',
    })
  })

  it('presents the certificate and the server name, and speaks HTTP/1.1', async () => {
    const { ec, root } = await testPki()
    const seen: unknown[] = []
    const port = await startTls(
      { requestCert: true, ALPNProtocols: ['h2', 'http/1.1'] },
      (socket) => {
        seen.push(socket.getPeerCertificate().raw, (socket as { servername?: unknown }).servername)
        seen.push(socket.alpnProtocol, socket.authorized)
        socket.end('HTTP/1.1 200 OK\r\n\r\n')
      },
    )
    const to = target(port, { isTls: true, name: 'localhost', ca: root.cert })
    expect(await sendRequest(to, ec, [])).to.include({ status: 200 })
    expect(seen).to.deep.equal([ec.raw, 'localhost', 'http/1.1', true])
  })

  it('sends no server name for an address', async () => {
    const { root } = await testPki()
    const seen: unknown[] = []
    const port = await startTls({}, (socket) => {
      seen.push((socket as { servername?: unknown }).servername)
      socket.end('HTTP/1.1 200 OK\r\n\r\n')
    })
    const to = target(port, { isTls: true, ca: root.cert })
    expect(await sendRequest(to, undefined, [])).to.include({ status: 200 })
    expect(seen).to.deep.equal([false])
  })

  for (const [title, changes, code] of [
    ["whose CA isn't trusted", {}, 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['of another name', { name: 'other.example.com' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const) {
    it(`sends nothing to a server ${title}, unless any is accepted`, async () => {
      const { root } = await testPki()
      let received = ''
      const port = await startTls({}, (socket) => {
        socket.on('error', () => undefined)
        socket.on('data', (data: Buffer) => {
          received += data.toString()
          socket.end('HTTP/1.1 200 OK\r\n\r\n')
        })
      })
      const ca = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? { ca: root.cert } : {}
      const to = target(port, { isTls: true, ...ca, ...changes })
      expect(await sendRequest(to, undefined, [])).to.deep.equal({ kind: 'untrusted', code })
      expect(received).to.equal('')
      const any = { ...to, isInsecure: true }
      expect(await sendRequest(any, undefined, [])).to.include({ status: 200 })
    })
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`tells that the server rejected the certificate: ${version}`, async () => {
      const { selfSigned, root } = await testPki()
      const options = { requestCert: true, minVersion: version, maxVersion: version }
      const port = await startTls(options, (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
      const to = target(port, { isTls: true, ca: root.cert })
      expect(await sendRequest(to, selfSigned, [])).to.include({ kind: 'closed' })
      const any = target(port, { isTls: true, isInsecure: true })
      expect(await sendRequest(any, undefined, [])).to.include({ kind: 'closed' })
    })
  }
})
