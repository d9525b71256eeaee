import { expect } from 'chai'
import { mtlsServerOptions } from '../../../src/server/index.js'
import { createSelfSigned, type Issued, testPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'
import { startGuarded } from '../support/socket-guard.js'
import { renegotiate, whyNoRenegotiation } from '../support/socket-renegotiation.js'

describe('A1 renegotiation impersonation: any valid client becomes admin', () => {
  let admin: Issued

  before(async function () {
    const problem = whyNoRenegotiation()
    if (problem !== null) {
      if (process.env['CI']) throw new Error(problem)
      console.warn(`Skipping renegotiation: ${problem}`)
      this.skip()
    }
    admin = await createSelfSigned({ subject: 'CN=admin' })
  })

  afterEach(closeServers)

  async function material() {
    const { server, root } = await testPki()
    return { key: server.key, cert: server.cert, ca: root.cert, rejectUnauthorized: false }
  }

  it('A1 renegotiation impersonation is refused where the server lets clients renegotiate', async () => {
    const { ec } = await testPki()
    const { port, log, seen } = await startGuarded({ ...(await material()), requestCert: true })
    const { first, second } = await renegotiate(port, ec, admin)
    // What makes it dangerous: Node still says so, and shows the forged certificate.
    expect(seen).to.deep.equal([
      { authorized: true, authorizationError: null, cn: 'ec-client' },
      { authorized: true, authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT', cn: 'admin' },
    ])
    expect({ first, second }).to.deep.equal({ first: 200, second: 401 })
    expect(log).to.deep.equal(['accepted ec-client', 'socket_not_authorized'])
  })

  it('A1 renegotiation impersonation ends the connection of a server with our options', async () => {
    const { ec } = await testPki()
    const { port, log } = await startGuarded(mtlsServerOptions(await material()))
    const { first, second, refusal } = await renegotiate(port, ec, admin)
    expect({ first, second }).to.deep.equal({ first: 200, second: null })
    expect(refusal).to.include('no renegotiation')
    expect(log).to.deep.equal(['accepted ec-client'])
  })
})
