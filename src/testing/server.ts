import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { mtlsServerOptions } from '../server/options.js'
import type { MtlsServerOptions } from '../server/complete-options.js'
import { assertFunction, type Parse } from '../util/assert.js'
import { invalidType, kindOf } from '../util/errors.js'
import { type OptionTable, optional, parseOptions } from '../util/options.js'
import type { TestCa } from './ca.js'
import {
  sendRequest,
  type TestClient,
  type TestRequestOptions,
  type TestResponse,
} from './request.js'
import { parseObject } from './values.js'

/** An Express application, or any other function that answers requests of `node:http`. */
export type TestHandler = (request: IncomingMessage, response: ServerResponse) => unknown

/** Options of `startMtlsServer()`. */
export interface TestServerOptions {
  /** The CA whose clients the server accepts. It also issues the certificate of the server. */
  ca: TestCa
  /** Answers the requests. */
  handler: TestHandler
  /**
   * Further options of `mtlsServerOptions()`, which win over those of the test server. With
   * `{ rejectUnauthorized: false }`, the application answers clients without a valid certificate.
   */
  tls?: Partial<MtlsServerOptions> | undefined
}

/** A running HTTPS server for tests, on a free port of 127.0.0.1. */
export interface TestServer {
  /** Such as `https://localhost:49152`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** For tools that want the server itself, such as supertest. */
  readonly server: Server
  /**
   * Sends a GET request on a new connection.
   *
   * @param path - begins with `/`
   * @param client - default: the client presents no certificate
   * @returns rejects with Node's error if the server rejects the client in the handshake
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, as a rejection
   */
  readonly get: (path: string, client?: TestClient) => Promise<TestResponse>
  /** Like `get()`, for other methods and with headers and a body. */
  readonly request: (path: string, options?: TestRequestOptions) => Promise<TestResponse>
  /** Ends all connections, and then the server, so that nothing keeps the process alive. */
  readonly close: () => Promise<void>
}

interface Compiled {
  ca: TestCa | undefined
  handler: TestHandler | undefined
  tls: Partial<MtlsServerOptions> | undefined
}

const parseCa: Parse<TestCa> = (name, value) => {
  if (typeof value === 'object' && value !== null) {
    const { ca, issue } = value as Partial<Record<keyof TestCa, unknown>>
    if (typeof ca === 'string' && typeof issue === 'function') return value as TestCa
  }
  throw invalidType(name, 'a CA of createTestCa()', kindOf(value))
}

const SERVER_OPTIONS: OptionTable<keyof TestServerOptions, Compiled> = {
  ca: optional(parseCa),
  handler: optional(assertFunction as Parse<TestHandler>),
  tls: optional(parseObject as Parse<Partial<MtlsServerOptions>>),
}

/** The names under which a client on this machine can reach the server. */
const LOOPBACK_NAMES = ['DNS:localhost', 'IP:127.0.0.1', 'IP:::1']

/**
 * Starts an HTTPS server **for tests only** that authenticates clients by certificate, on a free port of
 * 127.0.0.1. `mtlsServerOptions()` completes its options, so that it behaves like a server in production.
 *
 * @param options - `ca` and `handler` are required
 * @returns a server that is ready for requests; close it after the test
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, or
 *   `ERR_UNSUPPORTED_RUNTIME` on Deno, as a rejection
 * @example
 * import { createTestCa, startMtlsServer } from 'passport-client-certificate-auth/testing'
 *
 * const ca = createTestCa()
 * const server = await startMtlsServer({ ca, handler: app })
 * const { status } = await server.get('/me', ca.issue({ commonName: 'alice' }))
 * await server.close()
 */
export async function startMtlsServer(options: TestServerOptions): Promise<TestServer> {
  const { values } = parseOptions(options, SERVER_OPTIONS)
  const ca = parseCa('option "ca"', values.ca)
  assertFunction('option "handler"', values.handler)
  const server = createServer(completeOptions(ca, values.tls), values.handler)
  const close = trackConnections(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const target = { port, ca: ca.ca }
  return Object.freeze({
    url: `https://localhost:${port}`,
    port,
    server,
    get: (path: string, client?: TestClient) => sendRequest(target, path, { client }),
    request: (path: string, request: TestRequestOptions = {}) => sendRequest(target, path, request),
    close,
  })
}

function completeOptions(ca: TestCa, tls: Partial<MtlsServerOptions> | undefined) {
  const { key, chain } = ca.issue({ commonName: 'localhost', usage: 'server', san: LOOPBACK_NAMES })
  return mtlsServerOptions({ key, cert: chain, ca: ca.ca, ...tls })
}

/**
 * Returns a function that ends the server. Node's `closeAllConnections()` would leave those that are still
 * in the handshake, and those that were upgraded to WebSockets.
 */
function trackConnections(server: Server): () => Promise<void> {
  const connections = new Set<Socket>()
  server.on('connection', (connection: Socket) => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })
  let closed: Promise<unknown> | undefined
  return async () => {
    if (closed === undefined) {
      closed = once(server, 'close')
      server.close()
      for (const connection of connections) connection.destroy()
    }
    await closed
  }
}
