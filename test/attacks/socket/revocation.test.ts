import https from 'node:https'
import { expect } from 'chai'
import { mtlsServerOptions, reloadable } from '../../../src/server/index.js'
import { createTrustStore, type TrustStore } from '../../../src/trust.js'
import { entryOf, listBy } from '../../support/crl-writer.js'
import { type Holder, issue } from '../../support/der-chain.js'
import { int, utcTime } from '../../support/der-writer.js'
import { testPki } from '../../support/pki.js'
import { closeServers, getHttps, listen } from '../../support/servers.js'
import { attempt } from '../support/socket-client.js'
import { guarded } from '../support/socket-guard.js'

const root = issue({ subject: 'Root', ca: true })
const mallory = issue({ subject: 'mallory', by: root, serialNumber: int(7) })
const alice = issue({ subject: 'alice', by: root, serialNumber: int(8) })
const DATES = { thisUpdate: utcTime('240101000000Z'), nextUpdate: utcTime('491231235959Z') }
const listOf = (...serials: number[]): Buffer =>
  listBy(root, { ...DATES, entries: serials.map((serial) => entryOf(serial)) })

const identity = ({ key, pem }: Holder) => ({ key, cert: pem })

afterEach(closeServers)

describe('A4 a client that is revoked while the server runs', () => {
  let trust: TrustStore
  beforeEach(() => (trust = createTrustStore({ ca: root.der, crl: listOf() })))

  async function start(rejectUnauthorized: boolean) {
    const { key, cert } = (await testPki()).server
    const ticketKeys = Buffer.alloc(48, 3)
    const options = { trust, key, cert, rejectUnauthorized, ticketKeys }
    const app = guarded({ ca: trust })
    const server = https.createServer(mtlsServerOptions(options), app.listener)
    reloadable(server, options)
    return { ...app, ...(await listen(server)) }
  }

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const rejectUnauthorized of [true, false]) {
      it(`A4 is rejected in new and resumed sessions, over ${maxVersion}, rejectUnauthorized: ${rejectUnauthorized}`, async () => {
        const { port, log } = await start(rejectUnauthorized)
        const [one, other] = [mallory, alice].map((who) => ({ ...identity(who), maxVersion }))
        const [first, second] = [await attempt(port, one ?? {}), await attempt(port, other ?? {})]
        expect([first.outcome, second.outcome]).to.deep.equal([200, 200])
        await trust.replace({ crl: listOf(7) })
        for (const session of [first.session, undefined]) {
          const { outcome } = await attempt(port, { ...one, session })
          expect(outcome).to.be.oneOf([401, 'refused'])
        }
        const resumed = await attempt(port, { ...other, session: second.session })
        expect([resumed.outcome, (await attempt(port, other ?? {})).outcome]).to.deep.equal([
          200, 200,
        ])
        expect(log.filter((one) => one === 'accepted mallory')).to.have.length(1)
      })
    }
  }

  it('A4 is rejected on a connection that is kept alive, from the next request on', async () => {
    const { port, log } = await start(true)
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ...identity(mallory) })
    const sockets = new Set<unknown>()
    agent.on('free', (socket) => sockets.add(socket))
    const send = async (): Promise<number> => (await getHttps(port, { agent })).status
    expect([await send(), await send()]).to.deep.equal([200, 200])
    await trust.replace({ crl: listOf(7) })
    expect(await send()).to.equal(401)
    expect(sockets.size).to.equal(1)
    expect(log).to.deep.equal(['accepted mallory', 'accepted mallory', 'certificate_revoked'])
    agent.destroy()
  })
})
