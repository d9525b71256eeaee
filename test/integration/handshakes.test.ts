import { X509Certificate } from 'node:crypto'
import https from 'node:https'
import type { TLSSocket } from 'node:tls'
import { expect } from 'chai'
import { Strategy } from '../../src/index.js'
import { guardedApp } from '../support/apps.js'
import { createSelfSigned, type Issued, testPki } from '../support/pki.js'
import {
  type Answer,
  closeServers,
  getHttp,
  getHttps,
  listenHttp,
  listenHttps,
} from '../support/servers.js'
import { type ClientOptions, tlsSocketOf, visit } from '../support/tls-visit.js'

type KeyType = 'rsa' | 'ec'
type ClientName = (typeof CLIENTS)[number]['name']

const CLIENTS = [
  { name: 'accepted', reason: null },
  { name: 'rejected by verify', reason: 'callback_returned_false' },
  { name: 'of an unknown CA', reason: 'socket_not_authorized' },
  { name: 'self-signed', reason: 'socket_not_authorized' },
  { name: 'expired', reason: 'socket_not_authorized' },
  { name: 'without a certificate', reason: 'socket_not_authorized' },
] as const

async function createIdentities(keyType: KeyType): Promise<Record<ClientName, Issued | null>> {
  const { root, stranger, [keyType]: accepted } = await testPki()
  const options = { subject: `CN=${keyType}-client, O=Example`, keyType }
  const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000)
  return {
    accepted,
    'rejected by verify': await root.issue({ subject: 'CN=rejected', keyType }),
    'of an unknown CA': await stranger.issue(options),
    'self-signed': await createSelfSigned(options),
    expired: await root.issue({ ...options, notBefore: daysAgo(3), notAfter: daysAgo(2) }),
    'without a certificate': null,
  }
}

/**
 * Starts a server that records the reason of each decision, or `null` if it accepted the client.
 */
async function startServer() {
  const reasons: (string | null)[] = []
  const sockets: TLSSocket[] = []
  const protocols: unknown[] = []
  const app = guardedApp(
    new Strategy(
      {
        onAuthenticated: () => reasons.push(null),
        onRejected: (_cert, _req, reason) => reasons.push(reason),
      },
      (cert) => (cert.subject.CN === 'rejected' ? false : { cn: cert.subject.CN }),
    ),
  )
  const { port } = await listenHttps((req, res) => {
    const socket = tlsSocketOf(req)
    sockets.push(socket)
    protocols.push(socket.getProtocol())
    app(req, res)
  })
  return { port, reasons, sockets, protocols }
}

function expectAnswer({ status, body }: Answer, identity: Issued | null, cn: string | null): void {
  if (cn === null) {
    expect({ status, body }).to.deep.equal({ status: 401, body: 'Unauthorized' })
  } else {
    const { fingerprint256 } = new X509Certificate(identity?.raw ?? '')
    expect(status).to.equal(200)
    expect(JSON.parse(body)).to.deep.equal({ user: { cn }, fingerprint256 })
  }
}

afterEach(closeServers)

for (const keyType of ['rsa', 'ec'] as const) {
  describe(`a client with a key of type ${keyType}`, () => {
    let identities: Record<ClientName, Issued | null>

    before(async () => {
      identities = await createIdentities(keyType)
    })

    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      for (const { name, reason } of CLIENTS) {
        const cn = reason === null ? `${keyType}-client` : null
        const asClient = (): ClientOptions => {
          const { key, cert } = identities[name] ?? {}
          return { key, cert, minVersion: version, maxVersion: version }
        }

        it(`gets the same answer in a full and a resumed session, over ${version}, if it is ${name}`, async () => {
          const { port, reasons, protocols } = await startServer()
          const full = await visit(port, asClient())
          expect(full.isResumed).to.equal(false)
          expectAnswer(full.answer, identities[name], cn)
          const resumed = await visit(port, asClient(), full.session)
          expect(resumed.isResumed).to.equal(true)
          expectAnswer(resumed.answer, identities[name], cn)
          expect(reasons).to.deep.equal([reason, reason])
          expect(protocols).to.deep.equal([version, version])
        })

        it(`gets the same answer to every request on a connection, over ${version}, if it is ${name}`, async () => {
          const { port, reasons, sockets } = await startServer()
          const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
          for (let request = 0; request < 3; request += 1) {
            expectAnswer(await getHttps(port, { ...asClient(), agent }), identities[name], cn)
          }
          agent.destroy()
          expect(reasons).to.deep.equal([reason, reason, reason])
          expect(new Set(sockets).size).to.equal(1)
        })
      }
    }
  })
}

describe('a client of an intermediate CA', () => {
  it('has a chain that ends at the root, with includeChain', async () => {
    const { chained, intermediate } = await testPki()
    const names: string[] = []
    let shownByNode = 0
    const strategy = new Strategy({ includeChain: true }, (cert) => {
      for (let at = cert as typeof cert | undefined; at; at = at.issuerCertificate) {
        names.push(String(at.subject.CN))
      }
      return { names }
    })
    const app = guardedApp(strategy)
    const { port } = await listenHttps((req, res) => {
      // The test has to read the chain first: from Node 23 on, most versions show the issuers only
      // once.
      const detailed = tlsSocketOf(req).getPeerCertificate(true)
      shownByNode = (detailed.issuerCertificate as object | undefined) === undefined ? 1 : 3
      app(req, res)
    })
    const cert = chained.cert + intermediate.cert
    const { status } = await getHttps(port, { key: chained.key, cert })
    expect(status).to.equal(200)
    // Some versions of Node show no issuers at all.
    const expected = ['chained-client', 'Test intermediate', 'Test root']
    expect(names).to.deep.equal(expected.slice(0, shownByNode))
  })

  it('has no chain without includeChain', async () => {
    const { chained, intermediate } = await testPki()
    const strategy = new Strategy((cert) => ({ chain: 'issuerCertificate' in cert }))
    const { port } = await listenHttps(guardedApp(strategy))
    const cert = chained.cert + intermediate.cert
    const { body } = await getHttps(port, { key: chained.key, cert })
    expect(JSON.parse(body)).to.have.property('user').that.deep.equals({ chain: false })
  })
})

describe('a client over plain HTTP', () => {
  it('is rejected without an exception', async () => {
    const reasons: string[] = []
    const strategy = new Strategy(
      { onRejected: (_cert, _req, reason) => reasons.push(reason) },
      (_cert) => ({ id: 'nobody' }),
    )
    const { port } = await listenHttp(guardedApp(strategy))
    const { status, body } = await getHttp(port)
    expect({ status, body }).to.deep.equal({ status: 401, body: 'Unauthorized' })
    expect(reasons).to.deep.equal(['socket_not_authorized'])
  })
})
