import https from 'node:https'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Authenticator } from '@fastify/passport'
import express from 'express'
import { expect } from 'chai'
import { fastify } from 'fastify'
import { Passport } from 'passport'
import PassportStrategy from 'passport-strategy'
import { allowOrganization } from '../../../src/helpers/index.js'
import { Strategy, type StrategyOptions } from '../../../src/index.js'
import {
  type CertificateRejectedError,
  clientCertificateAuth,
  requireCertificate,
} from '../../../src/middleware.js'
import { toUrlPem } from '../../support/header-values.js'
import { type Issued, type TestPki, testPki } from '../../support/pki.js'
import { closeServers, getHttps, listen, listenHttps } from '../../support/servers.js'
import { sessions } from '../support/application-sessions.js'

let pki: TestPki
/**
 * Its certificate names the organization of the administrators, but the application has removed
 * this client.
 */
let thief: Issued
let admin: Issued

before(async () => {
  pki = await testPki()
  thief = await pki.root.issue({ subject: 'CN=thief, O=Administration' })
  admin = await pki.root.issue({ subject: 'CN=admin, O=Administration' })
})

afterEach(closeServers)

const SESSION = { session: false } as const
const HEADER: StrategyOptions = {
  certificateHeader: 'X-Cert',
  headerEncoding: 'url-pem',
  trustedProxies: 'loopback',
}

/** Accepts a request with the guests' token as a guest. */
class TokenStrategy extends (PassportStrategy as unknown as new () => {
  success(user: object): void
  fail(status: number): void
}) {
  readonly name = 'token'
  authenticate(req: IncomingMessage): void {
    if (req.headers['x-token'] === 'guest') this.success({ name: 'guest' })
    else this.fail(401)
  }
}

const mayEnter = (cert: { subject: object }) => (cert.subject as { CN: string }).CN !== 'thief'

function createPassport(): InstanceType<typeof Passport> {
  const passport = new Passport()
  const named = (name: string, options: StrategyOptions = {}) =>
    new Strategy({ ...options, name }, (cert) => (mayEnter(cert) ? { name } : null))
  passport.use(named('client-cert')).use(named('tls')).use(named('header', HEADER))
  passport.use(new TokenStrategy() as never)
  return passport
}

const isAdmin = requireCertificate(allowOrganization('Administration'))

/** The administrators' page, after the given guards. */
function createApp(...guards: express.RequestHandler[]): RequestListener {
  const app = express()
  app.get('/', ...guards, isAdmin, (_req, res) => void res.send('administration'))
  app.use(((error: CertificateRejectedError, _req, res, _next) => {
    res.status(error.status).send(error.reason)
  }) as express.ErrorRequestHandler)
  return app as RequestListener
}

const authenticate = (...names: string[]) =>
  createPassport().authenticate(names, SESSION) as express.RequestHandler

type Client = Partial<Pick<Issued, 'key' | 'cert'>>

async function visit(app: RequestListener, { key, cert }: Client, headers = {}) {
  const { port } = await listenHttps(app)
  const { status, body } = await getHttps(port, {
    ...(key !== undefined && cert !== undefined && { key, cert }),
    headers,
  })
  return [status, body]
}

const GUEST = { 'x-token': 'guest' }
const REJECTED = [401, 'not_authenticated']

