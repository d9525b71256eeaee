import { setImmediate } from 'node:timers/promises'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { Strategy } from '../../src/index.js'
import { guardedApp } from '../support/apps.js'
import { closeServers, getHttp, getHttps, listenHttp, listenHttps } from '../support/servers.js'
import { testPki } from '../support/pki.js'

afterEach(closeServers)

describe('a rejection over Express and Passport', () => {
  // Passport would send a string as the WWW-Authenticate header, and Node rejects some of these
  // strings.
  const infos = [
    'Unknown device',
    'Line one\r\nSet-Cookie: admin=1',
    'Ger\u00e4t unbekannt, \u0443\u0441\u0442\u0440\u043e\u0439\u0441\u0442\u0432\u043e',
    '',
    403,
    { message: 'Line one\nLine two' },
    null,
    undefined,
  ]

  for (const info of infos) {
    it(`is a plain 401 when verify passes the info ${inspect(info)}`, async () => {
      const { ec } = await testPki()
      const strategy = new Strategy((_cert, done) => done(null, false, info))
      const { port } = await listenHttps(guardedApp(strategy))
      const { status, headers, body } = await getHttps(port, { key: ec.key, cert: ec.cert })
      expect({ status, body }).to.deep.equal({ status: 401, body: 'Unauthorized' })
      expect(headers).not.to.have.any.keys('www-authenticate', 'set-cookie')
    })
  }

  it('is a plain 401 without a certificate', async () => {
    const { port } = await listenHttp(guardedApp(new Strategy((_cert) => ({ id: 'nobody' }))))
    const { status, headers } = await getHttp(port)
    expect(status).to.equal(401)
    expect(headers).not.to.have.property('www-authenticate')
  })
})

describe('an error over Express and Passport', () => {
  // To Express, next('route') means that the next handler should handle the request.
  for (const thrown of ['route', 'router', null]) {
    it(`is a 500 even when verify throws ${String(thrown)}`, async () => {
      const { ec } = await testPki()
      const strategy = new Strategy(async (_cert) => {
        await setImmediate()
        throw thrown as unknown
      })
      const { port } = await listenHttps(guardedApp(strategy))
      const { status, body } = await getHttps(port, { key: ec.key, cert: ec.cert })
      expect(status).to.equal(500)
      expect(JSON.parse(body)).to.have.property('error', 'ClientCertificateError')
    })
  }
})
