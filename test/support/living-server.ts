import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Server, TLSSocket } from 'node:tls'
import { Passport } from 'passport'
import { WebSocketServer } from 'ws'
import { type ExtractorOptions } from '../../src/extractor/index.js'
import { type ChainedPeerCertificate, Strategy } from '../../src/index.js'
import { clientCertificateAuth } from '../../src/middleware.js'
import { mtlsServerOptions, reloadable, reportRejectedHandshakes } from '../../src/server/index.js'
import type { TrustStore } from '../../src/trust.js'
import type { Target } from './one-connection.js'
import { testPki } from './pki.js'

/** The servers that the matrix is about, and the protocol that a client speaks with each. */
export const SERVER_KINDS = {
  'node:https': 'http/1.1',
  'node:http2': 'h2',
  'node:http2 with allowHTTP1': 'http/1.1',
} as const
export type ServerKind = keyof typeof SERVER_KINDS

export interface LivingServer extends Target {
  /** `accepted`, or the reason and the detail of each request that was rejected. */
  readonly decisions: string[]
  /** The detail of each handshake that was rejected. */
  readonly handshakes: string[]
}

type AnyRequest = IncomingMessage | Http2ServerRequest
type Certified = AnyRequest & { clientCertificate?: ChainedPeerCertificate }
/** @returns the status to answer with */
type Guard = (req: AnyRequest) => Promise<number>

/** Answers a request by itself if it returns `false`, like `assertHostMatchesServername()`. */
type Check = (req: AnyRequest, res: Http2ServerResponse) => boolean

export interface LivingServerOptions {
  /** The trust store by default. */
  readonly ca?: ExtractorOptions['ca']
  /** Comes before the guard. */
  readonly check?: Check
}

const closers = new Set<() => Promise<void>>()

/** Call it in `afterEach()`. */
export async function closeLivingServers(): Promise<void> {
  await Promise.all([...closers].map((close) => close()))
  closers.clear()
}

/** Starts a server whose handshakes, requests and WebSockets use one trust store. */
export async function startLivingServer(
  kind: ServerKind,
  trust: TrustStore,
  { ca = trust, check = () => true }: LivingServerOptions = {},
): Promise<LivingServer> {
  const { key, cert } = (await testPki()).server
  const options = { trust, key, cert, ticketKeys: Buffer.alloc(48, 7) }
  const decisions: string[] = []
  const handshakes: string[] = []
  const guard = kind === 'node:https' ? byStrategy(ca, decisions) : byMiddleware(ca, decisions)
  const tls = mtlsServerOptions(options)
  const server = kind === 'node:https' ? https.createServer(tls) : createHttp2(kind, tls)
  reloadable(server, options)
  reportRejectedHandshakes(server, ({ detail }) => handshakes.push(detail))
  serve(server, guard, check)
  serveWebSockets(server, guard, trust)
  return { port: await start(server), protocol: SERVER_KINDS[kind], decisions, handshakes }
}

function createHttp2(kind: ServerKind, tls: http2.SecureServerOptions): http2.Http2SecureServer {
  return http2.createSecureServer({
    ...tls,
    allowHTTP1: kind === 'node:http2 with allowHTTP1',
    settings: { enableConnectProtocol: true },
  })
}

function noteIn(decisions: string[]) {
  return {
    onAuthenticated: () => decisions.push('accepted'),
    onRejected: (_cert: unknown, _req: unknown, reason: string, { detail }: { detail?: string }) =>
      decisions.push(detail === undefined ? reason : `${reason} ${detail}`),
  }
}

function byStrategy(ca: ExtractorOptions['ca'], decisions: string[]): Guard {
  const strategy = new Strategy({ ca, ...noteIn(decisions) }, (_cert) => ({}))
  const passport = new Passport().use(strategy)
  return (req) =>
    new Promise((resolve) => {
      const finish = (error: unknown, user: unknown): void => {
        if (error !== null) resolve(500)
        else resolve(user === false ? 401 : 200)
      }
      const authenticate = passport.authenticate('client-cert', { session: false }, finish) as (
        ...args: unknown[]
      ) => void
      authenticate(req, null, resolve.bind(null, 500))
    })
}

function byMiddleware(ca: ExtractorOptions['ca'], decisions: string[]): Guard {
  const authenticate = clientCertificateAuth(() => true, { ca, ...noteIn(decisions) })
  return (req) =>
    new Promise((resolve) => {
      authenticate(req, null, (error?: unknown) => {
        resolve(error === undefined ? 200 : ((error as { status?: number }).status ?? 500))
      })
    })
}

type AnyServer = https.Server | http2.Http2SecureServer

function serve(server: AnyServer, guard: Guard, check: Check): void {
  server.on('request', (req: AnyRequest, res: Http2ServerResponse) => {
    if (!check(req, res)) return
    void guard(req).then((status) => {
      res.writeHead(status)
      res.end()
    })
  })
}

/** Closes each WebSocket, with the reason, once the certificate of its client isn't valid any more. */
function serveWebSockets(server: AnyServer, guard: Guard, trust: TrustStore): void {
  const webSockets = new WebSocketServer({ noServer: true })
  const watch = (req: Certified, close: (reason: string) => void): (() => void) => {
    if (req.clientCertificate === undefined) throw new Error('No certificate')
    return trust.watch(req.clientCertificate, ({ reason }) => {
      close(reason)
    })
  }
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    void guard(req).then((status) => {
      if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
      webSockets.handleUpgrade(req, socket, head, (ws) => {
        ws.on('message', (data: Buffer) => {
          ws.send(data)
        })
        ws.once(
          'close',
          watch(req, (reason) => {
            ws.close(1008, reason)
          }),
        )
      })
      return undefined
    })
  })
  // RFC 8441: the same over one stream of HTTP/2.
  server.on('connect', (req: Http2ServerRequest, res: Http2ServerResponse) => {
    void guard(req).then((status) => {
      res.writeHead(status)
      if (status !== 200) return res.end()
      req.on('data', (data: Buffer) => res.write(data))
      return req.stream.once(
        'close',
        watch(req, (reason) => res.end(reason)),
      )
    })
  })
}

async function start(server: AnyServer): Promise<number> {
  const sockets = new Set<TLSSocket>()
  const tls: Server = server
  tls.on('secureConnection', (socket) => sockets.add(socket))
  server.on('session', (session: http2.ServerHttp2Session) => {
    session.on('error', () => undefined)
  })
  // On a busy machine, two requests may be further apart than the default of five seconds.
  Object.assign(server, { keepAliveTimeout: 0 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.add(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })
  return (server.address() as AddressInfo).port
}
