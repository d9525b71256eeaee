import type { IncomingMessage } from 'node:http'
import http from 'node:http'
import type { SecureVersion } from 'node:tls'
import { expect } from 'chai'
import type { ExtractorOptions, FindTrustStore } from '../../src/extractor/index.js'
import { Strategy } from '../../src/index.js'
import { assertHostMatchesServername } from '../../src/server/index.js'
import { createTrustStore, type TrustStore } from '../../src/trust.js'
import { guardedApp } from '../support/apps.js'
import { ca, crlToPem, entryOf, listBy } from '../support/crl-writer.js'
import { issue } from '../support/der-chain.js'
import { int, utcTime } from '../support/der-writer.js'
import {
  closeLivingServers,
  type LivingServerOptions,
  SERVER_KINDS,
  type ServerKind,
  startLivingServer,
} from '../support/living-server.js'
import { type OneConnection, openConnection } from '../support/one-connection.js'
import { closeServers, getHttp, listenHttp } from '../support/servers.js'
import { unhandledRejections } from '../support/unhandled.js'

const [A, B, NOBODY] = ['a.example', 'b.example', 'c.example'] as const
const cas = { [A]: ca('CA of a'), [B]: ca('CA of b') }
const SERIAL_NUMBER = 7
const clients = {
  [A]: issue({ subject: 'client of a', by: cas[A], serialNumber: int(SERIAL_NUMBER) }),
  [B]: issue({ subject: 'client of b', by: cas[B] }),
}
type Tenant = keyof typeof clients
const TENANTS: readonly Tenant[] = [A, B]
const others = (tenant: Tenant): Tenant => (tenant === A ? B : A)

const UNTRUSTED = 'certificate_chain_untrusted unknown_issuer'

const readServername = ({ socket }: IncomingMessage): unknown =>
  (socket as { servername?: unknown }).servername

/** How an application finds the tenant of a request. */
type Choose = (req: IncomingMessage) => unknown
const CHOICES = {
  'the server name of the handshake': readServername,
  'the host': ({ headers }) => headers[':authority'] ?? headers.host,
  'the path': ({ url }) => url?.slice(1),
} satisfies Record<string, Choose>

function makeStores(): Record<Tenant, TrustStore> {
  return { [A]: createTrustStore({ ca: cas[A].pem }), [B]: createTrustStore({ ca: cas[B].pem }) }
}

/** The handshake accepts the clients of all tenants. */
const everyCa = (): TrustStore => createTrustStore({ ca: [cas[A].pem, cas[B].pem] })

const connections: OneConnection[] = []

async function start(kind: ServerKind, choose: Choose, options: LivingServerOptions = {}) {
  const stores = makeStores()
  const byName = new Map<unknown, TrustStore>(Object.entries(stores))
  /** The tenant of each request, as the application sees it. */
  const seen: unknown[] = []
  const find: FindTrustStore<IncomingMessage> = (req) => {
    const tenant = choose(req)
    seen.push(tenant)
    return byName.get(tenant)
  }
  const server = await startLivingServer(kind, everyCa(), {
    ca: find as ExtractorOptions['ca'],
    ...options,
  })
  const connect = async (tenant: Tenant, given: object = {}) => {
    const { pem, key } = clients[tenant]
    // The name of the server isn't in its certificate.
    const tls = { cert: pem, key, servername: tenant, rejectUnauthorized: false }
    const connection = await openConnection(server, { ...tls, ...given })
    connections.push(connection)
    const ask = (name: string) => connection.get(name, `/${name}`)
    return { ...connection, ask }
  }
  return { ...server, stores, seen, connect }
}

