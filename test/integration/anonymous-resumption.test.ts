import { expect } from 'chai'
import { extractClientCertificate } from '../../src/extractor/index.js'
import { Strategy } from '../../src/index.js'
import { guardedApp } from '../support/apps.js'
import { closeServers, listenHttps } from '../support/servers.js'
import { tlsSocketOf, visit } from '../support/tls-visit.js'

afterEach(closeServers)

describe('a client without a certificate that resumes its TLS 1.3 session', () => {
  async function visitTwice() {
    const reasons: string[] = []
    const observed: { claimsAuthorized: boolean; extracted: unknown }[] = []
    const app = guardedApp(
      new Strategy({ onRejected: (_cert, _req, reason) => reasons.push(reason) }, (_cert) => ({
        id: 'somebody',
      })),
    )
    const { port } = await listenHttps((req, res) => {
      const socket = tlsSocketOf(req)
      const isEmpty = Object.keys(socket.getPeerCertificate()).length === 0
      observed.push({
        claimsAuthorized: socket.authorized && isEmpty,
        extracted: extractClientCertificate(req),
      })
      app(req, res)
    })
    const full = await visit(port, { minVersion: 'TLSv1.3' })
    const resumed = await visit(port, { minVersion: 'TLSv1.3' }, full.session)
    expect([full.isResumed, resumed.isResumed]).to.deep.equal([false, true])
    return { statuses: [full.answer.status, resumed.answer.status], reasons, observed }
  }

  it('gets a 401 again, and no 500', async () => {
    const { statuses, reasons } = await visitTwice()
    expect(statuses).to.deep.equal([401, 401])
    expect(reasons).to.deep.equal(['socket_not_authorized', 'socket_not_authorized'])
  })

  it('has no certificate, even if Node says that the client is authorized', async function () {
    const { observed } = await visitTwice()
    const [full, resumed] = observed
    expect(full?.claimsAuthorized).to.equal(false)
    // Newer versions of Node have fixed this, so there is nothing more to test.
    if (!resumed?.claimsAuthorized) this.skip()
    expect(resumed.extracted).to.deep.equal({
      success: false,
      certificate: null,
      reason: 'socket_not_authorized',
      detail: 'no_certificate',
    })
  })
})
