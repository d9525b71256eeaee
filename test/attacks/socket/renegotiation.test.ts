import type { RequestListener } from 'node:http'
import { expect } from 'chai'
import { createExtractor } from '../../../src/extractor/index.js'
import { mtlsServerOptions } from '../../../src/server/index.js'
import { createSelfSigned, type Issued, testPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'
import { guarded, holdRequest, startGuarded } from '../support/socket-guard.js'
import {
  renegotiate,
  renegotiateHalf,
  whyNoRenegotiation,
} from '../support/socket-renegotiation.js'

async function material() {
  const { server, root } = await testPki()
  return { key: server.key, cert: server.cert, ca: root.cert, rejectUnauthorized: false }
}

/** A client needs Python's OpenSSL to renegotiate, and only a developer's machine may lack it. */
function needsRenegotiation(test: Mocha.Context): void {
  const problem = whyNoRenegotiation()
  if (problem === null) return
  if (process.env['CI']) throw new Error(problem)
  console.warn(`Skipping renegotiation: ${problem}`)
  test.skip()
}

describe('A1 a renegotiation with a forged certificate', () => {
  let admin: Issued

  before(async function () {
    needsRenegotiation(this)
    admin = await createSelfSigned({ subject: 'CN=admin' })
  })

  afterEach(closeServers)

  it('A1 rejects the forged certificate if the server allows renegotiation', async () => {
    const { ec } = await testPki()
    const { port, log, seen } = await startGuarded({ ...(await material()), requestCert: true })
    const { first, second } = await renegotiate(port, ec, admin)
    // The attack is dangerous because Node still says that the client is authorized, and shows the
    // forged certificate.
    expect(seen).to.deep.equal([
      { authorized: true, authorizationError: null, cn: 'ec-client' },
      { authorized: true, authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT', cn: 'admin' },
    ])
    expect({ first, second }).to.deep.equal({ first: 200, second: 401 })
    expect(log).to.deep.equal(['accepted ec-client', 'socket_not_authorized'])
  })

  it('A1 ends the connection on a server with our options', async () => {
    const { ec } = await testPki()
    const { port, log } = await startGuarded(mtlsServerOptions(await material()))
    const { first, second, refusal } = await renegotiate(port, ec, admin)
    expect({ first, second }).to.deep.equal({ first: 200, second: null })
    expect(refusal).to.include('no renegotiation')
    expect(log).to.deep.equal(['accepted ec-client'])
  })
})

describe('A1 a renegotiation with another certificate from the same CA', () => {
  let admin: Issued

  before(async function () {
    needsRenegotiation(this)
    const { root } = await testPki()
    admin = await root.issue({ subject: 'CN=admin' })
  })

  afterEach(closeServers)

  for (const includeChain of [false, true]) {
    it(`A1 sees the new certificate at once, ${includeChain ? 'with' : 'without'} the chain`, async () => {
      const { ec } = await testPki()
      const tls = { ...(await material()), requestCert: true }
      const { port, log } = await startGuarded(tls, guarded({ includeChain }))
      const { first, second } = await renegotiate(port, ec, admin)
      expect({ first, second }).to.deep.equal({ first: 200, second: 200 })
      expect(log).to.deep.equal(['accepted ec-client', 'accepted admin'])
    })
  }

  for (const cache of [false, true]) {
    for (const rejectUnauthorized of [false, true]) {
      const how = `cache: ${String(cache)}, rejectUnauthorized: ${String(rejectUnauthorized)}`
      it(`A1 rejects a waiting request until the client has proven its key (${how})`, async () => {
        const { ec } = await testPki()
        const tls = { ...(await material()), requestCert: true, rejectUnauthorized }
        const app = guarded({ cache })
        const waiting = holdRequest(app)
        const { port, log } = await startGuarded(tls, { ...app, listener: waiting.listener })
        const end = await renegotiateHalf(port, ec, admin)
        const socket = await waiting.until('admin')
        // The attack is dangerous because Node shows nothing that differs from the admin's own
        // connection.
        expect(socket).to.include({ authorized: true, authorizationError: null })
        await waiting.release()
        end()
        expect(log).to.deep.equal(['socket_not_authorized'])
      })
    }
  }

  it('A1 keeps the earlier certificate until the client has proven its new key', async () => {
    const { ec } = await testPki()
    const app = guarded()
    const waiting = holdRequest(app)
    const listener: RequestListener = (req, res) => {
      createExtractor()(req)
      waiting.listener(req, res)
    }
    const tls = { ...(await material()), requestCert: true }
    const { port, log } = await startGuarded(tls, { ...app, listener })
    const end = await renegotiateHalf(port, ec, admin)
    await waiting.until('admin')
    await waiting.release()
    end()
    expect(log).to.deep.equal(['accepted ec-client'])
  })
})
