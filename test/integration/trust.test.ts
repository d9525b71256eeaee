import diagnosticsChannel from 'node:diagnostics_channel'
import type { RequestListener } from 'node:http'
import https from 'node:https'
import express from 'express'
import { expect } from 'chai'
import { type DecisionMessage, Strategy, type StrategyOptions } from '../../src/index.js'
import { clientCertificateAuth } from '../../src/middleware.js'
import { createTrustStore, type TrustStore } from '../../src/trust.js'
import { guardedApp } from '../support/apps.js'
import { toBase64Der } from '../support/header-values.js'
import {
  type Authority,
  createAuthority,
  type Issued,
  testPki,
  type TestPki,
} from '../support/pki.js'
import {
  type Answer,
  closeServers,
  getHttp,
  getHttps,
  listenHttp,
  listenHttps,
} from '../support/servers.js'
import { visit } from '../support/tls-visit.js'

const UNKNOWN = ['certificate_chain_untrusted', 'unknown_issuer'] as const

/** A strategy that notes the reason and the detail of each rejection, and `null` for the others. */
function record(options: StrategyOptions) {
  const decisions: (readonly [reason: string, detail: string | undefined] | null)[] = []
  const strategy = new Strategy(
    {
      onAuthenticated: () => decisions.push(null),
      onRejected: (_cert, _req, reason, { detail }) => decisions.push([reason, detail]),
      ...options,
    },
    (cert) => ({ cn: cert.subject.CN }),
  )
  return { strategy, decisions }
}

/** A client that sends the intermediate CA too. */
const withChain = ({ key, cert }: Issued, { cert: ca }: Authority) => ({ key, cert: cert + ca })

