import type { RequestListener } from 'node:http'
import express from 'express'
import { Passport } from 'passport'
import { Strategy, type StrategyOptions, type VerifyFunction } from '../../../src/index.js'
import { testPki } from '../../support/pki.js'
import { type Answer, getHttps, listenHttps } from '../../support/servers.js'

/** Long enough for any answer on any machine. It only ends a test that would hang. */
const HANGS_MS = 60_000

export interface Application {
  port: number
  /** One entry per decision: `accepted` with the common name, or the reason for the rejection. */
  log: string[]
  /** The user of each accepted request. */
  entered: unknown[]
  /** The errors that reached Express's error handler. */
  errors: unknown[]
}

/** How `passport.authenticate()` gets the strategy. */
export type Use = 'by name' | 'by instance'

/** Starts an Express app over TLS that records decisions, users and errors. */
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

/**
 * Sends a request as a client with a certificate from the trusted CA. Fails if there is no answer.
 */
export async function visitAs(who: 'rsa' | 'ec', port: number): Promise<Answer> {
  const { key, cert } = (await testPki())[who]
  return getHttps(port, { key, cert, signal: AbortSignal.timeout(HANGS_MS) })
}
