import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { Strategy, type StrategyOptions, type VerifyFunction } from '../../../src/index.js'
import { guardedApp } from '../../support/apps.js'
import { type Answer, listenHttp } from '../../support/servers.js'

export interface Backend {
  app: RequestListener
  /** One entry per decision: `accepted` with the common name, or the reason for the rejection. */
  log: string[]
  /** The common name of every certificate that reached verify. */
  verified: string[]
}

/** An Express app behind Passport and the strategy, with an audit log. */
export function createBackend(
  options: StrategyOptions,
  allow: (...args: Parameters<VerifyFunction>) => boolean = () => true,
): Backend {
  const log: string[] = []
  const verified: string[] = []
  const strategy = new Strategy(
    {
      ...options,
      onAuthenticated: (cert) => log.push(`accepted ${String(cert.subject.CN)}`),
      onRejected: (_cert, _req, reason) => log.push(reason),
    },
    (cert, done) => {
      const cn = String(cert.subject.CN)
      verified.push(cn)
      done(null, allow(cert, done) ? { cn } : false)
    },
  )
  return { app: guardedApp(strategy), log, verified }
}

/** The same app on a real server, over plain HTTP because most proxies use it. */
export async function startBackend(
  ...args: Parameters<typeof createBackend>
): Promise<Backend & { port: number }> {
  const backend = createBackend(...args)
  return { ...backend, port: (await listenHttp(backend.app)).port }
}

export type Line = readonly [name: string, value: string]

/** Sends exactly these header lines, which no HTTP client would send, and returns the status. */
export async function sendLines(to: number | string, lines: readonly Line[]): Promise<number> {
  const socket = typeof to === 'string' ? connect(to) : connect(to, '127.0.0.1')
  const connection: Line[] = lines.some(([name]) => name.toLowerCase() === 'connection')
    ? []
    : [['Connection', 'close']]
  const head = [...connection, ...lines].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${head}\r\n`, 'latin1')
  const answer = await text(socket)
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
}

/** Expects that each of these requests gets a 401, with this reason, and never reaches verify. */
export async function expectRejections(
  options: StrategyOptions,
  requests: Readonly<Record<string, readonly Line[]>>,
  reason = 'header_missing_or_malformed',
): Promise<void> {
  const { port, log, verified } = await startBackend(options)
  const statuses: Record<string, number> = {}
  for (const [title, lines] of Object.entries(requests)) {
    statuses[title] = await sendLines(port, lines)
  }
  const titles = Object.keys(requests)
  expect(statuses).to.deep.equal(Object.fromEntries(titles.map((title) => [title, 401])))
  expect(log).to.deep.equal(titles.map(() => reason))
  expect(verified).to.deep.equal([])
}

/**
 * Expects that the request is accepted as this client, to show that nothing else causes a
 * rejection.
 */
export async function expectAcceptance(
  options: StrategyOptions,
  lines: readonly Line[],
  cn: string,
): Promise<void> {
  const { port, log } = await startBackend(options)
  expect(await sendLines(port, lines)).to.equal(200)
  expect(log).to.deep.equal([`accepted ${cn}`])
}

/** The user in the backend's response, or the status if the client was rejected. */
export function userOf({ status, body }: Answer): string | number {
  return status === 200 ? (JSON.parse(body) as { user: { cn: string } }).user.cn : status
}

/** Runs a function while a server listens on a Unix-domain socket. */
export async function whileListening(
  server: Server,
  path: string,
  run: () => Promise<void>,
): Promise<void> {
  server.listen(path)
  await once(server, 'listening')
  try {
    await run()
  } finally {
    server.close()
    server.closeAllConnections()
  }
}
