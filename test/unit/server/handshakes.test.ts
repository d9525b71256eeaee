import http2 from 'node:http2'
import https from 'node:https'
import { expect } from 'chai'
import { Passport } from 'passport'
import { Strategy } from '../../../src/index.js'
import { type MtlsServerOptions, mtlsServerOptions } from '../../../src/server/index.js'
import { attempt } from '../../attacks/support/socket-client.js'
import { revoke } from '../../attacks/support/socket-crl.js'
import { attemptHttp2, closeHttp2Servers, listenHttp2 } from '../../support/http2.js'
import { createAuthority, type Issued, type TestPki, testPki } from '../../support/pki.js'
import { closeServers, listen } from '../../support/servers.js'

type Outcome = number | 'refused'
type Listener = (req: unknown, res: { end(): void }) => void
/** Starts a server with these options, and connects each client to it. */
type TryAll = (
  options: MtlsServerOptions,
  clients: Partial<Issued>[],
  listener: Listener,
) => Promise<Outcome[]>

const SERVERS: Record<string, TryAll> = {
  HTTPS: async (options, clients, listener) => {
    const { port } = await listen(https.createServer(mtlsServerOptions(options), listener))
    const attempts = await Promise.all(clients.map((client) => attempt(port, client)))
    return attempts.map(({ outcome }) => outcome)
  },
  'HTTP/2': async (options, clients, listener) => {
    const server = http2.createSecureServer(mtlsServerOptions(options), listener)
    const port = await listenHttp2(server)
    return Promise.all(clients.map((client) => attemptHttp2(port, client)))
  },
}

for (const [kind, tryAll] of Object.entries(SERVERS)) {
  describe(`an ${kind} server with these options`, () => {
    let pki: TestPki
    let material: MtlsServerOptions
    let requests: number

    before(async () => {
      pki = await testPki()
      material = { key: pki.server.key, cert: pki.server.cert, ca: pki.root.cert }
    })

    beforeEach(() => {
      requests = 0
    })

    afterEach(() => Promise.all([closeServers(), closeHttp2Servers()]))

    const answering: Listener = (_req, res) => {
      requests += 1
      res.end()
    }

    it('accepts clients of its CAs and rejects all others during the handshake', async () => {
      const clients = [pki.ec, pki.unknown, pki.expired, pki.selfSigned, {}]
      const outcomes = await tryAll(material, clients, answering)
      expect(outcomes).to.deep.equal([200, 'refused', 'refused', 'refused', 'refused'])
      expect(requests).to.equal(1)
    })

    it('leaves rejected clients to the application with rejectUnauthorized: false', async () => {
      const reasons: string[] = []
      const strategy = new Strategy(
        { onRejected: (_cert, _req, reason) => reasons.push(reason) },
        (_cert) => ({ id: 'somebody' }),
      )
      const guard = new Passport()
        .use(strategy)
        .authenticate('client-cert', { session: false }) as (...args: unknown[]) => void
      const guarded: Listener = (req, res) => {
        guard(req, res, () => {
          answering(req, res)
        })
      }
      const optional = { ...material, rejectUnauthorized: false }
      const outcomes = await tryAll(optional, [pki.ec, pki.unknown, {}], guarded)
      expect(outcomes).to.deep.equal([200, 401, 401])
      expect(reasons).to.deep.equal(['socket_not_authorized', 'socket_not_authorized'])
    })

    it('rejects only clients on a revocation list', async () => {
      const crl = await revoke(pki.root, pki.ec)
      const outcomes = await tryAll({ ...material, crl }, [pki.ec, pki.rsa], answering)
      expect(outcomes).to.deep.equal(['refused', 200])
      expect(requests).to.equal(1)
    })

    it('checks each of several revocation lists in one string', async () => {
      const second = await createAuthority({ subject: 'CN=Second root' })
      const [good, revoked] = [await second.issue(), await second.issue()]
      const crl = (await revoke(pki.root)) + (await revoke(second, revoked))
      const ca = [pki.root.cert, second.cert]
      const clients = [pki.ec, good, revoked]
      const outcomes = await tryAll({ ...material, ca, crl }, clients, answering)
      expect(outcomes).to.deep.equal([200, 200, 'refused'])
    })
  })
}
