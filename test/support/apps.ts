import type { RequestListener } from 'node:http'
import express from 'express'
import { Passport } from 'passport'
import type { Strategy } from '../../src/index.js'

/**
 * An Express app behind the strategy. It answers 200 with the user and the certificate's
 * fingerprint, 401 from Passport, or the status and name of an error.
 */
export function guardedApp(strategy: Strategy): RequestListener {
  const passport = new Passport()
  passport.use(strategy)
  const app = express()
  const guard = passport.authenticate(strategy.name, { session: false }) as express.RequestHandler
  app.get('/', guard, (req, res) => {
    res.json({ user: req.user, fingerprint256: req.clientCertificate?.fingerprint256 })
  })
  app.use(((error: Error & { status?: number }, _req, res, _next) => {
    res.status(error.status ?? 500).json({ error: error.name, message: error.message })
  }) as express.ErrorRequestHandler)
  return app as RequestListener
}
