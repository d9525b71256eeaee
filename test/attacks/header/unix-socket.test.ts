import { once } from 'node:events'
import http, { type RequestListener } from 'node:http'
import https from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import type { StrategyOptions } from '../../../src/index.js'
import { toUrlPem } from '../../support/header-values.js'
import { testPki } from '../../support/pki.js'
import { whileOnUnixSocket } from '../../support/unix-socket.js'
import { createBackend, sendLines } from '../support/header-backend.js'
import { sendRequest } from '../support/header-request.js'
import { closingOf } from '../support/header-resets.js'

const CONNECTIONS = 50
const UNIX: StrategyOptions = {
  certificateHeader: 'X-SSL-Client-Cert',
  headerEncoding: 'url-pem',
  trustedProxies: 'unix',
}

describe('B19 a TCP peer of a server that listens on a Unix-domain socket', () => {
  const cases: Readonly<Record<string, StrategyOptions>> = {
    "doesn't trust": UNIX,
    "doesn't read the client certificate of": {
      ...UNIX,
      trustedProxies: '192.0.2.1',
      fallbackToSocket: true,
    },
  }
  for (const [title, options] of Object.entries(cases)) {
    it(`B19 ${title} a TCP peer that resets its connection`, async () => {
      const { server: identity, root, rsa, ec } = await testPki()
      const backend = createBackend(options)
      const isTls = options.fallbackToSocket === true
      const tlsOptions = { ...identity, ca: root.cert, requestCert: true }
      const server = isTls ? https.createServer(tlsOptions) : http.createServer()
      const front = createServer((socket) => {
        socket.on('error', () => undefined)
        server.emit('connection', socket)
      }).listen(0, '127.0.0.1')
      await once(front, 'listening')
      await whileOnUnixSocket(server, async () => {
        const { port } = front.address() as AddressInfo
        const header = `X-SSL-Client-Cert: ${toUrlPem(rsa)}`
        for (let sent = 0; sent < CONNECTIONS; sent += 1) {
          const received = once(server, 'request') as Promise<Parameters<RequestListener>>
          const reset = await sendRequest({ port, header, ...(isTls && { identity: ec }) })
          const [req, res] = await received
          await Promise.all([reset(), closingOf(req.socket)])
          expect(req.socket.remoteAddress).to.equal(undefined)
          backend.app(req, res)
        }
        await setImmediate()
      })
      front.close()
      expect(backend.log).to.deep.equal(Array(CONNECTIONS).fill('untrusted_proxy'))
      expect(backend.verified).to.deep.equal([])
    })
  }

  it('B19 rejects a TCP peer, and trusts the proxy on the Unix-domain socket', async () => {
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
