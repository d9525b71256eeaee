import { once } from 'node:events'
import http from 'node:http'
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import https from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { testPki } from '../../support/pki.js'
import { sendHttp1, sendHttp2, type WireRequest } from './clients.js'
import type { CaseRequest } from './corpus-case.js'
import { type Answer, Log, type OpenAdapter, toOutcome } from './adapter.js'

/** Makes the server of an adapter, once the application is ready. It doesn't listen yet. */
type Listen = (over: WireRequest['over']) => Promise<Server>
type Send = (port: number, request: WireRequest) => Promise<Answer>

/** TLS options that leave the decision to the adapter: Node accepts every client. */
export async function tlsOptions(): Promise<https.ServerOptions> {
  const { server, root } = await testPki()
  return {
    key: server.key,
    cert: server.cert,
    ca: root.cert,
    requestCert: true,
    rejectUnauthorized: false,
  }
}

/** A server for each kind of connection, started by its first request. */
class ServerPair {
  private readonly servers = new Map<string, Promise<Server>>()
  private readonly sockets = new Set<Socket>()
  private readonly listen: Listen

  constructor(listen: Listen) {
    this.listen = listen
  }

  async portFor(over: WireRequest['over']): Promise<number> {
    let server = this.servers.get(over)
    if (server === undefined) {
      server = this.start(over)
      this.servers.set(over, server)
    }
    return ((await server).address() as AddressInfo).port
  }

  private async start(over: WireRequest['over']): Promise<Server> {
    const server = await this.listen(over)
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server
  }

  async close(): Promise<void> {
    const servers = await Promise.all(this.servers.values())
    const closed = servers.map((server) => once(server, 'close'))
    for (const server of servers) server.close()
    for (const socket of this.sockets) socket.destroy()
    await Promise.all(closed)
  }
}

/** Opens an adapter that has its own servers. */
export function openServers(log: Log, listen: Listen, send: Send): OpenAdapter {
  const pair = new ServerPair(listen)
  return {
    send: async (request) => {
      if (request.over === 'lambda') throw new Error("A server can't receive a Lambda event")
      return toOutcome(await send(await pair.portFor(request.over), request), log)
    },
    close: () => pair.close(),
  }
}

/** An application that an adapter protects. */
export interface GuardedApp {
  readonly listener: http.RequestListener
  readonly invoke?: (event: object) => Promise<Answer>
  readonly close?: () => Promise<void>
}

export type MakeApp = (options: ExtractorOptions, log: Log) => Promise<GuardedApp> | GuardedApp

/**
 * Opens an adapter whose application runs on Node's HTTP/1 servers, and maybe in a Lambda function.
 */
export function openApp(makeApp: MakeApp, options: ExtractorOptions): OpenAdapter {
  const log = new Log()
  const app = Promise.resolve(makeApp(options, log))
  const listen: Listen = async (over) => {
    const { listener } = await app
    return over === 'http'
      ? http.createServer(listener)
      : https.createServer(await tlsOptions(), listener)
  }
  const servers = openServers(log, listen, sendHttp1)
  return {
    send: async (request: CaseRequest) => {
      if (request.over !== 'lambda') return servers.send(request)
      const { invoke } = await app
      if (invoke === undefined) throw new Error("This application doesn't run in a Lambda function")
      return toOutcome(await invoke(request.event), log)
    },
    close: async () => {
      await servers.close()
      await (await app).close?.()
    },
  }
}

type Http2Listener = (req: Http2ServerRequest, res: Http2ServerResponse) => void

/** Opens an adapter whose application runs on Node's HTTP/2 servers. */
export function openHttp2(
  makeListener: (options: ExtractorOptions, log: Log) => Http2Listener,
  options: ExtractorOptions,
): OpenAdapter {
  const log = new Log()
  const listener = makeListener(options, log)
  const listen: Listen = async (over) =>
    over === 'http'
      ? http2.createServer(listener)
      : http2.createSecureServer(await tlsOptions(), listener)
  return openServers(log, listen, sendHttp2)
}
