import { once } from 'node:events'
import type { IncomingHttpHeaders, RequestListener, Server } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { testPki } from './pki.js'

/** A server on a free port of loopback. */
export interface RunningServer {
  port: number
  close(): Promise<void>
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

const running = new Set<RunningServer>()

/** Call it in `afterEach()`. Ends the servers that a test has left running. */
export async function closeServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.close()))
}

/** Starts a server on loopback. `closeServers()` ends it. */
export async function listen(server: Server): Promise<RunningServer> {
  // On a busy machine, two requests may be further apart than the default of five seconds.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const handle: RunningServer = {
    port: (server.address() as AddressInfo).port,
    async close() {
      running.delete(handle)
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  running.add(handle)
  return handle
}

export function listenHttp(app: RequestListener): Promise<RunningServer> {
  return listen(http.createServer(app))
}

/** An HTTPS server that requests a client certificate, and leaves the decision to the app. */
export async function listenHttps(
  app: RequestListener,
  options: https.ServerOptions = {},
): Promise<RunningServer> {
  const { server, root } = await testPki()
  const tls = { key: server.key, cert: server.cert, ca: root.cert, requestCert: true }
  return listen(https.createServer({ ...tls, rejectUnauthorized: false, ...options }, app))
}

/** Sends one HTTPS request, on its own connection unless an agent is given. */
export async function getHttps(port: number, options: https.RequestOptions = {}): Promise<Answer> {
  const { root } = await testPki()
  return send(https.request({ host: '127.0.0.1', port, ca: root.cert, agent: false, ...options }))
}

export function getHttp(port: number, options: http.RequestOptions = {}): Promise<Answer> {
  return send(http.request({ host: '127.0.0.1', port, agent: false, ...options }))
}

async function send(request: http.ClientRequest): Promise<Answer> {
  request.end()
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let body = ''
  for await (const chunk of response.setEncoding('utf8')) body += chunk as string
  return { status: response.statusCode ?? 0, headers: response.headers, body }
}
