import { once } from 'node:events'
import http from 'node:http'
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import https from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { testPki } from '../../support/pki.js'
import { askHttp1, askHttp2, type WireRequest } from './clients.js'
import type { CaseRequest } from './corpus-case.js'
import { type Answer, Log, type OpenAdapter, toOutcome } from './adapter.js'

/** Makes the server of an adapter that guards an application; it is listening when it is there. */
type Listen = (over: WireRequest['over']) => Promise<Server>
type Ask = (port: number, request: WireRequest) => Promise<Answer>

/** The options of a TLS server that leaves it to the adapter who is let in. */
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

/** A server for each kind of connection, started with its first request. */
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

/** Opens an adapter behind servers of its own. */
export function openServers(log: Log, listen: Listen, ask: Ask): OpenAdapter {
  const pair = new ServerPair(listen)
  return {
    ask: async (request) => {
      if (request.over === 'lambda') throw new Error('An event is not sent to a server')
      return toOutcome(await ask(await pair.portFor(request.over), request), log)
    },
    close: () => pair.close(),
  }
}

/** An application in front of which an adapter stands. */
export interface GuardedApp {
  readonly listener: http.RequestListener
  /** Runs the same application in a Lambda function. */
  readonly invoke?: (event: object) => Promise<Answer>
  readonly close?: () => Promise<void>
}

export type MakeApp = (options: ExtractorOptions, log: Log) => Promise<GuardedApp> | GuardedApp

/** Opens an adapter in an application that Node's HTTP/1 servers run, and perhaps a Lambda function. */
export function openApp(makeApp: MakeApp, options: ExtractorOptions): OpenAdapter {
  const log = new Log()
  const app = Promise.resolve(makeApp(options, log))
  const listen: Listen = async (over) => {
    const { listener } = await app
    return over === 'http'
      ? http.createServer(listener)
      : https.createServer(await tlsOptions(), listener)
  }
  const servers = openServers(log, listen, askHttp1)
  return {
    ask: async (request: CaseRequest) => {
      if (request.over !== 'lambda') return servers.ask(request)
      const { invoke } = await app
      if (invoke === undefined) throw new Error('This application does not run in a function')
      return toOutcome(await invoke(request.event), log)
    },
    close: async () => {
      await servers.close()
      await (await app).close?.()
    },
  }
}

type Http2Listener = (req: Http2ServerRequest, res: Http2ServerResponse) => void

/** Opens an adapter in an application that Node's HTTP/2 servers run. */
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
  return openServers(log, listen, askHttp2)
}
