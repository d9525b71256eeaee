import { once } from 'node:events'
import http2 from 'node:http2'
import https from 'node:https'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { setImmediate } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { expect } from 'chai'
import { createExtractor, type ExtractionResult } from '../../src/extractor/index.js'
import { Strategy } from '../../src/index.js'
import { restoreClock, turnClock } from '../support/clock.js'
import { countCalls, stopCounting } from '../support/count-calls.js'
import { fingerprints, pathOf } from '../support/extract-over.js'
import { closeHttp2Servers, listenHttp2 } from '../support/http2.js'
import { partsOf, spoil } from '../support/parts-of.js'
import { testPki, type TestPki } from '../support/pki.js'
import { endingsOf } from '../support/run-strategy.js'
import { closeServers, getHttps, listenHttps } from '../support/servers.js'
import { tlsSocketOf } from '../support/tls-visit.js'

const HOUR_MS = 60 * 60 * 1000

/** Ignores the sockets of Node's client, because the client reads the server's certificate too. */
const isOfServer = (socket: TLSSocket) => 'server' in socket && Boolean(socket.server)

describe('the certificate of a keep-alive connection', () => {
  let pki: TestPki
  let reads: () => number
  before(async () => {
    pki = await testPki()
  })
  beforeEach(() => {
    reads = countCalls(TLSSocket.prototype, 'getPeerCertificate', isOfServer)
  })
  afterEach(() => {
    stopCounting()
    restoreClock()
    return Promise.all([closeServers(), closeHttp2Servers()])
  })

  /** Sends requests one after another on a single connection. */
  async function request(
    times: number,
    handle: (socket: TLSSocket) => void,
    client = pki.chained,
    options: https.ServerOptions = {},
  ): Promise<void> {
    const { port } = await listenHttps((req, res) => {
      handle(tlsSocketOf(req))
      res.end()
    }, options)
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
    const { key, cert } = client
    const ca = { ca: pki.root.cert }
    const chain = { key, cert: cert + pki.intermediate.cert }
    for (let time = 0; time < times; time += 1) await getHttps(port, { ...ca, ...chain, agent })
    agent.destroy()
  }

  for (const includeChain of [false, true]) {
    const kind = includeChain ? 'with its chain' : 'alone'
    it(`is read once for all extractors, ${kind}`, async () => {
      const results: ExtractionResult[] = []
      await request(3, (socket) => {
        // Each extractor represents another reader of the socket: a strategy, a second strategy, or
        // trustedProxies.
        for (const extract of [
          createExtractor({ includeChain }),
          createExtractor({ includeChain }),
        ])
          results.push(extract({ socket }))
      })
      expect(results.every(({ success }) => success)).to.equal(true)
      expect(results).to.have.lengthOf(6)
      // The extractor reads the leaf first, and the issuers once it knows that the leaf is
      // harmless.
      expect(reads()).to.be.within(1, includeChain ? 2 : 1)
    })

    it(`doesn't show the changes that another request made to it, ${kind}`, async () => {
      const extract = createExtractor({ includeChain })
      const seen: unknown[] = []
      const shared: unknown[] = []
      let fresh: unknown
      await request(3, (socket) => {
        const result = extract({ socket })
        fresh ??= createExtractor({ includeChain, cache: false })({ socket })
        expect(result).to.deep.equal(fresh)
        const parts = partsOf(result)
        shared.push(...[...parts].filter((part) => seen.includes(part)))
        seen.push(...parts)
        spoil(result.certificate as object)
      })
      expect(seen.length).to.be.greaterThan(3 * 7)
      expect(shared).to.deep.equal([])
    })
  }

  for (const [maxVersion, finishedCalls] of [
    ['TLSv1.2', 3],
    ['TLSv1.3', 1],
  ] as const) {
    it(`is checked for a new handshake, ${finishedCalls} times over ${maxVersion}`, async () => {
      const finished = countCalls(TLSSocket.prototype, 'getPeerFinished')
      const extract = createExtractor()
      await request(3, (socket) => extract({ socket }), pki.chained, { maxVersion })
      expect(reads()).to.equal(1)
      expect(finished()).to.equal(finishedCalls)
    })
  }

  it('is read for each request with cache: false', async () => {
    const extract = createExtractor({ cache: false })
    await request(3, (socket) => extract({ socket }))
    expect(reads()).to.equal(3)
  })

  it('keeps a chain that Node loses when the application calls getPeerX509Certificate()', async () => {
    const extract = createExtractor({ includeChain: true })
    const paths: unknown[] = []
    await request(2, (socket) => {
      paths.push(pathOf(extract({ socket })))
      socket.getPeerX509Certificate()
    })
    expect(paths[1]).to.deep.equal(paths[0])
    expect(paths[0]).to.have.lengthOf.at.least(1)
  })

  it('is rejected as soon as it expires', async () => {
    const notAfter = new Date(Date.now() + HOUR_MS)
    const client = await pki.root.issue({ subject: 'CN=short-lived', notAfter })
    const steps = [0, 2 * HOUR_MS, 0]
    const reasons: unknown[] = []
    const extract = createExtractor()
    await request(
      3,
      (socket) => {
        turnClock(steps.shift() as number)
        reasons.push(extract({ socket }).reason)
      },
      client,
    )
    expect(reasons).to.deep.equal([null, 'certificate_expired', null])
    expect(reads()).to.equal(1)
  })

  it('is rejected as soon as Node reports an authorization error', async () => {
    const reasons: unknown[] = []
    const extract = createExtractor()
    await request(3, (socket) => {
      reasons.push(extract({ socket }).reason)
      // A renegotiation with an invalid certificate has the same effect.
      socket.authorizationError = new Error('DEPTH_ZERO_SELF_SIGNED_CERT')
    })
    expect(reasons).to.deep.equal([null, 'socket_not_authorized', 'socket_not_authorized'])
  })

  it("is never another connection's, also with several connections at once", async () => {
    const extract = createExtractor()
    const { port } = await listenHttps((req, res) => {
      res.end(String(extract(req).certificate?.fingerprint256))
    })
    const clients = [pki.ec, pki.rsa, pki.chained, pki.ec, pki.rsa]
    const answers = await Promise.all(
      clients.map(({ key, cert }, index) => {
        const chain = index === 2 ? pki.intermediate.cert : ''
        return getHttps(port, { key, cert: cert + chain })
      }),
    )
    expect(answers.map(({ body }) => body)).to.deep.equal(fingerprints(...clients))
    expect(reads()).to.equal(clients.length)
  })

  it('is read once for all requests of an HTTP/2 connection, although each has its own socket object', async () => {
    const { server: own, root, ec } = pki
    const material = { key: own.key, cert: own.cert, ca: root.cert, requestCert: true }
    const sockets = new Set<unknown>()
    const extract = createExtractor()
    const server = http2.createSecureServer(material, (req, res) => {
      sockets.add(req.socket)
      res.end(String(extract(req).certificate?.fingerprint256))
    })
    const port = await listenHttp2(server)
    const bodies: string[] = []
    const session = http2.connect(`https://127.0.0.1:${port}`, {
      ca: root.cert,
      key: ec.key,
      cert: ec.cert,
    })
    for (let time = 0; time < 3; time += 1) {
      let body = ''
      for await (const chunk of session.request().setEncoding('utf8')) body += chunk as string
      bodies.push(body)
    }
    session.close()
    await once(session, 'close')
    expect(bodies).to.deep.equal(fingerprints(ec, ec, ec))
    expect(sockets.size).to.equal(3)
    expect(reads()).to.equal(1)
  })

  it('keeps no connection in memory, even if the application keeps the certificate', async () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const kept: unknown[] = []
    const connections: WeakRef<TLSSocket>[] = []
    const closings: Promise<void>[] = []
    const strategy = new Strategy({ includeChain: true }, (cert) => {
      kept.push(cert)
      return { cert }
    })
    const { port } = await listenHttps((req, res) => {
      const socket = tlsSocketOf(req)
      connections.push(new WeakRef(socket))
      closings.push(closingOf(socket))
      void endingsOf(strategy, req).then(() => res.end())
    })
    const { key, cert } = pki.ec
    for (let time = 0; time < 5; time += 1) await getHttps(port, { key, cert })
    await Promise.all(closings)
    let alive = connections.length
    for (let turn = 0; turn < 200 && alive > 0; turn += 1) {
      await setImmediate()
      collectGarbage()
      alive = connections.filter((connection) => connection.deref() !== undefined).length
    }
    expect(kept).to.have.lengthOf(5)
    expect(alive).to.equal(0)
  })
})

/** Keeps no reference to the socket after the connection has closed. */
function closingOf(socket: TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => {
      resolve()
    })
  })
}
