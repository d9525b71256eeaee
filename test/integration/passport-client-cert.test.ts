import { X509Certificate } from 'node:crypto'
import { createRequire } from 'node:module'
import type { RequestListener } from 'node:http'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { Passport } from 'passport'
import { testPki } from '../support/pki.js'
import { closeServers, getHttp, getHttps, listenHttp, listenHttps } from '../support/servers.js'

// The types of passport-client-cert need Express 4's, and connect has none. An application that
// migrates also loads either package by require, and changes nothing else.
type Done = (error: unknown, user?: unknown) => void
type Certificate = Record<string, unknown>

interface Strategy {
  name: string
  authenticate(req: unknown): void
  success: unknown
  fail: unknown
  error: unknown
}

interface StrategyPackage {
  Strategy: {
    new (verify?: ((cert: Certificate, done: Done) => void) | object): Strategy
    new (options: object, verify: (req: unknown, cert: Certificate, done: Done) => void): Strategy
  }
}

interface ConnectApp extends RequestListener {
  use(middleware: unknown): void
}

const require = createRequire(import.meta.url)
const connect = require('connect') as () => ConnectApp

const PACKAGES = ['passport-client-cert', 'passport-client-certificate-auth'] as const

const certificate = { CA: 'common name' }
const boom = new Error('error from verify')

function dummyRequest(authorized: boolean, cert?: object | null) {
  return { socket: { getPeerCertificate: () => cert, authorized }, headers: undefined }
}

/** The name of every action that the strategy used on the request. */
function actionsOf(strategy: Strategy, request: object): string[] {
  const actions: string[] = []
  strategy.success = () => actions.push('success')
  strategy.fail = () => actions.push('fail')
  strategy.error = () => actions.push('error')
  strategy.authenticate(request)
  return actions
}

for (const name of PACKAGES) {
  describe(`${name}, used like passport-client-cert`, () => {
    const { Strategy } = require(name) as StrategyPackage

    afterEach(closeServers)

    it('is named client-cert', () => {
      expect(new Strategy(() => undefined).name).to.equal('client-cert')
    })

    it('requires a verify function', () => {
      expect(() => new Strategy()).to.throw(Error)
      expect(() => new Strategy({})).to.throw(Error)
      expect(() => new Strategy({}, () => undefined)).not.to.throw()
    })

    it('fails if the certificate is not authorized', () => {
      const strategy = new Strategy((_cert, done) => done(null, {}))
      expect(actionsOf(strategy, dummyRequest(false))).to.deep.equal(['fail'])
    })

    it('passes the certificate to verify', () => {
      const passed: unknown[] = []
      const strategy = new Strategy((cert, _done) => void passed.push(cert))
      expect(actionsOf(strategy, dummyRequest(true, certificate))).to.deep.equal([])
      expect(passed).to.have.lengthOf(1)
      expect(passed[0]).to.equal(certificate)
    })

    const decisions: [title: string, args: Parameters<Done>, action: string][] = [
      ['succeeds if verify provides a user', [null, {}], 'success'],
      ['fails if verify provides false instead of a user', [null, false], 'fail'],
      ['errors if verify provides an error', [boom], 'error'],
    ]
    for (const [title, args, action] of decisions) {
      it(title, () => {
        const strategy = new Strategy((_cert, done) => done(...args))
        expect(actionsOf(strategy, dummyRequest(true, certificate))).to.deep.equal([action])
      })
    }

    it('passes the request to verify when directed', () => {
      const request = dummyRequest(true, certificate)
      const passed: unknown[] = []
      const strategy = new Strategy({ passReqToCallback: true }, (req, cert, done) => {
        passed.push(req, cert)
        done(null, {})
      })
      expect(actionsOf(strategy, request)).to.deep.equal(['success'])
      expect(passed[0]).to.equal(request)
      expect(passed[1]).to.equal(certificate)
    })

    /** A connect app that answers with the user, and records the calls of verify. */
    function guardedConnectApp() {
      const verified: Certificate[] = []
      const strategy = new Strategy((cert, done) => {
        verified.push(cert)
        done(null, { cn: (cert['subject'] as { CN: string }).CN })
      })
      const passport = new Passport()
      passport.use(strategy as never)
      const app = connect()
      app.use(passport.initialize())
      app.use(passport.authenticate('client-cert', { session: false }))
      app.use((req: Express.Request, res: { end(body: string): void }) => {
        expect(req.isAuthenticated()).to.equal(true)
        res.end(JSON.stringify(req.user))
      })
      return { app, verified }
    }

    it('passes the certificate of a TLS client to verify, and its user to the app', async () => {
      const { rsa, root } = await testPki()
      const { app, verified } = guardedConnectApp()
      const { port } = await listenHttps(app)
      const { status, body } = await getHttps(port, { key: rsa.key, cert: rsa.cert })
      expect({ status, body }).to.deep.equal({ status: 200, body: '{"cn":"rsa-client"}' })
      const { fingerprint } = new X509Certificate(rsa.cert)
      const subject = new X509Certificate(root.cert).toLegacyObject().subject
      expect(verified).to.have.lengthOf(1)
      expect(verified[0]).to.have.property('fingerprint', fingerprint)
      expect({ ...(verified[0]?.['subject'] as object) }).to.deep.equal({
        CN: 'rsa-client',
        O: 'Example',
      })
      expect(verified[0]?.['issuer']).to.deep.equal(subject)
    })

    it("rejects a TLS client without a certificate, and doesn't call verify", async () => {
      const { app, verified } = guardedConnectApp()
      const { port } = await listenHttps(app)
      expect(await getHttps(port)).to.include({ status: 401, body: 'Unauthorized' })
      expect(verified).to.deep.equal([])
    })

    it("rejects a plain HTTP request, and doesn't call verify", async () => {
      const { app, verified } = guardedConnectApp()
      const { port } = await listenHttp(app)
      expect(await getHttp(port)).to.include({ status: 401, body: 'Unauthorized' })
      expect(verified).to.deep.equal([])
    })
  })
}

describe('the only difference to passport-client-cert', () => {
  const EXPECTED = { 'passport-client-cert': 'fail', 'passport-client-certificate-auth': 'error' }

  for (const name of PACKAGES) {
    for (const unreadable of [null, undefined, {}]) {
      it(`${name} uses ${EXPECTED[name]} for the certificate ${inspect(unreadable)}`, () => {
        const { Strategy } = require(name) as StrategyPackage
        const strategy = new Strategy(() => expect.fail('verify was called'))
        const request = dummyRequest(true, unreadable)
        expect(actionsOf(strategy, request)).to.deep.equal([EXPECTED[name]])
      })
    }
  }
})
