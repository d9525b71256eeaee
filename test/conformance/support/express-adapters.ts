import { AsyncLocalStorage } from 'node:async_hooks'
import serverlessExpress from '@codegenie/serverless-express'
import express from 'express'
import express4 from 'express4'
import { Passport } from 'passport'
import serverless from 'serverless-http'
import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { Strategy } from '../../../src/index.js'
import { clientCertificateAuth } from '../../../src/middleware.js'
import { type Answer, describeClient, type Log } from './adapter.js'
import type { MakeApp } from './servers.js'

export const makeStrategyApp: MakeApp = (options, log) => {
  const app = serve(express(), authenticating(options, log), userPath)
  return { listener: app, invoke: toFunction(app) }
}

/** The strategy with Passport and Express 4; in a Lambda function, behind serverless-express. */
export const makeExpress4App: MakeApp = (options, log) => {
  const app = serve(express4(), authenticating(options, log), userPath)
  return { listener: app, invoke: toFunctionWithEvent(app) }
}

function authenticating(options: ExtractorOptions, log: Log): express.RequestHandler {
  const strategy = new Strategy({ ...options, ...log.hooks }, (cert) => ({
    path: describeClient(cert),
  }))
  const passport = new Passport().use(strategy)
  return passport.authenticate('client-cert', { session: false }) as express.RequestHandler
}

function userPath(req: express.Request): unknown {
  return (req.user as { path?: unknown } | undefined)?.path
}

export const makeMiddlewareApp: MakeApp = (options, log) => {
  const guard = clientCertificateAuth(() => true, { ...options, ...log.hooks })
  const describe = ({ clientCertificate: cert }: express.Request) => cert && describeClient(cert)
  const app = serve(express(), guard, describe)
  return { listener: app, invoke: toFunction(app) }
}

function serve(
  app: express.Express,
  guard: express.RequestHandler,
  describe: (req: express.Request) => unknown,
): express.Express {
  app.get('/', guard, (req, res) => {
    res.json(describe(req))
  })
  app.use(((error: Error & { status?: number }, _req, res, _next) => {
    res.status(error.status ?? 500).end(error.message)
  }) as express.ErrorRequestHandler)
  return app
}

/** Wraps the app with serverless-http. */
export function toFunction(app: serverless.Application): (event: object) => Promise<Answer> {
  const handler = serverless(app)
  return async (event) => {
    const { statusCode, body } = (await handler(event, {})) as { statusCode: number; body: string }
    return { status: statusCode, body }
  }
}

/** Wraps the app with serverless-express, which has one current event for the whole process. */
export function toFunctionWithEvent(app: express.Express): (event: object) => Promise<Answer> {
  const events = new AsyncLocalStorage<object>()
  const appWithEvent = express4()
  appWithEvent.use((req, _res, next) => {
    Object.assign(req, { apiGateway: { event: events.getStore() } })
    next()
  }, app)
  const handle = serverlessExpress.configure<object, { statusCode: number; body: string }>({
    app: appWithEvent,
  })
  return async (event) => {
    const answer = await events.run(event, () => handle(event, {}, () => undefined))
    return { status: answer.statusCode, body: answer.body }
  }
}
