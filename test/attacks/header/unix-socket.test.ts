import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { expect } from 'chai'
import type { StrategyOptions } from '../../../src/index.js'
import { toUrlPem } from '../../support/header-values.js'
import { testPki } from '../../support/pki.js'
import { whileOnUnixSocket } from '../../support/unix-socket.js'
import { createBackend, sendLines } from '../support/header-backend.js'
import { observePeers, resetFromElsewhere } from '../support/header-resets.js'

const CONNECTIONS = 200
const UNIX: StrategyOptions = {
  certificateHeader: 'X-SSL-Client-Cert',
  headerEncoding: 'url-pem',
  trustedProxies: 'unix',
}

describe('B19 a TCP peer where the server listens on a Unix-domain socket', () => {
  const cases: Readonly<Record<string, StrategyOptions>> = {
    'is not the proxy': UNIX,
    'is not a client by its own connection, in place of the proxy': {
      ...UNIX,
      trustedProxies: '192.0.2.1',
      fallbackToSocket: true,
    },
  }
  for (const [title, options] of Object.entries(cases)) {
    it(`B19 a TCP peer that resets its connection ${title}`, async () => {
      const { server: identity, root, rsa, ec } = await testPki()
      const backend = createBackend(options)
      const { listener, peers, settled } = observePeers(backend.app, CONNECTIONS)
      const isTls = options.fallbackToSocket === true
      const tlsOptions = { ...identity, ca: root.cert, requestCert: true }
      const server = isTls ? https.createServer(tlsOptions, listener) : http.createServer(listener)
      const front = createServer((socket) => {
        socket.on('error', () => undefined)
        server.emit('connection', socket)
      }).listen(0, '127.0.0.1')
      await once(front, 'listening')
      await whileOnUnixSocket(server, async () => {
        const { port } = front.address() as AddressInfo
        const header = `X-SSL-Client-Cert: ${toUrlPem(rsa)}`
        const task = { port, connections: CONNECTIONS, header }
        const reset = await resetFromElsewhere(isTls ? { ...task, identity: ec } : task)
        expect(reset).to.equal(CONNECTIONS)
        await settled()
        server.closeAllConnections()
      })
      front.close()
      const withoutAddress = peers.filter((address) => address === undefined)
      expect(withoutAddress).not.to.deep.equal([])
      const rejected = backend.log.filter((entry) => entry === 'untrusted_proxy')
      // With fallbackToSocket, a peer whose address is known may be a client.
      expect(rejected.length).to.be.at.least(isTls ? withoutAddress.length : peers.length)
      if (!isTls) expect(backend.verified).to.deep.equal([])
      expect(backend.log).to.have.lengthOf(peers.length)
      expect(backend.verified).not.to.include('rsa-client')
    })
  }

  it('B19 a TCP peer is rejected where the proxy on the Unix-domain socket is trusted', async () => {
    const { rsa } = await testPki()
    const { app, log } = createBackend(UNIX)
    const server = http.createServer(app)
    const front = createServer((socket) => server.emit('connection', socket))
    front.listen(0, '127.0.0.1')
    await once(front, 'listening')
    await whileOnUnixSocket(server, async (path) => {
      const lines = [['X-SSL-Client-Cert', toUrlPem(rsa)]] as const
      expect(await sendLines(path, lines)).to.equal(200)
      expect(await sendLines((front.address() as AddressInfo).port, lines)).to.equal(401)
    })
    front.close()
    expect(log).to.deep.equal(['accepted rsa-client', 'untrusted_proxy'])
  })
})
