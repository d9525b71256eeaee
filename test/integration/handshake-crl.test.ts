import https from 'node:https'
import { expect } from 'chai'
import { Strategy } from '../../src/index.js'
import { mtlsServerOptions, reloadable } from '../../src/server/index.js'
import { createTrustStore, type TrustStore } from '../../src/trust.js'
import { attempt } from '../attacks/support/socket-client.js'
import { guardedApp } from '../support/apps.js'
import { ca, crlToPem, entryOf, listBy } from '../support/crl-writer.js'
import { issue } from '../support/der-chain.js'
import { extension, int, utcTime } from '../support/der-writer.js'
import { testPki, type TestPki } from '../support/pki.js'
import { closeServers, getHttps, listen } from '../support/servers.js'

const DAY = 86_400_000
const toUtcTime = (ms: number): Buffer =>
  utcTime(`${new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)}Z`)
const FRESH = { thisUpdate: toUtcTime(Date.now() - DAY), nextUpdate: toUtcTime(Date.now() + DAY) }
const STALE = {
  thisUpdate: toUtcTime(Date.now() - 2 * DAY),
  nextUpdate: toUtcTime(Date.now() - DAY),
}

const root = ca('root')
const leaf = issue({ subject: 'client', by: root, serialNumber: int(7) })
const REVOKING = { entries: [entryOf(7)] }
const DELTA = {
  extensions: [extension('2.5.29.20', int(2)), extension('2.5.29.27', int(1), true)],
}

interface Given {
  readonly crl?: string
  readonly trust?: TrustStore
  /** Whether the server follows the store. */
  readonly follows?: boolean
}

describe("Node's own crl option, which docs/revocation.md compares with that of the store", () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(closeServers)

  const client = { key: leaf.key, cert: leaf.pem }
  const pemOf = (parts: object): string => crlToPem(listBy(root, { ...FRESH, ...parts }))

  /** A server that checks lists in the handshake, in a trust store, or in both. */
  async function start({ crl, trust, follows = true }: Given) {
    const { key, cert } = pki.server
    const lists = crl === undefined ? {} : { crl }
    const strategy = new Strategy(trust === undefined ? {} : { ca: trust }, (cert) => ({
      cn: cert.subject.CN,
    }))
    const app = guardedApp(strategy)
    if (trust === undefined) {
      let options = { ca: root.pem, key, cert, ...lists }
      const server = https.createServer(mtlsServerOptions(options), app)
      const reload = reloadable(server, () => options)
      const { port } = await listen(server)
      return {
        port,
        replace: (next: string) => {
          options = { ...options, crl: next }
          return reload()
        },
      }
    }
    const options = { trust, key, cert }
    const server = https.createServer(mtlsServerOptions(options), app)
    if (follows) reloadable(server, options)
    const { port } = await listen(server)
    return { port, replace: (next: string) => trust.replace({ crl: next }) }
  }

  const outcomeAt = async (port: number) => (await attempt(port, client)).outcome

  it('rejects a revoked client in the handshake, as a store does with reloadable() only', async () => {
    const crl = pemOf(REVOKING)
    expect(await outcomeAt((await start({ crl })).port)).to.equal('refused')
    const trust = createTrustStore({ ca: root.pem, crl })
    expect(await outcomeAt((await start({ trust })).port)).to.equal('refused')
    expect(await outcomeAt((await start({ trust, follows: false })).port)).to.equal(401)
  })

  it('does not notice a revocation on an open connection, but the store does', async () => {
    for (const kind of ['server', 'store'] as const) {
      const trust =
        kind === 'store' ? createTrustStore({ ca: root.pem, crl: pemOf({}) }) : undefined
      const { port, replace } = await start(trust ? { trust } : { crl: pemOf({}) })
      const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
      const ask = async () => (await getHttps(port, { agent, ca: pki.root.cert, ...client })).status
      expect(await ask()).to.equal(200)
      await replace(pemOf(REVOKING))
      expect(await ask()).to.equal(kind === 'store' ? 401 : 200)
      agent.destroy()
    }
  })

  it('rejects every client with a stale list, and the store asks revocationPolicy', async () => {
    const crl = pemOf(STALE)
    expect(await outcomeAt((await start({ crl })).port)).to.equal('refused')
    const trust = createTrustStore({ ca: root.pem, crl, revocationPolicy: 'soft' })
    expect(await outcomeAt((await start({ trust })).port)).to.equal(200)
  })

  it('takes a delta CRL for a complete list with OpenSSL 3.0, as in Node 20', async () => {
    const expected = process.versions.openssl.startsWith('3.0.') ? 200 : 'refused'
    expect(await outcomeAt((await start({ crl: pemOf(DELTA) })).port)).to.equal(expected)
  })
})