describe('C8 requireCertificate() after a rejected certificate', () => {
  for (const order of [
    ['client-cert', 'token'],
    ['token', 'client-cert'],
    ['client-cert', 'tls', 'token'],
  ]) {
    it(`C8 gives a guest no access by a rejected certificate, with ${order.join(', ')}`, async () => {
      const app = createApp(authenticate(...order))
      expect(await visit(app, thief, GUEST)).to.deep.equal(REJECTED)
      expect(await visit(app, {}, GUEST)).to.deep.equal(REJECTED)
      expect(await visit(app, admin)).to.deep.equal([200, 'administration'])
      expect(await visit(app, thief)).to.deep.equal([401, 'Unauthorized'])
    })
  }

  it('C8 ignores a rejected header certificate after another strategy has run', async () => {
    const headers = { ...GUEST, 'x-cert': toUrlPem(thief) }
    for (const order of [
      ['header', 'tls', 'token'],
      ['tls', 'header', 'token'],
    ]) {
      const app = createApp(authenticate(...order))
      for (const client of [{}, pki.selfSigned, thief]) {
        expect(await visit(app, client, headers), order.join()).to.deep.equal(REJECTED)
      }
      const genuine = { ...GUEST, 'x-cert': toUrlPem(admin) }
      expect(await visit(app, {}, genuine)).to.deep.equal([200, 'administration'])
    }
  })

  it("C8 rejects the client when the application ignores the middleware's error", async () => {
    const guard = clientCertificateAuth(mayEnter)
    const app = createApp((req, res, next) => {
      guard(req as never, res, () => {
        next()
      })
    })
    expect(await visit(app, thief)).to.deep.equal(REJECTED)
    expect(await visit(app, admin)).to.deep.equal([200, 'administration'])
  })

  it('C8 rejects the client when a custom callback calls next() anyway', async () => {
    const passport = createPassport()
    const app = createApp((req, res, next) => {
      const callback = () => {
        next()
      }
      const guard = passport.authenticate('client-cert', callback) as express.RequestHandler
      void guard(req, res, next)
    })
    expect(await visit(app, thief)).to.deep.equal(REJECTED)
    expect(await visit(app, admin)).to.deep.equal([200, 'administration'])
  })

  it('C8 ignores a certificate that an earlier authentication accepted and a later one rejected', async () => {
    const rejecting = clientCertificateAuth(() => false)
    const app = createApp(authenticate('client-cert'), (req, res, next) => {
      rejecting(req as never, res, () => {
        next()
      })
    })
    expect(await visit(app, admin)).to.deep.equal(REJECTED)
  })

  it('C8 ignores a certificate that the application itself put on the request', async () => {
    const app = createApp((req, _res, next) => {
      const certificate = { subject: { O: 'Administration' } }
      Object.assign(req, { clientCertificate: certificate })
      next()
    })
    expect(await visit(app, admin)).to.deep.equal(REJECTED)
  })

  it('C8 accepts a certificate that authorize() accepted', async () => {
    const authorize = createPassport().authorize('client-cert') as express.RequestHandler
    expect(await visit(createApp(authorize), admin)).to.deep.equal([200, 'administration'])
    expect(await visit(createApp(authorize), thief)).to.deep.equal([401, 'Unauthorized'])
  })

  it('C8 rejects a request that only a session authenticated', async () => {
    const passport = createPassport()
    passport.serializeUser((user, done) => done(null, user))
    passport.deserializeUser((user, done) => done(null, user as Express.User))
    const app = createApp(
      sessions(),
      passport.session() as express.RequestHandler,
      ((req, res, next) => {
        if (req.isAuthenticated()) next()
        else (passport.authenticate('client-cert') as express.RequestHandler)(req, res, next)
      }) as express.RequestHandler,
    )
    const { port } = await listenHttps(app)
    const { key, cert } = admin
    const login = await getHttps(port, { key, cert })
    expect(login.status).to.equal(200)
    const cookie = login.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const { status, body } = await getHttps(port, { headers: { cookie }, key, cert })
    expect([status, body]).to.deep.equal(REJECTED)
  })

  it('C8 requires a certificate for an upgrade too', async () => {
    const { server: identity, root } = pki
    const options = { ...identity, ca: root.cert, requestCert: true, rejectUnauthorized: false }
    const server = https.createServer(options)
    const guard = authenticate('client-cert', 'token')
    server.on('upgrade', (req, socket) => {
      const status = (error?: unknown) => (error as CertificateRejectedError | undefined)?.status
      guard(req as never, { end: () => socket.end('HTTP/1.1 401 No\r\n\r\n') } as never, () => {
        isAdmin(req, {}, (error) => {
          socket.end(`HTTP/1.1 ${status(error) ?? 299} Answer\r\n\r\n`)
        })
      })
    })
    const { port } = await listen(server)
    const headers = { ...GUEST, Connection: 'Upgrade', Upgrade: 'websocket' }
    const ask = async ({ key, cert }: Issued) =>
      (await getHttps(port, { key, cert, headers })).status
    expect(await ask(admin)).to.equal(299)
    expect(await ask(thief)).to.equal(401)
  })
})

describe('C8 requireCertificate() in other frameworks', () => {
  const clients = async (port: number) => {
    const ask = async ({ key, cert }: Issued) =>
      (await getHttps(port, { key, cert, headers: GUEST })).status
    return [await ask(admin), await ask(thief), await ask(pki.ec)]
  }

  it("C8 rejects the client in Fastify, given Fastify's request or Node's", async () => {
    for (const isRaw of [false, true]) {
      const { server, root } = pki
      const tls = { ...server, ca: root.cert, requestCert: true, rejectUnauthorized: false }
      const app = fastify({ https: tls })
      const passport = new Authenticator()
      passport.use(new Strategy((cert) => (mayEnter(cert) ? { id: 1 } : null)) as never)
      passport.use(new TokenStrategy() as never)
      app.decorateRequest('session')
      await app.register(passport.initialize())
      app.addHook('onRequest', passport.authenticate(['client-cert', 'token'], SESSION))
      app.addHook('onRequest', (request, reply, done) => {
        isAdmin((isRaw ? request.raw : request) as never, reply, done as never)
      })
      app.get('/', () => 'administration')
      try {
        await app.listen({ port: 0, host: '127.0.0.1' })
        const { port } = app.server.address() as AddressInfo
        expect(await clients(port)).to.deep.equal([200, 401, 403])
      } finally {
        await app.close()
      }
    }
  })

  it('C8 rejects the client in Koa', async () => {
    const { app, passport } = createKoa()
    passport.use(new Strategy((cert) => (mayEnter(cert) ? { id: 1 } : null)))
    passport.use(new TokenStrategy())
    app.silent = true
    app.use(passport.authenticate(['client-cert', 'token'], SESSION))
    app.use(async (context) => {
      await new Promise<void>((resolve, reject) => {
        isAdmin(context.req, {}, (error?: unknown) => {
          if (error instanceof Error) reject(error)
          else resolve()
        })
      })
      context.body = 'administration'
    })
    const { port } = await listenHttps(app.callback())
    expect(await clients(port)).to.deep.equal([200, 401, 403])
  })
})

interface KoaContext {
  readonly req: IncomingMessage
  body: unknown
}

/** Koa without its own types, because they need other types that aren't installed. */
function createKoa() {
  const require = createRequire(import.meta.url)
  const Koa = require('koa') as new () => {
    silent: boolean
    use(middleware: (context: KoaContext) => unknown): unknown
    callback(): RequestListener
  }
  const { KoaPassport } = require('koa-passport') as {
    KoaPassport: new () => {
      use(strategy: object): unknown
      authenticate(names: string[], options: object): (context: KoaContext) => unknown
    }
  }
  return { app: new Koa(), passport: new KoaPassport() }
}
