import { EventEmitter, once } from 'node:events'
import type { RequestListener } from 'node:http'
import express from 'express'
import { expect } from 'chai'
import { Passport } from 'passport'
import {
  type ChainedPeerCertificate,
  type ClientCertRequest,
  Strategy,
  type VerifyFunction,
} from '../../../src/index.js'
import { testPki } from '../../support/pki.js'
import { closeServers, getHttps, listenHttps } from '../../support/servers.js'
import { startApplication, visitAs } from '../support/header-application.js'
import { sessions } from '../support/application-sessions.js'

afterEach(closeServers)

describe('C1 one strategy instance that serves two clients at once', () => {
  type Wait = () => Promise<void>

  const mayEnter = ({ subject }: ChainedPeerCertificate) =>
    subject.CN === 'rsa-client' ? { name: subject.CN } : null
  const ways: Readonly<Record<string, (wait: Wait) => VerifyFunction>> = {
    done: (wait) => (cert, done) => {
      void wait().then(() => done(null, mayEnter(cert)))
    },
    'a promise': (wait) => (cert) => wait().then(() => mayEnter(cert)),
  }

  for (const use of ['by instance', 'by name'] as const) {
    for (const [title, makeVerify] of Object.entries(ways)) {
      it(`C1 gives each client its own answer, ${use}, with ${title}`, async () => {
        const arrivals: (() => void)[] = []
        const verified = new EventEmitter()
        const wait = () => {
          const turn = new Promise<void>((resolve) => arrivals.push(resolve))
          verified.emit('arrival')
          return turn
        }
        const application = await startApplication(makeVerify(wait), use)
        // The client that verify accepts comes first. Its decision must not reach the other client.
        const first = once(verified, 'arrival')
        const admin = visitAs('rsa', application.port)
        await first
        const second = once(verified, 'arrival')
        const stranger = visitAs('ec', application.port)
        await second
        arrivals[0]?.()
        expect(await admin).to.include({ status: 200, body: '{"name":"rsa-client"}' })
        arrivals[1]?.()
        expect(await stranger).to.include({ status: 401 })
        expect(application.entered).to.deep.equal([{ name: 'rsa-client' }])
        expect(application.log).to.deep.equal(['accepted rsa-client', 'callback_returned_false'])
      })
    }
  }
})

describe('C6 Passport runs the strategy on an object that inherits from it', () => {
  class Own extends Strategy {
    override authenticate(req: ClientCertRequest): void {
      super.authenticate(req)
    }
  }

  const verify: VerifyFunction = (cert) => ({ cn: cert.subject.CN })
  for (const strategy of [new Strategy(verify), new Own(verify)]) {
    const { name } = strategy.constructor
    it(`C6 works on an object that inherits from a ${name}, and doesn't change the ${name}`, async () => {
      const before = Object.keys(strategy)
      const passport = new Passport()
      passport.use(strategy)
      const app = express()
      app.use(passport.authenticate(strategy.name, { session: false }) as express.RequestHandler)
      app.get('/', (req, res) => {
        res.json(req.user)
      })
      const { port } = await listenHttps(app as RequestListener)
      const answers = await Promise.all([visitAs('rsa', port), visitAs('ec', port)])
      const bodies = answers.map(({ body }) => body)
      expect(bodies).to.deep.equal(['{"cn":"rsa-client"}', '{"cn":"ec-client"}'])
      expect(await getHttps(port)).to.include({ status: 401 })
      expect(Object.keys(strategy)).to.deep.equal(before)
    })
  }
})

describe('C7 a session cookie without the certificate', () => {
  /** Logs in with a certificate, then sends another request with only the cookie. */
  async function comeBack(options: { session?: false }) {
    const passport = new Passport()
    passport.use(new Strategy((cert) => ({ cn: cert.subject.CN })))
    passport.serializeUser((user, done) => done(null, user))
    passport.deserializeUser((user, done) => done(null, user as Express.User))
    const app = express()
    app.use(sessions(), passport.session() as express.RequestHandler)
    const guard = passport.authenticate('client-cert', options) as express.RequestHandler
    app.get('/login', guard, (_req, res) => void res.end())
    app.get('/inside', (req, res) => void res.status(req.isAuthenticated() ? 200 : 401).end())
    const { port } = await listenHttps(app as RequestListener)
    const { key, cert } = (await testPki()).ec
    const login = await getHttps(port, { path: '/login', key, cert })
    const cookie = login.headers['set-cookie']?.[0]?.split(';')[0]
    const headers = cookie === undefined ? {} : { cookie }
    const { status } = await getHttps(port, { path: '/inside', headers })
    return { login: login.status, cookie: cookie !== undefined, inside: status }
  }

  it('C7 sets no cookie with session: false, so every request needs the certificate', async () => {
    const outcome = await comeBack({ session: false })
    expect(outcome).to.deep.equal({ login: 200, cookie: false, inside: 401 })
  })

  it('C7 accepts the cookie alone by default, because Passport makes a session', async () => {
    const outcome = await comeBack({})
    expect(outcome).to.deep.equal({ login: 200, cookie: true, inside: 200 })
  })
})
