import { once } from 'node:events'
import http from 'node:http'
import type https from 'node:https'
import type { TLSSocket } from 'node:tls'
import { listenHttp, listenHttps, type RunningServer } from './servers.js'

export type HeaderLine = readonly [name: string, value: string]

/** The client of a proxy, after the handshake. */
export interface ProxiedClient {
  /** DER; `undefined` for a client without a certificate. */
  readonly certificate: Buffer | undefined
  readonly isVerified: boolean
}

/** Rewrites the header lines of a client, as a proxy does before it forwards them. */
export type Rewrite = (lines: readonly HeaderLine[], client: ProxiedClient) => readonly HeaderLine[]

export interface NodeProxy {
  readonly proxy: RunningServer
  readonly backend: RunningServer
}

/** A proxy that terminates TLS, and an application behind it that answers with a status. */
export async function startNodeProxy(
  rewrite: Rewrite,
  application: (lines: readonly HeaderLine[]) => number,
  options?: https.ServerOptions,
): Promise<NodeProxy> {
  const backend = await listenHttp((req, res) => {
    res.writeHead(application(toLines(req.rawHeaders))).end()
  })
  const proxy = await listenHttps((req, res) => {
    const lines = rewrite(toLines(req.rawHeaders), clientOf(req))
    void forward(backend.port, lines).then((status) => res.writeHead(status).end())
  }, options)
  return { proxy, backend }
}

/** The members of a TLS socket that describe the client. */
type ClientSocket = Pick<TLSSocket, 'authorized' | 'getPeerCertificate'>

export function clientOf({ socket }: http.IncomingMessage): ProxiedClient {
  const client = socket as unknown as ClientSocket
  const { raw } = client.getPeerCertificate() as { raw?: Buffer }
  return { certificate: raw, isVerified: raw !== undefined && client.authorized }
}

async function forward(port: number, lines: readonly HeaderLine[]): Promise<number> {
  const hopByHop = /^(?:connection|host)$/i
  const kept = lines.filter(([name]) => !hopByHop.test(name))
  const headers = [['Host', 'app'], ['Connection', 'close'], ...kept].flat()
  const request = http.request({ host: '127.0.0.1', port, agent: false, headers })
  request.end()
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.resume()
  return response.statusCode ?? 502
}

export function toLines(rawHeaders: readonly string[]): HeaderLine[] {
  return rawHeaders.flatMap((name, at): HeaderLine[] =>
    at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? '']] : [],
  )
}
