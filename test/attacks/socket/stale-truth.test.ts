import https from 'node:https'
import { createInterface } from 'node:readline'
import tls from 'node:tls'
import { expect } from 'chai'
import { createExtractor } from '../../../src/extractor/index.js'
import { mtlsServerOptions } from '../../../src/server/index.js'
import { type Issued, testPki } from '../../support/pki.js'
import { closeServers, getHttps, listen } from '../../support/servers.js'
import { attempt } from '../support/socket-client.js'
import { restoreClock, turnClock } from '../../support/clock.js'
import { startGuarded } from '../support/socket-guard.js'

const HOUR_MS = 60 * 60 * 1000

let client: Issued

before(async () => {
  const { root } = await testPki()
  const notAfter = new Date(Date.now() + HOUR_MS)
  client = await root.issue({ subject: 'CN=short-lived', notAfter })
})

afterEach(restoreClock)
afterEach(closeServers)

async function serverOptions() {
  const { server, root } = await testPki()
  return mtlsServerOptions({ key: server.key, cert: server.cert, ca: root.cert })
}

describe('A3 a certificate that expires after the handshake', () => {
  it('A3 rejects the next request of the same connection', async () => {
    const { port, log, seen } = await startGuarded(await serverOptions())
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
    const sockets = new Set<unknown>()
    agent.on('free', (socket) => sockets.add(socket))
    const { key, cert } = client
    const before = await getHttps(port, { key, cert, agent })
    turnClock(2 * HOUR_MS)
    const after = await getHttps(port, { key, cert, agent })
    agent.destroy()
    expect([before.status, after.status]).to.deep.equal([200, 401])
    expect(log).to.deep.equal(['accepted short-lived', 'certificate_expired'])
    expect(sockets.size).to.equal(1)
    const claim = { authorized: true, authorizationError: null, cn: 'short-lived' }
    expect(seen).to.deep.equal([claim, claim])
  })

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`A3 rejects the client when it resumes its session, over ${maxVersion}`, async () => {
      const { port, log, seen } = await startGuarded(await serverOptions())
      const { key, cert } = client
      const full = await attempt(port, { key, cert, maxVersion })
      turnClock(2 * HOUR_MS)
      const resumed = await attempt(port, { key, cert, maxVersion, session: full.session })
      expect(full.outcome).to.equal(200)
      expect(resumed).to.include({ outcome: 401, isResumed: true })
      expect(log).to.deep.equal(['accepted short-lived', 'certificate_expired'])
      expect(seen[1]?.authorized).to.equal(true)
    })
  }
})

describe('A7 an upgraded connection that outlives the certificate', () => {
  it('A7 rejects the connection when the application extracts the certificate again', async () => {
    const extract = createExtractor()
    const server = https.createServer(await serverOptions())
    server.on('upgrade', (req, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n',
      )
      createInterface(socket).on('line', () => {
        socket.write(`${extract(req).reason ?? 'welcome'}\n`)
      })
    })
    const { port } = await listen(server)
    const { root } = await testPki()
    const { key, cert } = client
    const socket = tls.connect({ host: '127.0.0.1', port, ca: root.cert, key, cert })
    const head = ['GET / HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: chat']
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    const lines: string[] = []
    for await (const line of createInterface(socket)) {
      lines.push(line)
      // An empty line ends the head.
      if (line === '') socket.write('hello\n')
      if (line === 'certificate_expired') break
      if (line !== 'welcome') continue
      turnClock(2 * HOUR_MS)
      socket.write('hello again\n')
    }
    socket.destroy()
    expect(lines[0]).to.match(/^HTTP\/1.1 101 /)
    expect(lines.slice(-2)).to.deep.equal(['welcome', 'certificate_expired'])
  })
})
