import { once } from 'node:events'
import http, { type RequestListener, type ServerOptions } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import express from 'express'
import { Passport } from 'passport'
import { type ClientCertRequest, Strategy, type StrategyOptions } from '../../../src/index.js'
import { chainOf } from '../../support/chain-of.js'

/** The strategy's decision on a request. */
export type Decision =
  | { readonly kind: 'accepted'; readonly chain: readonly Buffer[] }
  | { readonly kind: 'rejected'; readonly reason: string }

export interface Visit {
  readonly rawHeaders: readonly string[]
  decision?: Decision
}

export interface Backend {
  readonly port: number
  /** The visits since the last call. */
  takeVisits(): readonly Visit[]
  /**
   * How many bytes Node has received from the proxy, also in requests that Node itself rejected.
   */
  bytesRead(): number
  close(): Promise<void>
}

/** The options of the strategy on each route. */
export type Routes = Readonly<Record<string, StrategyOptions>>

/** An Express app behind Passport, over plain HTTP on loopback, as behind most proxies. */
export async function startBackend(routes: Routes, options: ServerOptions = {}): Promise<Backend> {
  const visits: Visit[] = []
  const sockets: Socket[] = []
  const server = http.createServer(options, createApp(routes, visits))
  server.on('connection', (socket: Socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    takeVisits: () => visits.splice(0),
    bytesRead: () => sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function createApp(routes: Routes, visits: Visit[]): RequestListener {
  const byRequest = new WeakMap<object, Visit>()
  const passport = new Passport()
  const app = express()
  app.use((req, _res, next) => {
    const visit: Visit = { rawHeaders: req.rawHeaders }
    visits.push(visit)
    byRequest.set(req, visit)
    next()
  })
  for (const [path, options] of Object.entries(routes)) {
    const strategy = createStrategy(options, (req, decision) => {
      const visit = byRequest.get(req)
      if (visit === undefined || visit.decision !== undefined)
        throw new Error('The strategy decided twice, or on an unknown request')
      visit.decision = decision
    })
    passport.use(path, strategy)
    const guard = passport.authenticate(path, { session: false }) as express.RequestHandler
    app.get(path, guard, (_req, res) => res.sendStatus(200))
  }
  return app as RequestListener
}

/** Accepts every certificate, because the tests check whose certificate arrives. */
function createStrategy(
  options: StrategyOptions,
  decide: (req: ClientCertRequest, decision: Decision) => void,
): Strategy {
  return new Strategy(
    {
      ...options,
      passReqToCallback: true,
      onRejected: (_cert, req, reason) => {
        decide(req, { kind: 'rejected', reason })
      },
    },
    (req, cert, done) => {
      decide(req, { kind: 'accepted', chain: chainOf(cert) })
      done(null, { fingerprint: cert.fingerprint256 })
    },
  )
}
