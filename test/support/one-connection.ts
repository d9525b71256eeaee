import { once } from 'node:events'
import http2 from 'node:http2'
import https from 'node:https'
import tls from 'node:tls'
import { WebSocket } from 'ws'
import { testPki } from './pki.js'
import { getHttps } from './servers.js'

/** The status of an answer; `refused` if the connection ended without an answer. */
export type Outcome = number | 'refused'

/** A WebSocket (RFC 6455), or the same over a stream of HTTP/2 (RFC 8441), without frames. */
export interface OpenWebSocket {
  /** Resolves to what the server sends back. */
  readonly echo: (text: string) => Promise<string>
  /** Resolves to the reason that the server gave when it closed the WebSocket. */
  readonly closed: Promise<string>
}

/** The client's end of one TLS connection, which is never replaced by another. */
export interface OneConnection {
  readonly get: (host?: string, path?: string) => Promise<Outcome>
  readonly openWebSocket: () => Promise<OpenWebSocket | Outcome>
  /** `undefined` before the handshake has ended. */
  readonly isResumed: () => boolean | undefined
  /** For another connection to resume. */
  readonly session: () => Buffer | undefined
  readonly close: () => void
}

export interface Target {
  readonly port: number
  readonly protocol: 'http/1.1' | 'h2'
}

/** Opens a connection on loopback. Each of its requests tells whether the handshake succeeded. */
export async function openConnection(
  { port, protocol }: Target,
  client: tls.ConnectionOptions,
): Promise<OneConnection> {
  const { root } = await testPki()
  const socket = tls.connect({
    ...{ host: '127.0.0.1', port, ca: root.cert, ALPNProtocols: [protocol] },
    ...client,
  })
  let session: Buffer | undefined
  let isResumed: boolean | undefined
  socket.on('error', () => undefined)
  socket.on('session', (ticket) => (session = ticket))
  socket.once('secureConnect', () => (isResumed = socket.isSessionReused()))
  const exchange = protocol === 'h2' ? overHttp2(socket, port) : overHttp1(socket, port)
  return { ...exchange, session: () => session, isResumed: () => isResumed }
}

type Exchange = Pick<OneConnection, 'get' | 'openWebSocket' | 'close'>

function overHttp1(socket: tls.TLSSocket, port: number): Exchange {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
  // Node would otherwise look for another connection for each host.
  Object.assign(agent, { createConnection: () => socket, getName: () => 'one' })
  return {
    get: (host = 'localhost', path = '/') =>
      getHttps(port, { agent, path, headers: { host } }).then(
        ({ status }) => status,
        () => 'refused',
      ),
    openWebSocket: () => openWs(socket, port),
    close() {
      agent.destroy()
      socket.destroy()
    },
  }
}

function openWs(socket: tls.TLSSocket, port: number): Promise<OpenWebSocket | Outcome> {
  const ws = new WebSocket(`wss://127.0.0.1:${port}`, { createConnection: () => socket })
  const closed = new Promise<string>((resolve) => {
    ws.on('close', (_code, reason) => {
      resolve(reason.toString())
    })
  })
  return new Promise((resolve) => {
    ws.on('error', () => {
      resolve('refused')
    })
    ws.on('unexpected-response', (_request, { statusCode = 0 }) => {
      resolve(statusCode)
    })
    ws.on('open', () => {
      resolve({
        closed,
        async echo(text) {
          const answer = once(ws, 'message') as Promise<[Buffer]>
          ws.send(text)
          return (await answer)[0].toString()
        },
      })
    })
  })
}

function overHttp2(socket: tls.TLSSocket, port: number): Exchange {
  const session = http2.connect(`https://127.0.0.1:${port}`, { createConnection: () => socket })
  session.on('error', () => undefined)
  return {
    async get(host = 'localhost', path = '/') {
      const stream = request(session, { ':path': path, ':authority': host })
      const outcome = await outcomeOf(stream)
      stream?.resume()
      return outcome
    },
    async openWebSocket() {
      if (!(await knowsConnect(session))) return 'refused'
      const stream = request(session, {
        ...{ ':method': 'CONNECT', ':protocol': 'websocket' },
        ...{ ':scheme': 'https', ':path': '/', ':authority': `127.0.0.1:${port}` },
      })
      const outcome = await outcomeOf(stream)
      return stream === undefined || outcome !== 200 ? outcome : toWebSocket(stream)
    },
    close() {
      session.destroy()
    },
  }
}

/** RFC 8441 3: a client waits for SETTINGS_ENABLE_CONNECT_PROTOCOL. */
async function knowsConnect(session: http2.ClientHttp2Session): Promise<boolean> {
  while (!isOver(session) && session.remoteSettings.enableConnectProtocol !== true) {
    await new Promise<void>((resolve) => {
      for (const event of ['remoteSettings', 'close']) session.once(event, resolve)
    })
  }
  return !isOver(session)
}

const isOver = ({ closed, destroyed }: http2.ClientHttp2Session): boolean => closed || destroyed

/** Node throws if the session has ended. */
function request(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
): http2.ClientHttp2Stream | undefined {
  if (isOver(session)) return undefined
  const stream = session.request(headers, { endStream: headers[':method'] !== 'CONNECT' })
  return stream.on('error', () => undefined)
}

function outcomeOf(stream: http2.ClientHttp2Stream | undefined): Promise<Outcome> {
  if (stream === undefined) return Promise.resolve('refused')
  return new Promise((resolve) => {
    stream.on('response', ({ ':status': status = 0 }) => {
      resolve(status)
    })
    stream.on('close', () => {
      resolve('refused')
    })
  })
}

function toWebSocket(stream: http2.ClientHttp2Stream): OpenWebSocket {
  stream.setEncoding('utf8')
  let last = ''
  stream.on('data', (text: string) => (last = text))
  const closed = once(stream, 'end').then(() => last)
  return {
    closed,
    async echo(text) {
      const answer = once(stream, 'data') as Promise<[string]>
      stream.write(text)
      return (await answer)[0]
    },
  }
}
