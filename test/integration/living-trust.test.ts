import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { expect } from 'chai'
import { Passport } from 'passport'
import { WebSocket, WebSocketServer } from 'ws'
import { Strategy } from '../../src/index.js'
import { mtlsServerOptions, reloadable } from '../../src/server/index.js'
import { createTrustStore, type RejectedPath, type TrustStore } from '../../src/trust.js'
import { attempt } from '../attacks/support/socket-client.js'
import { guardedApp } from '../support/apps.js'
import { restoreClock, turnClock } from '../support/clock.js'
import { createAuthority, type Issued, type TestPki, testPki } from '../support/pki.js'
import { closeServers, getHttps, listen } from '../support/servers.js'

const HOUR = 3_600_000

describe('one trust store for a TLS server, its requests and its WebSockets', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(async () => {
    restoreClock()
    await closeServers()
  })

  /** An application with a route and WebSockets, whose server follows a trust store. */
  async function start(trust: TrustStore) {
    const strategy = new Strategy({ ca: trust }, (cert) => ({ cn: cert.subject.CN }))
    const { key, cert } = pki.server
    const options = { trust, key, cert, ticketKeys: Buffer.alloc(48, 7) }
    const server = https.createServer(mtlsServerOptions(options), guardedApp(strategy))
    reloadable(server, options)
    const webSockets = new WebSocketServer({ noServer: true })
    const passport = new Passport().use(strategy)
    const reports: RejectedPath[] = []
    server.on('upgrade', (req: IncomingMessage, socket, head) => {
      const finish = (_error: unknown, user: unknown): void => {
        if (user === false || user === undefined) return void socket.destroy()
        webSockets.handleUpgrade(req, socket, head, (ws) => {
          const { clientCertificate } = req as {
            clientCertificate?: Parameters<TrustStore['watch']>[0]
          }
          if (clientCertificate === undefined) throw new Error('No certificate')
          const stop = trust.watch(clientCertificate, (rejected) => {
            reports.push(rejected)
            ws.close(1008, rejected.reason)
          })
          ws.once('close', stop)
          ws.on('message', (data: Buffer) => ws.send(data))
        })
      }
      ;(
        passport.authenticate('client-cert', { session: false }, finish) as (
          ...args: unknown[]
        ) => void
      )(req, null, finish)
    })
    const { port } = await listen(server)
    return { server, port, reports }
  }

  const store = (): TrustStore =>
    createTrustStore({ ca: pki.root.cert, intermediates: pki.intermediate.cert })

  async function connect(port: number, { key, cert }: Issued): Promise<WebSocket> {
    const socket = new WebSocket(`wss://127.0.0.1:${port}`, { key, cert, ca: pki.root.cert })
    await once(socket, 'open')
    return socket
  }

  const CLIENTS: Record<string, (pki: TestPki) => Issued> = {
    'of the CA': ({ ec }) => ec,
    'of an intermediate, which it does not send': ({ chained }) => chained,
  }

  for (const [title, choose] of Object.entries(CLIENTS)) {
    describe(`a client ${title}`, () => {
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        it(`is accepted in full and resumed handshakes until its CA is removed: ${maxVersion}`, async () => {
          const trust = store()
          const { port } = await start(trust)
          const client = { ...choose(pki), maxVersion }
          const { session, outcome } = await attempt(port, client)
          expect(outcome).to.equal(200)
          expect(await attempt(port, { ...client, session })).to.include({
            outcome: 200,
            isResumed: true,
          })
          await trust.replace({ ca: pki.stranger.cert, intermediates: [] })
          expect((await attempt(port, client)).outcome).to.equal('refused')
          expect((await attempt(port, { ...client, session })).outcome).to.equal('refused')
        })

        it(`is rejected in a resumed session once its certificate has expired: ${maxVersion}`, async () => {
          const { port } = await start(store())
          const client = { ...choose(pki), maxVersion }
          const { session } = await attempt(port, client)
          turnClock(25 * HOUR)
          // OpenSSL has a clock that the test can't turn, so both handshakes succeed.
          expect((await attempt(port, client)).outcome).to.equal(401)
          expect((await attempt(port, { ...client, session })).outcome).to.equal(401)
        })

        it(`is not accepted with a ticket of a server that trusts its CA: ${maxVersion}`, async () => {
          const one = await start(store())
          const other = await start(createTrustStore({ ca: pki.stranger.cert }))
          const client = { ...choose(pki), maxVersion }
          const { session } = await attempt(one.port, client)
          expect((await attempt(other.port, { ...client, session })).outcome).to.equal('refused')
        })
      }

      it('is rejected on a connection that is kept alive, once its CA is removed', async () => {
        const trust = store()
        const { port } = await start(trust)
        const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
        const { key, cert } = choose(pki)
        const statuses: number[] = []
        const send = async (): Promise<void> => {
          statuses.push((await getHttps(port, { key, cert, agent })).status)
        }
        await send()
        await trust.replace({ ca: pki.stranger.cert })
        await send()
        await trust.replace({ ca: pki.root.cert })
        await send()
        turnClock(25 * HOUR)
        await send()
        agent.destroy()
        expect(statuses).to.deep.equal([200, 401, 200, 401])
      })

      it('loses its WebSocket in the turn in which its CA is removed', async () => {
        const trust = store()
        const { port, reports } = await start(trust)
        const socket = await connect(port, choose(pki))
        socket.send('still here')
        await once(socket, 'message')
        const closed = once(socket, 'close') as Promise<[number, Buffer]>
        await trust.replace({ ca: pki.stranger.cert, intermediates: [] })
        expect(reports).to.have.lengthOf(1)
        const [code, reason] = await closed
        expect([code, String(reason)]).to.deep.equal([1008, 'certificate_chain_untrusted'])
      })
    })
  }

  it('closes the WebSocket of a client whose certificate has expired', async () => {
    const notAfter = new Date(Date.now() + 48 * HOUR)
    const root = await createAuthority({ subject: 'CN=Lasting root', notAfter })
    const trust = createTrustStore({ ca: root.cert })
    const { port, reports } = await start(trust)
    const socket = await connect(port, await root.issue())
    const closed = once(socket, 'close') as Promise<[number, Buffer]>
    turnClock(25 * HOUR)
    await trust.replace({})
    expect(reports).to.have.lengthOf(1)
    const [code, reason] = await closed
    expect([code, String(reason)]).to.deep.equal([1008, 'certificate_expired'])
  })

  it('is replaced 200 times under load, without losing a request or accepting a wrong one', async () => {
    const trust = createTrustStore({ ca: pki.root.cert })
    const { port } = await start(trust)
    const agent = new https.Agent({ keepAlive: true, maxSockets: 2 })
    const counts = { kept: 0, fresh: 0 }
    let isOver = false
    // The CA of these clients is always in the store, so each of their requests has to be answered.
    const load = async (name: keyof typeof counts, given: https.RequestOptions): Promise<void> => {
      while (!isOver) {
        const { key, cert } = pki.ec
        const { status } = await getHttps(port, { key, cert, ...given })
        expect(status).to.equal(200)
        counts[name] += 1
      }
    }
    const running = [load('kept', { agent }), load('kept', { agent }), load('fresh', {})]
    const probe = new https.Agent({ keepAlive: true, maxSockets: 1 })
    const both = [pki.root.cert, pki.stranger.cert]
    await trust.replace({ ca: both })
    const { key, cert } = pki.unknown
    expect((await getHttps(port, { key, cert, agent: probe })).status).to.equal(200)
    for (let round = 0; round < 200; round += 1) {
      const isTrusted = round % 2 === 1
      await trust.replace({ ca: isTrusted ? both : pki.root.cert })
      const { status } = await getHttps(port, { key, cert, agent: probe })
      expect(status).to.equal(isTrusted ? 200 : 401)
      if (round % 20 > 1) continue
      expect((await attempt(port, pki.unknown)).outcome).to.equal(isTrusted ? 200 : 'refused')
    }
    isOver = true
    await Promise.all(running)
    for (const one of [agent, probe]) one.destroy()
    expect(trust.generation).to.equal(202)
    expect(Math.min(counts.kept, counts.fresh)).to.be.above(20)
  })
})