describe('tenants with a trust store each', () => {
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close()
    await Promise.all([closeLivingServers(), closeServers()])
  })

  for (const kind of Object.keys(SERVER_KINDS) as ServerKind[]) {
    for (const choice of ['the host', 'the path'] as const) {
      it(`accepts a client only for its own tenant on one connection to ${kind}, by ${choice}`, async () => {
        const { connect, decisions } = await start(kind, CHOICES[choice])
        for (const tenant of TENANTS) {
          const { ask } = await connect(tenant)
          const outcomes: unknown[] = []
          for (const name of [tenant, others(tenant), tenant, others(tenant), NOBODY]) {
            outcomes.push(await ask(name))
          }
          expect(outcomes).to.deep.equal([200, 401, 200, 401, 401])
        }
        const once = ['accepted', UNTRUSTED, 'accepted', UNTRUSTED, UNTRUSTED]
        expect(decisions).to.deep.equal([...once, ...once])
      })
    }

    it(`sees the tenant of the handshake on one connection to ${kind}, and answers 421 for another`, async () => {
      const choose = CHOICES['the server name of the handshake']
      const { connect, seen } = await start(kind, choose, {
        check: (req, res) => assertHostMatchesServername(req, res),
      })
      for (const tenant of TENANTS) {
        const { ask } = await connect(tenant)
        const outcomes: unknown[] = []
        for (const name of [tenant, others(tenant), tenant, NOBODY]) outcomes.push(await ask(name))
        expect(outcomes).to.deep.equal([200, 421, 200, 421])
      }
      expect(seen).to.deep.equal([A, A, B, B])
    })

    it(`rejects a client of one tenant that names another in the handshake: ${kind}`, async () => {
      const choose = CHOICES['the server name of the handshake']
      const { connect, seen, decisions } = await start(kind, choose)
      for (const tenant of TENANTS) {
        const connection = await connect(tenant, { servername: others(tenant) })
        expect(await connection.ask(tenant)).to.equal(401)
      }
      expect(seen).to.deep.equal([B, A])
      expect(decisions).to.deep.equal([UNTRUSTED, UNTRUSTED])
    })

    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      for (const [choice, choose] of Object.entries(CHOICES)) {
        it(`never accepts a session of one tenant for another, by ${choice}: ${kind}, ${version}`, async () => {
          await resumeElsewhere(kind, choose, version)
        })
      }
    }

    for (const [what, find] of Object.entries(wrongFunctions())) {
      it(`answers 401 if the function ${what}: ${kind}`, async () => {
        const { connect, decisions } = await start(kind, CHOICES['the host'], { ca: find })
        const unhandled = await unhandledRejections(async () => {
          const { ask } = await connect(A)
          for (let time = 0; time < 2; time += 1) expect(await ask(A)).to.equal(401)
        })
        expect(unhandled).to.deep.equal([])
        expect(decisions).to.deep.equal([UNTRUSTED, UNTRUSTED])
      })
    }

    it(`keeps no verdict for another tenant or from before a replacement: ${kind}`, async () => {
      const { connect, stores } = await start(kind, CHOICES['the host'])
      await followReplacements(stores, (await connect(A)).ask)
    })
  }

  describe('behind a proxy', () => {
    async function startBehindProxy(choose: Choose, find?: ExtractorOptions['ca']) {
      const stores = makeStores()
      const byName = new Map<unknown, TrustStore>(Object.entries(stores))
      const decisions: string[] = []
      const strategy = new Strategy(
        {
          ...{ certificateSource: 'traefik', trustedProxies: 'loopback' },
          ca: find ?? ((req: unknown) => byName.get(choose(req as IncomingMessage))),
          onAuthenticated: () => decisions.push('accepted'),
          onRejected: (_cert, _req, reason, { detail }) =>
            decisions.push(`${reason} ${String(detail)}`),
        },
        (cert) => ({ cn: cert.subject.CN }),
      )
      const app = guardedApp(strategy)
      const { port } = await listenHttp((req, res) => {
        app(Object.assign(req, { url: '/', originalUrl: req.url }), res)
      })
      // A proxy sends the requests of all clients on a few connections.
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      const ask = async (tenant: Tenant, host: string): Promise<number> => {
        const certificate = clients[tenant].der.toString('base64')
        const headers = { host, 'x-forwarded-tls-client-cert': certificate }
        return (await getHttp(port, { agent, headers, path: `/${host}` })).status
      }
      return { stores, decisions, ask, agent }
    }

    for (const [choice, choose] of Object.entries<Choose>({
      'the host': CHOICES['the host'],
      'the path': (req) => (req as { originalUrl?: string }).originalUrl?.slice(1),
    })) {
      it(`accepts a client only for its own tenant, by ${choice}`, async () => {
        const { ask, decisions, agent } = await startBehindProxy(choose)
        const statuses: number[] = []
        for (const host of [A, B, A, B, NOBODY]) {
          for (const tenant of TENANTS) statuses.push(await ask(tenant, host))
        }
        agent.destroy()
        const [ofA, ofB] = [
          [200, 401],
          [401, 200],
        ]
        expect(statuses).to.deep.equal([ofA, ofB, ofA, ofB, [401, 401]].flat())
        expect(decisions.filter((one) => one !== 'accepted')).to.deep.equal(
          Array<string>(6).fill(UNTRUSTED),
        )
      })
    }

    it('keeps no verdict for another tenant or from before a replacement', async () => {
      const { ask, stores, agent } = await startBehindProxy(CHOICES['the host'])
      await followReplacements(stores, (host) => ask(A, host))
      agent.destroy()
    })

    for (const [what, find] of Object.entries(wrongFunctions())) {
      it(`answers 401 if the function ${what}`, async () => {
        const { ask, decisions, agent } = await startBehindProxy(CHOICES['the host'], find)
        const unhandled = await unhandledRejections(async () => {
          for (let time = 0; time < 2; time += 1) expect(await ask(A, A)).to.equal(401)
        })
        agent.destroy()
        expect(unhandled).to.deep.equal([])
        expect(decisions).to.deep.equal([UNTRUSTED, UNTRUSTED])
      })
    }
  })
})

