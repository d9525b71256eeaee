import express from 'express'
import { Passport } from 'passport'
import serverless from 'serverless-http'
import { Strategy } from '../../../src/index.js'
import { clientCertificateAuth } from '../../../src/middleware.js'
import { type Answer, describeClient } from './door.js'
import type { GuardedApp, MakeApp } from './servers.js'

/** The strategy, with Passport and Express. */
export const makeStrategyApp: MakeApp = (options, log) => {
  const strategy = new Strategy({ ...options, ...log.hooks }, (cert) => ({
    path: describeClient(cert),
  }))
  const passport = new Passport().use(strategy)
  const guard = passport.authenticate('client-cert', { session: false }) as express.RequestHandler
  return serve(guard, (req) => (req.user as { path?: unknown } | undefined)?.path)
}

/** The middleware, with Express. */
export const makeMiddlewareApp: MakeApp = (options, log) => {
  const guard = clientCertificateAuth(() => true, { ...options, ...log.hooks })
  return serve(guard, ({ clientCertificate: cert }) => cert && describeClient(cert))
}

function serve(
  guard: express.RequestHandler,
  describe: (req: express.Request) => unknown,
): GuardedApp {
  const app = express()
  app.get('/', guard, (req, res) => {
    res.json(describe(req))
  })
  app.use(((error: Error & { status?: number }, _req, res, _next) => {
    res.status(error.status ?? 500).end(error.message)
  }) as express.ErrorRequestHandler)
  return { listener: app, invoke: toFunction(app) }
}

/** As a Lambda function runs an application. */
export function toFunction(app: serverless.Application): (event: object) => Promise<Answer> {
  const handler = serverless(app)
  return async (event) => {
    const { statusCode, body } = (await handler(event, {})) as { statusCode: number; body: string }
    return { status: statusCode, body }
  }
}
