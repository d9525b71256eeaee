import { X509Certificate } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import express from 'express'
import { expect } from 'chai'
import { Passport } from 'passport'
import { Strategy } from '../../src/index.js'
import { testPki } from '../support/pki.js'
import { closeServers, getHttps, listenHttps } from '../support/servers.js'

// client-certificate-auth 0.3.0 has no types.
type ClientCertificateAuth = (
  check: (cert: { fingerprint256: string }) => boolean,
) => express.RequestHandler
const clientCertificateAuth = createRequire(import.meta.url)(
  'client-certificate-auth',
) as ClientCertificateAuth

/** An app with one route behind the middleware, and one behind the strategy. */
function createApp() {
  const seen: Record<'middleware' | 'strategy', string[]> = { middleware: [], strategy: [] }
  const app = express()
  const answer: express.RequestHandler = (_req, res) => {
    res.send('welcome')
  }
  app.get(
    '/middleware',
    clientCertificateAuth((cert) => {
      seen.middleware.push(cert.fingerprint256)
      return true
    }),
    answer,
  )
  const strategy = new Strategy((cert) => {
    seen.strategy.push(cert.fingerprint256)
    return { id: cert.fingerprint256 }
  })
  const guard = new Passport().authenticate(strategy, { session: false }) as express.RequestHandler
  app.get('/strategy', guard, answer)
  app.use(((error: Error & { status?: number }, _req, res, _next) => {
    res.status(error.status ?? 500).end()
  }) as express.ErrorRequestHandler)
  return { app: app as RequestListener, seen }
}

const ROUTES = ['/middleware', '/strategy']

afterEach(closeServers)

describe('client-certificate-auth and this strategy in one app', () => {
  it('see the same certificate', async () => {
    const { rsa, ec } = await testPki()
    const { app, seen } = createApp()
    const { port } = await listenHttps(app)
    for (const { key, cert } of [rsa, ec]) {
      for (const path of ROUTES) {
        const { status, body } = await getHttps(port, { path, key, cert })
        expect({ status, body }).to.deep.equal({ status: 200, body: 'welcome' })
      }
    }
    const fingerprints = [rsa, ec].map(({ cert }) => new X509Certificate(cert).fingerprint256)
    expect(seen).to.deep.equal({ middleware: fingerprints, strategy: fingerprints })
  })

  it('both reject a client without a certificate, and a client of an unknown CA', async () => {
    const { unknown } = await testPki()
    const { app, seen } = createApp()
    const { port } = await listenHttps(app)
    for (const client of [{}, { key: unknown.key, cert: unknown.cert }]) {
      for (const path of ROUTES) {
        expect(await getHttps(port, { path, ...client })).to.have.property('status', 401)
      }
    }
    expect(seen).to.deep.equal({ middleware: [], strategy: [] })
  })
})
