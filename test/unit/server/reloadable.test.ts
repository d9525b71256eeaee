import { constants } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import tls, { type SecureContextOptions } from 'node:tls'
import { expect } from 'chai'
import { type MtlsServerOptions, mtlsServerOptions, reloadable } from '../../../src/server/index.js'
import { attempt } from '../../attacks/support/socket-client.js'
import { revoke } from '../../attacks/support/socket-crl.js'
import { type Issued, type TestPki, testPki } from '../../support/pki.js'
import { closeServers, getHttps, listen } from '../../support/servers.js'

type Load = () => MtlsServerOptions | Promise<MtlsServerOptions>

describe('reloading the options of a running server', () => {
  let pki: TestPki
  let material: MtlsServerOptions

  before(async () => {
    pki = await testPki()
    const ticketKeys = Buffer.alloc(48, 7)
    const { key, cert } = pki.server
    material = { key, cert, ca: pki.root.cert, ticketKeys }
  })

  afterEach(closeServers)

  /** A running server. Change its `load` before the next reload. */
  async function start() {
    const server = https.createServer(mtlsServerOptions(material), (_req, res) => {
      res.end('ok')
    })
    const { port } = await listen(server)
    const source: { load: Load } = { load: () => material }
    const reload = reloadable(server, () => source.load())
    const outcomes = async (...clients: Issued[]) => {
      const attempts = await Promise.all(clients.map((client) => attempt(port, client)))
      return attempts.map(({ outcome }) => outcome)
    }
    return { port, source, reload, outcomes }
  }

  /** The fingerprint of the certificate that the server presents. */
  async function shownBy(port: number): Promise<string> {
    const socket = tls.connect({ port, host: '127.0.0.1', ca: pki.root.cert, ...pki.ec })
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    return fingerprint256
  }

  it('accepts clients of a new CA and rejects clients of a removed CA', async () => {
    const { source, reload, outcomes } = await start()
    expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal([200, 'refused'])
    source.load = () => ({ ...material, ca: pki.stranger.cert })
    await reload()
    expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(['refused', 200])
  })

  it('rejects a client on a new revocation list', async () => {
    const { source, reload, outcomes } = await start()
    const crl = await revoke(pki.root, pki.ec)
    source.load = () => Promise.resolve({ ...material, crl })
    expect(await outcomes(pki.ec, pki.rsa)).to.deep.equal([200, 200])
    await reload()
    expect(await outcomes(pki.ec, pki.rsa)).to.deep.equal(['refused', 200])
  })

  it("presents the server's new certificate", async () => {
    const { port, source, reload } = await start()
    const before = await shownBy(port)
    const { key, cert } = await pki.root.issue({
      subjectAltName: [{ type: 'ip', value: '127.0.0.1' }],
    })
    source.load = () => ({ ...material, key, cert })
    await reload()
    expect(await shownBy(port)).not.to.equal(before)
  })

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`invalidates session tickets of a revoked client, over ${maxVersion}`, async () => {
      const { port, source, reload } = await start()
      const client = { ...pki.ec, maxVersion }
      const { session } = await attempt(port, client)
      const resumed = await attempt(port, { ...client, session })
      expect(resumed).to.include({ outcome: 200, isResumed: true })
      const crl = await revoke(pki.root, pki.ec)
      source.load = () => ({ ...material, crl })
      await reload()
      expect(await attempt(port, { ...client, session })).to.include({ outcome: 'refused' })
    })
  }

  it('keeps session tickets if the CAs are the same in another layout', async () => {
    const { port, source, reload } = await start()
    const { session } = await attempt(port, pki.ec)
    source.load = () => ({ ...material, ca: [Buffer.from(`# ours\n${pki.root.cert}`)] })
    await reload()
    const resumed = await attempt(port, { ...pki.ec, session })
    expect(resumed).to.include({ outcome: 200, isResumed: true })
  })

  it('leaves open connections open', async () => {
    const { port, source, reload } = await start()
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
    const sockets = new Set<unknown>()
    agent.on('free', (socket) => sockets.add(socket))
    source.load = () => ({ ...material, ca: pki.stranger.cert })
    for (let request = 0; request < 3; request += 1) {
      expect(await getHttps(port, { ...pki.ec, agent })).to.include({ status: 200, body: 'ok' })
      await reload()
    }
    agent.destroy()
    expect(sockets.size).to.equal(1)
  })

  const UNUSABLE: Record<
    string,
    [load: (pki: TestPki) => object | Promise<object>, message: RegExp]
  > = {
    'cannot be loaded': [() => Promise.reject(new Error('ENOENT')), /^ENOENT$/],
    'cannot be loaded because load() throws': [
      () => {
        throw new Error('EACCES')
      },
      /^EACCES$/,
    ],
    'hold no CA': [() => ({ ca: '' }), /option "ca" must hold at least one CA certificate/],
    'hold a CA that was only partly written': [
      ({ root, stranger }) => ({ ca: root.cert + stranger.cert.slice(0, 300) }),
      /CA certificate 2 of option "ca" must have a BEGIN and an END line/,
    ],
    'hold CAs that were joined without a line break': [
      ({ root, stranger }) => ({ ca: root.cert.trimEnd() + stranger.cert }),
      /CA certificate 1 of option "ca" .* Put a line break between files that you join/,
    ],
    'hold certificates that were joined without a line break': [
      ({ server, root }) => ({ cert: server.cert.trimEnd() + root.cert }),
      /certificate 1 of option "cert" must have a BEGIN and an END line/,
    ],
    'hold a damaged revocation list': [
      () => ({ crl: '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n' }),
      /CRL/,
    ],
    'hold a revocation list that was only partly written': [
      async ({ root }) => {
        const crl = await revoke(root)
        return { ca: root.cert, crl: crl + crl.slice(0, 100) }
      },
      /revocation list 2 of option "crl" must have a BEGIN and an END line/,
    ],
    'hold the key of another certificate': [({ ec }) => ({ key: ec.key }), /mismatch/],
    'hold no key': [() => ({ key: undefined }), /option "key" must be given/],
    'hold no certificate': [() => ({ cert: '' }), /option "cert" must be given/],
    'hold ticket keys with a wrong length': [() => ({ ticketKeys: Buffer.alloc(3) }), /ticketKeys/],
    'contradict each other': [() => ({ requestCert: false }), /option "requestCert"/],
  }

  for (const [what, [load, message]] of Object.entries(UNUSABLE)) {
    it(`keeps the old options, and rejects with the reason, if the new options ${what}`, async () => {
      const { port, source, reload, outcomes } = await start()
      const shown = await shownBy(port)
      source.load = async () => ({
        ...material,
        ca: pki.stranger.cert,
        ...(await load(pki)),
      })
      const error = await reload().catch((reason: unknown) => reason)
      expect(error).to.be.instanceOf(Error).with.property('message').that.matches(message)
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal([200, 'refused'])
      expect(await shownBy(port)).to.equal(shown)
      // The failed reload leaves nothing behind.
      const { ticketKeys: _, ...others } = material
      source.load = () => ({ ...others, ca: pki.stranger.cert })
      await reload()
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(['refused', 200])
    })
  }

  describe('several times at once', () => {
    /** A server with loads that the test settles. */
    async function startManual() {
      const running = await start()
      const loads: { resolve(options: MtlsServerOptions): void; reject(error: Error): void }[] = []
      running.source.load = () =>
        new Promise((resolve, reject) => {
          loads.push({ resolve, reject })
        })
      return { ...running, loads }
    }
    const oldOnes = () => ({ ...material, ca: pki.root.cert })
    const newOnes = () => ({ ...material, ca: pki.stranger.cert })
    const OLD = [200, 'refused']
    const NEW = ['refused', 200]

    it('loads immediately for each call, even if an earlier load never settles', async () => {
      const { reload, loads, outcomes } = await startManual()
      const results: string[] = []
      void reload().finally(() => results.push('the one that hangs'))
      const second = reload()
      expect(loads).to.have.lengthOf(2)
      loads[1]?.resolve(newOnes())
      await second
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(NEW)
      const third = reload()
      loads[2]?.resolve(oldOnes())
      await third
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(OLD)
      expect(results).to.deep.equal([])
    })

    it('drops options that were loaded before the current ones, and resolves', async () => {
      const { reload, loads, outcomes } = await startManual()
      const [first, second] = [reload(), reload()]
      loads[1]?.resolve(newOnes())
      await second
      loads[0]?.resolve(oldOnes())
      await first
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(NEW)
    })

    it('applies all options if the loads settle in order', async () => {
      const { reload, loads, outcomes } = await startManual()
      const [first, second] = [reload(), reload()]
      loads[0]?.resolve(newOnes())
      await first
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(NEW)
      loads[1]?.resolve(oldOnes())
      await second
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(OLD)
    })

    it('rejects each failed load, and still applies an older load that succeeds', async () => {
      const { reload, loads, outcomes } = await startManual()
      const all = Promise.allSettled([reload(), reload(), reload()])
      loads[2]?.reject(new Error('unreadable'))
      loads[1]?.resolve({ ...newOnes(), key: pki.ec.key })
      loads[0]?.resolve(newOnes())
      const statuses = (await all).map(({ status }) => status)
      expect(statuses).to.deep.equal(['fulfilled', 'rejected', 'rejected'])
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(NEW)
    })
  })

  it('never enables session tickets on a server that was created without them', async () => {
    for (const other of [{ contextsShareCa: false }, { SNICallback: () => undefined }]) {
      const server = https.createServer(mtlsServerOptions({ ...material, ...other }))
      await reloadable(server, () => material)()
      const { secureOptions } = server as { secureOptions?: number }
      expect((secureOptions ?? 0) & constants.SSL_OP_NO_TICKET).not.to.equal(0)
    }
    let given: SecureContextOptions = {}
    await reloadable({ setSecureContext: (options) => void (given = options) }, () => material)()
    expect(given.secureOptions).to.equal(constants.SSL_OP_NO_RENEGOTIATION)
  })

  it('throws for anything but a TLS server and a function, without quoting it', () => {
    const server = https.createServer(mtlsServerOptions(material))
    const mistakes: [unknown, unknown, RegExp][] = [
      [material, () => material, /server must be a TLS server .* Received an object$/],
      [http.createServer(), () => material, /on Bun use http2.createSecureServer.* an object$/],
      [undefined, () => material, /server must be a TLS server .* Received undefined$/],
      [server, material, /load must be a function, or options with a trust store .* an object$/],
      [
        server,
        mtlsServerOptions(material),
        /load must be the options that you gave to mtlsServerOptions\(\), not its result, or a function that returns them\. Received an object$/,
      ],
      [server, 1, /load must be a function, .* Received a number$/],
      [server, null, /load must be a function, .* Received null$/],
    ]
    for (const [given, load, message] of mistakes) {
      expect(() => reloadable(given as https.Server, load as Load))
        .to.throw(TypeError, message)
        .with.property('code', 'ERR_INVALID_ARG_TYPE')
    }
  })
})