describe('the option ca, over real connections', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(closeServers)

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`accepts full and resumed sessions with intermediates: ${maxVersion}`, async () => {
      const { strategy, decisions } = record({
        ca: pki.root.cert,
        intermediates: pki.intermediate.cert,
      })
      const { port } = await listenHttps(guardedApp(strategy))
      const client = { ...withChain(pki.chained, pki.intermediate), maxVersion }
      const first = await visit(port, client)
      const second = await visit(port, client, first.session)
      expect([first.isResumed, second.isResumed]).to.deep.equal([false, true])
      expect([first, second].map(({ answer }) => answer.status)).to.deep.equal([200, 200])
      expect(decisions).to.deep.equal([null, null])
    })
  }

  it('decides about clients that the handshake accepted', async () => {
    // The server trusts both CAs, for two applications behind one port.
    const ca = [pki.root.cert, pki.stranger.cert]
    const { strategy, decisions } = record({ ca: pki.root.cert })
    const { port } = await listenHttps(guardedApp(strategy), { ca })
    const clients = [pki.ec, pki.rsa, pki.unknown, pki.ec]
    const answers: Answer[] = []
    for (const client of clients) answers.push(await getHttps(port, client))
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 401, 200])
    // The other CA has the same name, and differs in its key identifier.
    expect(decisions).to.deep.equal([null, null, UNKNOWN, null])
  })

  it('does not accept a certificate that the handshake rejected', async () => {
    const { strategy, decisions } = record({ ca: pki.stranger.cert })
    const { port } = await listenHttps(guardedApp(strategy))
    expect((await getHttps(port, pki.unknown)).status).to.equal(401)
    expect(decisions).to.deep.equal([['socket_not_authorized', 'untrusted_ca']])
  })

  it('shows the path up to the CA with includeChain', async () => {
    const { strategy } = record({ ca: pki.root.cert, includeChain: true })
    const names: unknown[] = []
    const app = guardedApp(strategy)
    const { port } = await listenHttps((req, res) => {
      res.on('finish', () => {
        const { clientCertificate: cert } = req as express.Request
        names.push([cert?.subject.CN, cert?.issuerCertificate?.subject.CN])
      })
      app(req, res)
    })
    await getHttps(port, pki.ec)
    expect(names).to.deep.equal([['ec-client', 'Test root']])
  })

  it('guards an application by the middleware too', async () => {
    const app = express()
    const details: unknown[] = []
    app.use(
      clientCertificateAuth(() => true, {
        ca: pki.root.cert,
        onRejected: (cert, _req, reason, { detail }) => details.push([cert, reason, detail]),
      }) as express.RequestHandler,
      (req, res) => {
        res.json(req.clientCertificate?.subject.CN)
      },
    )
    app.use(((error: Error & { status: number }, _req, res, _next) => {
      res.status(error.status).json(error.message)
    }) as express.ErrorRequestHandler)
    const ca = [pki.root.cert, pki.stranger.cert]
    const { port } = await listenHttps(app as RequestListener, { ca })
    expect(await getHttps(port, pki.ec)).to.include({ status: 200, body: '"ec-client"' })
    const rejected = await getHttps(port, pki.unknown)
    expect(rejected).to.include({ status: 401, body: '"Client certificate is not trusted"' })
    expect(details).to.deep.equal([[null, ...UNKNOWN]])
  })

  it('makes the header of a proxy safe that validates nothing', async () => {
    const { strategy, decisions } = record({
      certificateSource: 'azure-app-service',
      trustedProxies: 'loopback',
      ca: pki.root.cert,
      intermediates: pki.intermediate.cert,
    })
    const { port } = await listenHttp(guardedApp(strategy))
    const statuses: number[] = []
    for (const client of [pki.ec, pki.chained, pki.selfSigned, pki.unknown, pki.expired, pki.ec]) {
      const headers = { 'X-ARR-ClientCert': toBase64Der(client) }
      statuses.push((await getHttp(port, { headers })).status)
    }
    expect(statuses).to.deep.equal([200, 200, 401, 401, 401, 200])
    const expired = ['certificate_expired', undefined]
    expect(decisions).to.deep.equal([null, null, UNKNOWN, UNKNOWN, expired, null])
  })

  describe('as a function', () => {
    it('gives each tenant its own CAs, on one connection too', async () => {
      const stores = new Map<string | undefined, TrustStore>([
        ['a', createTrustStore({ ca: pki.root.cert })],
        ['b', createTrustStore({ ca: pki.stranger.cert })],
      ])
      const { strategy, decisions } = record({
        ca: ({ headers }) => stores.get(headers?.['x-tenant'] as string),
      })
      const ca = [pki.root.cert, pki.stranger.cert]
      const { port } = await listenHttps(guardedApp(strategy), { ca })
      for (const client of [pki.ec, pki.unknown]) {
        const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
        for (const tenant of ['a', 'b', 'c', 'a', 'b']) {
          const headers = { 'x-tenant': tenant }
          await getHttps(port, { key: client.key, cert: client.cert, agent, headers })
        }
        agent.destroy()
      }
      expect(decisions).to.deep.equal([
        ...[null, UNKNOWN, UNKNOWN, null, UNKNOWN],
        ...[UNKNOWN, null, UNKNOWN, UNKNOWN, null],
      ])
    })
  })

  describe('as a trust store', () => {
    it('obeys a replacement on connections that are open, while requests run', async () => {
      const trust = createTrustStore({ ca: pki.root.cert })
      const { strategy, decisions } = record({ ca: trust })
      const ca = [pki.root.cert, pki.stranger.cert]
      const { port } = await listenHttps(guardedApp(strategy), { ca })
      const [ours, theirs] = [pki.ec, pki.unknown].map(({ key, cert }) => {
        const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
        return { ask: () => getHttps(port, { key, cert, agent }), agent }
      }) as [Visitor, Visitor]
      const ask = async () => {
        const answers = await Promise.all([ours.ask(), theirs.ask(), ours.ask(), theirs.ask()])
        return answers.map(({ status }) => status)
      }
      expect(await ask()).to.deep.equal([200, 401, 200, 401])
      const running = ask()
      await trust.replace({ ca: pki.stranger.cert })
      for (const status of await running) expect(status).to.be.oneOf([200, 401])
      expect(await ask()).to.deep.equal([401, 200, 401, 200])
      await trust.replace({ ca })
      expect(await ask()).to.deep.equal([200, 200, 200, 200])
      expect(decisions).to.have.lengthOf(16)
      for (const { agent } of [ours, theirs]) agent.destroy()
    })

    it('keeps its CAs if a replacement is wrong', async () => {
      const trust = createTrustStore({ ca: pki.root.cert })
      const { strategy } = record({ ca: trust })
      const { port } = await listenHttps(guardedApp(strategy))
      const error = await trust.replace({ ca: pki.ec.cert }).catch((reason: unknown) => reason)
      expect(error).to.be.an.instanceOf(TypeError).with.property('code', 'ERR_INVALID_ARG_VALUE')
      expect((await getHttps(port, pki.ec)).status).to.equal(200)
    })
  })

  it('tells operators the reason and the detail, and the client neither', async () => {
    const messages: unknown[] = []
    const listen = (message: unknown) => {
      const { reason, detail } = message as DecisionMessage
      messages.push([reason, detail])
    }
    const channel = 'passport-client-certificate-auth:rejected'
    diagnosticsChannel.subscribe(channel, listen)
    try {
      const { strategy, decisions } = record({ ca: pki.root.cert })
      const ca = [pki.root.cert, pki.stranger.cert]
      const { port } = await listenHttps(guardedApp(strategy), { ca })
      const answer = await getHttps(port, pki.unknown)
      expect(answer).to.include({ status: 401, body: 'Unauthorized' })
      expect(JSON.stringify(answer)).not.to.match(/chain_untrusted|unknown_issuer/)
      expect(decisions).to.deep.equal([UNKNOWN])
      expect(messages).to.deep.equal([UNKNOWN])
    } finally {
      diagnosticsChannel.unsubscribe(channel, listen)
    }
  })

  it('trusts the certificate that a proxy presents to Node, and not those of clients', async () => {
    // Node knows the CA of the clients only. Clients may connect directly too.
    const proxyCa = await createAuthority({ subject: 'CN=Proxy CA' })
    const [proxy, other] = await Promise.all(
      ['front', 'metrics'].map((name) => proxyCa.issue({ subject: `CN=${name}` })),
    )
    const { strategy, decisions } = record({
      certificateSource: 'azure-app-service',
      trustedProxies: { ca: proxyCa.cert, allow: ({ subject }) => subject.CN === 'front' },
      fallbackToSocket: true,
      ca: pki.root.cert,
    })
    const { port } = await listenHttps(guardedApp(strategy))
    const headers = { 'X-ARR-ClientCert': toBase64Der(pki.rsa) }
    const users: unknown[] = []
    for (const client of [proxy, other, pki.ec, {}]) {
      const { status, body } = await getHttps(port, { ...client, headers })
      users.push(status === 200 ? (JSON.parse(body) as { user: unknown }).user : status)
    }
    expect(users).to.deep.equal([{ cn: 'rsa-client' }, 401, { cn: 'ec-client' }, 401])
    expect(decisions).to.deep.equal([
      null,
      ['socket_not_authorized', 'untrusted_ca'],
      null,
      ['socket_not_authorized', 'no_certificate'],
    ])
  })

  it('accepts a session whose issuers Node has lost only with intermediates', async () => {
    const { strategy, decisions } = record({ ca: pki.root.cert })
    const { port } = await listenHttps(guardedApp(strategy))
    const client = withChain(pki.chained, pki.intermediate)
    const first = await visit(port, client)
    const second = await visit(port, client, first.session)
    expect(second.isResumed).to.equal(true)
    expect(decisions[1]).to.deep.equal(UNKNOWN)
  })
})

interface Visitor {
  readonly ask: () => Promise<Answer>
  readonly agent: https.Agent
}