/** Functions that return no trust store, though most of them have one. */
function wrongFunctions(): Record<string, ExtractorOptions['ca']> {
  const store = createTrustStore({ ca: [cas[A].pem, cas[B].pem] })
  const wrong: Record<string, () => unknown> = {
    throws() {
      throw new Error('no tenant')
    },
    'returns undefined': () => undefined,
    'returns a promise of a store': () => Promise.resolve(store),
    'returns a promise that is rejected': () => Promise.reject(new Error('no tenant')),
    'returns the certificate of a CA': () => cas[A].pem,
    'returns the members of a store': () => ({ ...store }),
    'returns an object with the store as its prototype': () => Object.create(store) as unknown,
    'returns true': () => true,
  }
  return wrong as Record<string, ExtractorOptions['ca']>
}

/** A client presents a ticket that it got for its own tenant, and names another tenant in the handshake. */
async function resumeElsewhere(
  kind: ServerKind,
  choose: Choose,
  version: SecureVersion,
): Promise<void> {
  const { connect, seen, decisions } = await start(kind, choose)
  const tls = { minVersion: version, maxVersion: version }
  for (const tenant of TENANTS) {
    const first = await connect(tenant, tls)
    expect(await first.ask(tenant)).to.equal(200)
    const session = first.session()
    const again = await connect(tenant, { ...tls, session })
    await again.ask(tenant)
    expect(again.isResumed()).to.equal(true)
    const other = others(tenant)
    const elsewhere = await connect(tenant, { ...tls, session, servername: other })
    for (let time = 0; time < 2; time += 1) {
      const status = await elsewhere.ask(other)
      const isAccepted = decisions.at(-1) === 'accepted'
      expect(status).to.equal(isAccepted ? 200 : 401)
      // Some versions of Node show the name of the first handshake, and then the tenant is that of the client.
      if (isAccepted) expect(seen.at(-1)).to.equal(tenant)
      if (choose !== CHOICES['the server name of the handshake']) expect(isAccepted).to.equal(false)
    }
  }
}

/** The client of A presents its certificate to both tenants, whose CAs change. */
async function followReplacements(
  stores: Record<Tenant, TrustStore>,
  ask: (host: string) => Promise<unknown>,
): Promise<void> {
  const expectOutcomes = async (ofA: number, ofB: number): Promise<void> => {
    for (let time = 0; time < 2; time += 1) {
      expect([await ask(A), await ask(B)]).to.deep.equal([ofA, ofB])
    }
  }
  await expectOutcomes(200, 401)
  await Promise.all([stores[A].replace({ ca: cas[B].pem }), stores[B].replace({ ca: cas[A].pem })])
  await expectOutcomes(401, 200)
  // As many replacements of each, so that their generations are equal.
  await Promise.all([stores[A].replace({ ca: cas[A].pem }), stores[B].replace({ ca: cas[B].pem })])
  await expectOutcomes(200, 401)
  const dates = { thisUpdate: utcTime('240101000000Z'), nextUpdate: utcTime('490101000000Z') }
  const revoking = listBy(cas[A], { ...dates, entries: [entryOf(SERIAL_NUMBER)] })
  await stores[B].replace({ ca: cas[A].pem })
  await stores[A].replace({ crl: crlToPem(revoking) })
  await expectOutcomes(401, 200)
}
