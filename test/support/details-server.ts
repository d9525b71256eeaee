// Runs in its own process, so that its trace can be read: starts an Express application behind Passport on several
// servers, and writes a line with the outcome of each request. The path of a request names its strategy.
import type { RequestListener, Server } from 'node:http'
import http from 'node:http'
import https, { type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import express from 'express'
import passport from 'passport'
import { Strategy, type StrategyOptions } from 'passport-client-certificate-auth'

/** The first line of the standard input, as JSON. */
export interface Setup {
  readonly servers: Readonly<Record<string, ServerOptions & { readonly socketPath?: string }>>
  /** `trustedProxies` may name one of the functions below. */
  readonly strategies: Readonly<Record<string, StrategyOptions>>
}

/** Functions, which JSON can't hold. */
const FUNCTIONS: Readonly<Record<string, () => boolean>> = {
  no: () => false,
  throws: () => {
    throw new Error('down')
  },
}

const write = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

function createApp(strategies: Setup['strategies']): RequestListener {
  const app = express()
  // A client that is gone can't be answered, but its request is decided all the same.
  app.use((req, _res, next) => {
    if (req.url.endsWith('?destroyed')) req.socket.destroy()
    next()
  })
  for (const [name, { trustedProxies, ...options }] of Object.entries(strategies)) {
    const told = new WeakMap<object, object>()
    const trust = FUNCTIONS[trustedProxies as string] ?? trustedProxies
    const strategy = new Strategy(
      {
        ...options,
        ...(trust && { trustedProxies: trust }),
        name,
        onRejected: (_cert, req, reason, details) => told.set(req, { reason, ...details }),
      },
      (cert) => ({ cn: cert.subject.CN }),
    )
    passport.use(strategy)
    app.get(`/${name}`, (req, res, next) => {
      const done = (_error: unknown, user: unknown, info: unknown): void => {
        // Hooks run after the decision.
        setImmediate(() => {
          write({ user, info, told: told.get(req) })
          res.status(401).end()
        })
      }
      const handle = passport.authenticate(name, { session: false }, done) as express.RequestHandler
      void handle(req, res, next)
    })
  }
  return app as RequestListener
}

async function listen(server: Server, socketPath?: string): Promise<string | number> {
  await new Promise<void>((resolve) => {
    if (socketPath === undefined) server.listen(0, '127.0.0.1', resolve)
    else server.listen(socketPath, resolve)
  })
  return socketPath ?? (server.address() as AddressInfo).port
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const { servers, strategies } = JSON.parse((await lines.next()).value as string) as Setup
const app = createApp(strategies)
const ports: Record<string, string | number> = {}
for (const [name, { socketPath, ...tls }] of Object.entries(servers)) {
  const server = tls.key === undefined ? http.createServer(app) : https.createServer(tls, app)
  ports[name] = await listen(server, socketPath)
}
write(ports)
await lines.next()
process.exit()
