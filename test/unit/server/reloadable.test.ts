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

describe('replacing the material of a running server', () => {
  let pki: TestPki
  let material: MtlsServerOptions

  before(async () => {
    pki = await testPki()
    const ticketKeys = Buffer.alloc(48, 7)
    const { key, cert } = pki.server
    material = { key, cert, ca: pki.root.cert, ticketKeys }
  })

  afterEach(closeServers)

  /** A running server; its `load` may be changed for the next reload. */
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

  /** The fingerprint of the certificate that the server shows. */
  async function shownBy(port: number): Promise<string> {
    const socket = tls.connect({ port, host: '127.0.0.1', ca: pki.root.cert, ...pki.ec })
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    return fingerprint256
  }

  it('lets clients of a new authority in and refuses those of one that is gone', async () => {
    const { source, reload, outcomes } = await start()
    expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal([200, 'refused'])
    source.load = () => ({ ...material, ca: pki.stranger.cert })
    await reload()
    expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(['refused', 200])
  })

  it('refuses a client that a new revocation list names', async () => {
    const { source, reload, outcomes } = await start()
    const crl = await revoke(pki.root, pki.ec)
    source.load = () => Promise.resolve({ ...material, crl })
    expect(await outcomes(pki.ec, pki.rsa)).to.deep.equal([200, 200])
    await reload()
    expect(await outcomes(pki.ec, pki.rsa)).to.deep.equal(['refused', 200])
  })

  it("shows the server's new certificate", async () => {
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
    it(`makes tickets of a client that is now revoked worthless, over ${maxVersion}`, async () => {
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

  it('keeps tickets of the same authorities, however these are now written', async () => {
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
    'cannot be loaded at once': [
      () => {
        throw new Error('EACCES')
      },
      /^EACCES$/,
    ],
    'holds no authority': [() => ({ ca: '' }), /option "ca" must hold at least one CA certificate/],
    'holds an authority that was written only in part': [
      ({ root, stranger }) => ({ ca: root.cert + stranger.cert.slice(0, 300) }),
      /CA certificate 2 of option "ca" must have a BEGIN and an END line/,
    ],
    'holds authorities that were joined without a line break': [
      ({ root, stranger }) => ({ ca: root.cert.trimEnd() + stranger.cert }),
      /CA certificate 1 of option "ca" .* Put a line break between files that you join/,
    ],
    'holds certificates that were joined without a line break': [
      ({ server, root }) => ({ cert: server.cert.trimEnd() + root.cert }),
      /certificate 1 of option "cert" must have a BEGIN and an END line/,
    ],
    'holds a damaged revocation list': [
      () => ({ crl: '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n' }),
      /CRL/,
    ],
    'holds a revocation list that was written only in part': [
      async ({ root }) => {
        const crl = await revoke(root)
        return { ca: root.cert, crl: crl + crl.slice(0, 100) }
      },
      /revocation list 2 of option "crl" must have a BEGIN and an END line/,
    ],
    'holds the key of another certificate': [({ ec }) => ({ key: ec.key }), /mismatch/],
    'holds no key': [() => ({ key: undefined }), /option "key" must be given/],
    'holds no certificate': [() => ({ cert: '' }), /option "cert" must be given/],
    'holds ticket keys of a wrong length': [() => ({ ticketKeys: Buffer.alloc(3) }), /ticketKeys/],
    'contradicts itself': [() => ({ requestCert: false }), /option "requestCert"/],
  }

  for (const [what, [load, message]] of Object.entries(UNUSABLE)) {
    it(`keeps the old material, and says why, when the new ${what}`, async () => {
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
      // Nothing of it is left over either.
      const { ticketKeys: _, ...others } = material
      source.load = () => ({ ...others, ca: pki.stranger.cert })
      await reload()
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(['refused', 200])
    })
  }

  describe('several times at once', () => {
    /** A server whose loads settle when, and as, the test says. */
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

    it('loads for each call at once, past one that never settles', async () => {
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

    it('puts nothing in force that is older than what is, and resolves', async () => {
      const { reload, loads, outcomes } = await startManual()
      const [first, second] = [reload(), reload()]
      loads[1]?.resolve(newOnes())
      await second
      loads[0]?.resolve(oldOnes())
      await first
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(NEW)
    })

    it('puts each in force where they settle in order', async () => {
      const { reload, loads, outcomes } = await startManual()
      const [first, second] = [reload(), reload()]
      loads[0]?.resolve(newOnes())
      await first
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(NEW)
      loads[1]?.resolve(oldOnes())
      await second
      expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(OLD)
    })

    it('rejects for each that fails, and lets an older one in that does not', async () => {
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

  it('leaves a server without session tickets that was made without', async () => {
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

  it('is refused at once for what is no TLS server or no function, without showing it', () => {
    const server = https.createServer(mtlsServerOptions(material))
    const mistakes: [unknown, unknown, RegExp][] = [
      [material, () => material, /server must be a TLS server .* Received an object$/],
      [http.createServer(), () => material, /on Bun use http2.createSecureServer.* an object$/],
      [undefined, () => material, /server must be a TLS server .* Received undefined$/],
      [server, material, /load must be a function. Received an object$/],
    ]
    for (const [given, load, message] of mistakes) {
      expect(() => reloadable(given as https.Server, load as Load))
        .to.throw(TypeError, message)
        .with.property('code', 'ERR_INVALID_ARG_TYPE')
    }
  })
})
