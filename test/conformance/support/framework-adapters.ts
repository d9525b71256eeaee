import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { Authenticator } from '@fastify/passport'
import secureSession from '@fastify/secure-session'
import { fastify } from 'fastify'
import { Strategy } from '../../../src/index.js'
import { describeClient } from './adapter.js'
import { toFunction } from './express-adapters.js'
import type { MakeApp } from './servers.js'

/** The members of Koa's context that we use. Koa's own types need others that aren't installed. */
interface KoaContext {
  body: unknown
  readonly state: { readonly user?: { readonly path: unknown } }
}
type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => unknown
type KoaClass = new () => {
  silent: boolean
  use(middleware: KoaMiddleware): unknown
  callback(): RequestListener
}
type KoaPassportClass = new () => {
  use(strategy: object): unknown
  initialize(): KoaMiddleware
  authenticate(name: string, options: { session: false }): KoaMiddleware
}

const require = createRequire(import.meta.url)
const Koa = require('koa') as KoaClass
const { KoaPassport } = require('koa-passport') as { KoaPassport: KoaPassportClass }

export const makeKoaApp: MakeApp = (options, log) => {
  const passport = new KoaPassport()
  passport.use(
    new Strategy({ ...options, ...log.hooks }, (cert) => ({ path: describeClient(cert) })),
  )
  const app = new Koa()
  app.silent = true
  app.use(passport.initialize())
  app.use(passport.authenticate('client-cert', { session: false }))
  app.use((context) => {
    context.body = context.state.user?.path
  })
  const listener = app.callback()
  return { listener, invoke: toFunction(listener) }
}

export const makeFastifyApp: MakeApp = async (options, log) => {
  const strategy = new Strategy({ ...options, ...log.hooks }, (cert) => ({
    path: describeClient(cert),
  }))
  const passport = new Authenticator()
  passport.use(strategy)
  const app = fastify()
  // The plugin's flash messages need a session, although no user logs in.
  await app.register(secureSession, { key: Buffer.alloc(32, 1) })
  await app.register(passport.initialize())
  const preValidation = passport.authenticate('client-cert', { session: false })
  app.get('/', { preValidation }, (req, reply) => {
    void reply.send((req.user as { path?: unknown } | undefined)?.path)
  })
  await app.ready()
  const listener: RequestListener = (req, res) => {
    app.routing(req, res)
  }
  return { listener, invoke: toFunction(listener), close: () => app.close() }
}
