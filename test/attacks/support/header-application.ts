import type { RequestListener } from 'node:http'
import express from 'express'
import { Passport } from 'passport'
import { Strategy, type StrategyOptions, type VerifyFunction } from '../../../src/index.js'
import { testPki } from '../../support/pki.js'
import { type Answer, getHttps, listenHttps } from '../../support/servers.js'

/** Long enough for any answer on any machine: it only ends a test that would hang. */
const HANGS_MS = 60_000

export interface Application {
  port: number
  /** One entry per decision: the common name that was let in, or the reason of a refusal. */
  log: string[]
  /** The user of each request that got through. */
  entered: unknown[]
  /** What reached Express' error handler. */
  errors: unknown[]
}

/** How the strategy is given to `passport.authenticate()`. */
export type Use = 'by name' | 'by instance'

/** An app over TLS that keeps account of what happens behind the strategy. */
export async function startApplication(
  verify: VerifyFunction,
  use: Use = 'by name',
  options: StrategyOptions = {},
): Promise<Application> {
  const [log, entered, errors]: [string[], unknown[], unknown[]] = [[], [], []]
  const strategy = new Strategy(
    {
      onAuthenticated: (cert) => log.push(`accepted ${String(cert.subject.CN)}`),
      onRejected: (_cert, _req, reason) => log.push(reason),
      ...options,
    },
    verify,
  )
  const passport = new Passport()
  passport.use(strategy)
  const app = express()
  const guard = use === 'by name' ? strategy.name : strategy
  app.use(passport.authenticate(guard, { session: false }) as express.RequestHandler)
  app.get('/', (req, res) => {
    entered.push(req.user)
    res.json(req.user)
  })
  app.use(((error: unknown, _req, res, _next) => {
    errors.push(error)
    if (!res.headersSent) res.status(500).end()
  }) as express.ErrorRequestHandler)
  const { port } = await listenHttps(app as RequestListener)
  return { port, log, entered, errors }
}

/** A request of a client that the authority has certified; fails if there is no answer. */
export async function visitAs(who: 'rsa' | 'ec', port: number): Promise<Answer> {
  const { key, cert } = (await testPki())[who]
  return getHttps(port, { key, cert, signal: AbortSignal.timeout(HANGS_MS) })
}
