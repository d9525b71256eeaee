import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { expect } from 'chai'
import {
  compileProxyTrust,
  isPeerKnown,
  parseTrustedProxies,
} from '../../../src/extractor/proxy-trust.js'
import type { RequestLike } from '../../../src/extractor/request.js'
import { type TestPki, testPki } from '../../support/pki.js'
import { whileOnUnixSocket } from '../../support/unix-socket.js'

type Answer = boolean[]
type Listener = (request: RequestLike, response: { end(): void }) => void
interface Kind {
  /** The server that reads requests. */
  create(listener: Listener): http.Server
  send(to: Socket): Promise<unknown>
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
const UNTRUSTING = { rejectUnauthorized: false }

describe('a connection over a Unix-domain socket', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })

  const trust = compileProxyTrust(parseTrustedProxies('option "trustedProxies"', 'unix'))
  const ask = (request: RequestLike): Answer => [trust(request) === undefined, isPeerKnown(request)]

  const sendHttp2 = async (to: Socket, scheme: string) => {
    const session = http2.connect(`${scheme}://localhost`, { createConnection: () => to })
    const stream = session.request()
    await text(stream)
    session.destroy()
  }
  const KINDS: Record<string, Kind> = {
    'HTTP/1.1': {
      create: (listener) => http.createServer(listener as never),
      send: (to) => text(to.end(REQUEST)),
    },
    'HTTP/1.1 over TLS': {
      create: (listener) => https.createServer({ ...pki.server }, listener as never),
      send: (socket) => text(tls.connect({ socket, ...UNTRUSTING }).end(REQUEST)),
    },
    'HTTP/2': {
      create: (listener) => http2.createServer(listener as never) as never,
      send: (to) => sendHttp2(to, 'http'),
    },
    'HTTP/2 over TLS': {
      create: (listener) => http2.createSecureServer({ ...pki.server }, listener as never) as never,
      send: (socket) =>
        sendHttp2(tls.connect({ socket, ALPNProtocols: ['h2'], ...UNTRUSTING }), 'https'),
    },
    'HTTP/1.1 over TLS that another server ends': {
      create: (listener) => {
        const inner = http.createServer(listener as never)
        return tls.createServer({ ...pki.server }, (socket) =>
          inner.emit('connection', socket),
        ) as never
      },
      send: (socket) => text(tls.connect({ socket, ...UNTRUSTING }).end(REQUEST)),
    },
    'TLS inside of TLS': {
      create: (listener) => {
        const inner = https.createServer({ ...pki.server }, listener as never)
        return tls.createServer({ ...pki.server }, (socket) =>
          inner.emit('connection', socket),
        ) as never
      },
      send: (socket) => {
        const outer = tls.connect({ socket, ...UNTRUSTING })
        return text(tls.connect({ socket: outer, ...UNTRUSTING }).end(REQUEST))
      },
    },
  }

  /** Notes what is said of each request. */
  function createNoting(kind: Kind): { server: http.Server; answers: Answer[] } {
    const answers: Answer[] = []
    const server = kind.create((request, response) => {
      answers.push(ask(request))
      response.end()
    })
    return { server, answers }
  }

  async function whileOnTcp(server: Server, run: (port: number) => Promise<void>): Promise<void> {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    await run((server.address() as AddressInfo).port)
    server.close()
  }

  for (const [title, kind] of Object.entries(KINDS)) {
    it(`is trusted by the word unix: ${title}`, async () => {
      const { server, answers } = createNoting(kind)
      await whileOnUnixSocket(server, async (path) => {
        await kind.send(connect(path))
      })
      expect(answers).to.deep.equal([[true, true]])
    })

    it(`is trusted also where another listener hands it over: ${title}`, async () => {
      const { server, answers } = createNoting(kind)
      const listener = createServer((socket) => server.emit('connection', socket))
      await whileOnUnixSocket(listener, async (path) => {
        await kind.send(connect(path))
      })
      expect(answers).to.deep.equal([[true, true]])
    })

    it(`is not what the server listens on: ${title}`, async () => {
      const { server, answers } = createNoting(kind)
      const listener = createServer((socket) => {
        // As it is for a connection that the client has reset.
        Object.defineProperty(socket, 'remoteAddress', { value: undefined })
        server.emit('connection', socket)
      })
      await whileOnUnixSocket(server, async () => {
        await whileOnTcp(listener, async (port) => {
          await kind.send(connect(port, '127.0.0.1'))
        })
      })
      expect(answers.map(([trusted]) => trusted)).to.deep.equal([false])
    })
  }

  it('is not one that has ended', async () => {
    const answers: Answer[] = []
    const server = http.createServer((request: IncomingMessage) => {
      request.socket.destroy()
      answers.push(ask(request))
    })
    await whileOnUnixSocket(server, async (path) => {
      await text(connect(path).end(REQUEST)).catch(() => undefined)
    })
    expect(answers).to.deep.equal([[false, false]])
  })

  it('is not what an odd socket shows', () => {
    const endless: { _parent?: object } = {}
    endless._parent = endless
    for (const _handle of [undefined, null, {}, 'Pipe', { constructor: null }, endless]) {
      expect(ask({ socket: { _handle } })).to.deep.equal([false, false])
    }
    for (const socket of [undefined, null, 'Pipe']) {
      expect(ask({ socket })).to.deep.equal([false, false])
    }
  })
})
